/** One who polls a queue of a `QueueWorld`, and knows messages by their texts. */
import type { LogId } from '../../src/base/brand.ts';
import { encodeSqsProperties } from '../../src/message/sqs-properties.ts';
import type {
  ReceiveAnswer,
  Received,
  ReceiveOptions,
  RemoveOutcome,
  SendOptions,
  Sent,
  VisibilityOutcome,
} from '../../src/queue/polling.ts';
import { message, type QueueWorld } from './world.ts';

export class Poller {
  /** All that was received, the latest last. */
  readonly received: { text: string; received: Received }[] = [];
  #next = 0;

  constructor(
    readonly world: QueueWorld,
    readonly queue: LogId,
  ) {}

  /** Of the last receive. */
  texts: string[] = [];

  get last(): Received {
    const last = this.received.at(-1);
    if (last === undefined) throw new Error('nothing was received');
    return last.received;
  }

  /** @param options `group` is the message group */
  send(text: string, { group, ...options }: Partial<SendOptions> & { group?: string } = {}): Sent {
    this.#next += 1;
    const publicId = `${text}#${this.#next}`;
    return this.world.queues.send(this.queue, message(text, inGroup(group)), { delayMs: 0, publicId, ...options });
  }

  async receiveAnswer(options: Partial<ReceiveOptions> = {}): Promise<ReceiveAnswer> {
    const { scheduler, queues } = this.world;
    const wanted = { max: 1, visibilityMs: 30_000, waitMs: 0, ...options };
    const answered = new Promise<ReceiveAnswer>((resolve) => queues.receive(this.queue, wanted, resolve));
    return wanted.waitMs > 0 ? answered : scheduler.until(answered);
  }

  async receive(options: Partial<ReceiveOptions> = {}): Promise<string[]> {
    const answer = await this.receiveAnswer(options);
    if (typeof answer === 'string') throw new Error(answer);
    this.texts = answer.map((received) => {
      const text = received.message.body.toString();
      this.received.push({ text, received });
      return text;
    });
    return this.texts;
  }

  /** Receives until there is nothing: a receive answers less than it may where more must be read from disk. */
  async receiveAll(visibilityMs = 30_000): Promise<string[]> {
    const texts: string[] = [];
    while ((await this.receive({ max: 10, visibilityMs })).length > 0) texts.push(...this.texts);
    return texts;
  }

  /** By the handle of its last receive. */
  async remove(text: string): Promise<RemoveOutcome> {
    const { id, receives } = this.#handle(text);
    return this.world.scheduler.until(Promise.resolve(this.world.queues.remove(this.queue, id, receives)));
  }

  changeVisibility(text: string, visibilityMs: number): VisibilityOutcome {
    const { id, receives } = this.#handle(text);
    return this.world.queues.changeVisibility(this.queue, id, receives, visibilityMs);
  }

  #handle(text: string): Received {
    const found = this.received.findLast((one) => one.text === text);
    if (found === undefined) throw new Error(`${text} was not received`);
    return found.received;
  }
}

/** What makes a message one of that group. */
export function inGroup(group: string | undefined) {
  if (group === undefined) return {};
  const properties = encodeSqsProperties({
    messageId: '',
    senderId: undefined,
    attributes: undefined,
    messageGroupId: group,
    deduplicationId: undefined,
    traceHeader: undefined,
    deadLetterSource: undefined,
    bodyMd5: undefined,
  });
  return { origin: 'sqs', properties } as const;
}
