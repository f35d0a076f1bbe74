/**
 * What a request is refused with. Thrown by the decoders, by the rules in `gateway/sqs/` and by handlers, and written to the
 * client by `wire.ts`. What a client sent is echoed up to a bound, so that an error is never larger than an answer may be.
 */
import { ERRORS, type ErrorKind, type ErrorSpec } from './errors.ts';

const ECHO_CHARS_MAX = 2048;

export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly #ownText: boolean;

  /** Without `text` the error says what its kind says, in the words of the client's protocol. */
  constructor(
    readonly kind: ErrorKind,
    text?: string,
  ) {
    super(text ?? ERRORS[kind].text);
    this.#ownText = text !== undefined;
  }

  get spec(): ErrorSpec {
    return ERRORS[this.kind];
  }

  /** The text for clients that speak Query. */
  get queryText(): string {
    return this.#ownText ? this.message : (this.spec.queryText ?? this.message);
  }
}

export function missingParameter(name: string): AwsError {
  return new AwsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
}

/** `Value 11 for parameter MaxNumberOfMessages is invalid. Reason: <reason>.` The reason comes without its full stop. */
export function invalidParameter(value: string | number, name: string, reason: string): AwsError {
  return new AwsError(
    'InvalidParameterValueException',
    `Value ${echoed(value)} for parameter ${name} is invalid. Reason: ${reason}.`,
  );
}

/** `Invalid value for the parameter DelaySeconds.`, of an attribute of a queue. */
export function invalidAttributeValue(name: string, reason?: string): AwsError {
  const end = reason === undefined ? '' : ` Reason: ${reason}`;
  return new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.${end}`);
}

/** What a client sent, to be said back to it. */
export function echoed(value: string | number): string {
  const text = String(value);
  return text.length <= ECHO_CHARS_MAX ? text : `${text.slice(0, ECHO_CHARS_MAX)}...`;
}
