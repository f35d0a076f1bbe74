/**
 * Texts that clients are given and bring back: the handle of a move task, and where a list goes on. They keep no secret and
 * prove nothing; what they say is looked up like any name.
 */
import { AwsError, echoed } from './protocol/aws-error.ts';

export interface MoveTask {
  readonly taskId: string;
  readonly sourceArn: string;
}

const TOKEN_CHARS_MAX = 4096;

export function encodeTaskHandle({ taskId, sourceArn }: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');
}

/** Throws `AwsError`. */
export function decodeTaskHandle(handle: string): MoveTask {
  const { taskId, sourceArn } = decodedJson(handle);
  if (typeof taskId !== 'string' || typeof sourceArn !== 'string') {
    throw new AwsError('InvalidParameterValueException', 'Value for parameter TaskHandle is invalid.');
  }
  return { taskId, sourceArn };
}

/** @param after the last name that was listed. */
export function encodeNextToken(after: string): string {
  return Buffer.from(JSON.stringify({ after })).toString('base64');
}

/** Throws `AwsError`. */
export function decodeNextToken(token: string): string {
  const { after } = decodedJson(token);
  if (typeof after === 'string') return after;
  throw new AwsError('InvalidParameterValueException', `Invalid or expired next token. Token: ${echoed(token)}`);
}

function decodedJson(token: string): Readonly<Record<string, unknown>> {
  if (token.length > TOKEN_CHARS_MAX) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
