/**
 * A client of SQS that speaks JSON over one HTTP/1.1 connection, whatever carries it: one request after the other. Written against the
 * protocol and not with the broker's own code. What is refused is an answer; a connection that ends first is `ConnectionLost`.
 */
import { ConnectionLost } from './amqp-end.ts';

/** A message as ReceiveMessage answers it, with all its system attributes. */
export interface SqsMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

interface Sent {
  readonly MessageId: string;
  readonly SequenceNumber?: string;
}

export interface FailedEntry {
  readonly Id: string;
  readonly Code: string;
}

/** What is answered, as far as tests look at it. */
export interface SqsOutputs {
  readonly CreateQueue: { readonly QueueUrl: string };
  readonly SetQueueAttributes: object;
  readonly GetQueueAttributes: { readonly Attributes: Readonly<Record<string, string>> };
  readonly TagQueue: object;
  readonly ListQueueTags: { readonly Tags?: Readonly<Record<string, string>> };
  readonly SendMessage: Sent;
  readonly SendMessageBatch: {
    readonly Successful?: readonly (Sent & { readonly Id: string })[];
    readonly Failed?: readonly FailedEntry[];
  };
  readonly ReceiveMessage: { readonly Messages?: readonly SqsMessage[] };
  readonly DeleteMessage: object;
  readonly DeleteMessageBatch: {
    readonly Successful?: readonly { readonly Id: string }[];
    readonly Failed?: readonly FailedEntry[];
  };
  readonly ChangeMessageVisibility: object;
  readonly StartMessageMoveTask: { readonly TaskHandle: string };
  readonly ListMessageMoveTasks: { readonly Results: readonly { readonly Status: string }[] };
}

export type SqsAction = keyof SqsOutputs;

export type SqsAnswer<A extends SqsAction> =
  | { readonly kind: 'done'; readonly output: SqsOutputs[A] }
  /** `error` is its name without the namespace. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: string; readonly message: string };

export interface Carrier {
  write(bytes: Buffer): void;
  close(): void;
}

interface Asked {
  readonly resolve: (answer: SqsAnswer<SqsAction>) => void;
  readonly reject: (error: Error) => void;
}

const HEAD_END = '\r\n\r\n';

export class SqsEnd {
  #carrier: Carrier;
  #received: Buffer = Buffer.alloc(0);
  #asked: Asked | undefined;
  #isLost = false;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** The answer to one request; there must be none on its way. @throws ConnectionLost */
  call<A extends SqsAction>(action: A, input: object): Promise<SqsAnswer<A>> {
    if (this.#asked !== undefined) throw new Error(`${action}: the request before it is not answered`);
    if (this.#isLost) return Promise.reject(new ConnectionLost('the connection was lost'));
    const body = Buffer.from(JSON.stringify(input));
    const head =
      'POST / HTTP/1.1\r\nHost: localhost:9324\r\nContent-Type: application/x-amz-json-1.0\r\n' +
      `X-Amz-Target: AmazonSQS.${action}\r\nContent-Length: ${body.length}${HEAD_END}`;
    const answered = new Promise<SqsAnswer<SqsAction>>((resolve, reject) => {
      this.#asked = { resolve, reject };
    });
    this.#carrier.write(Buffer.concat([Buffer.from(head), body]));
    return answered as Promise<SqsAnswer<A>>;
  }

  /** What must be done. @throws ConnectionLost; and what is refused is an error. */
  async ask<A extends SqsAction>(action: A, input: object): Promise<SqsOutputs[A]> {
    const answer = await this.call(action, input);
    if (answer.kind === 'done') return answer.output;
    throw new Error(`${action} was refused: ${answer.status} ${answer.error}: ${answer.message}`);
  }

  /** Bytes arrived. */
  push(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    const end = headEnd + HEAD_END.length + length;
    if (!(this.#received.length >= end)) return;
    const body = this.#received.toString('utf8', headEnd + HEAD_END.length, end);
    this.#received = this.#received.subarray(end);
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined) throw new Error(`an answer to no request: ${head}`);
    asked.resolve(answerOf(Number(head.split(' ')[1]), body));
    if (/\r\nconnection: close/i.test(head)) this.close();
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#asked?.reject(new ConnectionLost('the connection was lost'));
    this.#asked = undefined;
  }

  close(): void {
    this.#carrier.close();
    this.lost();
  }
}

function answerOf(status: number, body: string): SqsAnswer<SqsAction> {
  const output = body === '' ? {} : (JSON.parse(body) as object);
  if (status === 200) return { kind: 'done', output: output as SqsOutputs[SqsAction] };
  const { __type: type = '', message = '' } = output as { readonly __type?: string; readonly message?: string };
  return { kind: 'refused', status, error: type.slice(type.indexOf('#') + 1), message };
}
