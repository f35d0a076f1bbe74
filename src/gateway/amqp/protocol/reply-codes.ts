/** Reply codes of AMQP 0-9-1 §1.2 and what they close: a soft error the channel, a hard error the connection. */

export const ReplyCode = {
  REPLY_SUCCESS: 200,
  CONTENT_TOO_LARGE: 311,
  NO_ROUTE: 312,
  NO_CONSUMERS: 313,
  CONNECTION_FORCED: 320,
  INVALID_PATH: 402,
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  RESOURCE_LOCKED: 405,
  PRECONDITION_FAILED: 406,
  FRAME_ERROR: 501,
  SYNTAX_ERROR: 502,
  COMMAND_INVALID: 503,
  CHANNEL_ERROR: 504,
  UNEXPECTED_FRAME: 505,
  RESOURCE_ERROR: 506,
  NOT_ALLOWED: 530,
  NOT_IMPLEMENTED: 540,
  INTERNAL_ERROR: 541,
} as const;

export type ReplyCode = (typeof ReplyCode)[keyof typeof ReplyCode];

const NAMES = new Map<ReplyCode, string>(Object.entries(ReplyCode).map(([name, code]) => [code, name]));

const SOFT: ReadonlySet<ReplyCode> = new Set([
  ReplyCode.CONTENT_TOO_LARGE,
  ReplyCode.NO_ROUTE,
  ReplyCode.NO_CONSUMERS,
  ReplyCode.ACCESS_REFUSED,
  ReplyCode.NOT_FOUND,
  ReplyCode.RESOURCE_LOCKED,
  ReplyCode.PRECONDITION_FAILED,
]);

export function replyCodeName(code: ReplyCode): string {
  return NAMES.get(code) ?? String(code);
}

/** True for a hard error. */
export function closesConnection(code: ReplyCode): boolean {
  return code !== ReplyCode.REPLY_SUCCESS && !SOFT.has(code);
}
