/**
 * Receivers: they delete what they get, alone or in batches, at once or too late; hide it for longer, give it back, or let its time run
 * out; and go on with what they have in hand when the broker comes back.
 */

import type { SeededRandom } from '../support/scheduler.ts';
import type { SqsMessage } from '../support/sqs-end.ts';
import { idOf, type WatchedQueue } from './sqs-ledger.ts';
import { type Order, SqsClient, type SqsSurroundings } from './sqs-session.ts';

export interface ReceiverDeps {
  readonly name: string;
  readonly surroundings: SqsSurroundings;
  readonly order: Order;
  readonly random: SeededRandom;
  /** Nothing new is sent: what is there is to be deleted. */
  readonly isDraining: () => boolean;
  readonly isOver: () => boolean;
  readonly visibilitySecondsMax: number;
  readonly waitSecondsMax: number;
  /** How long to wait when there is nothing to do. */
  readonly restMs: number;
}

const BATCH_MAX = 10;
const PAUSE_MS_MAX = 6;
const PERCENT_LET_GO = 15;
const PERCENT_CHANGE = 15;
/** Of those that were changed. */
const PERCENT_KEEP = 60;
const PERCENT_LATE = 15;
const PERCENT_DELETE_BATCH = 40;
const PERCENT_ATTEMPT = 40;
/** Of receives: whether there is an answer by then or not. */
const PERCENT_HANG_UP = 8;
const OLD_MAX = 20;
/** What refuses to delete by a handle that is out of date. */
const EXPIRED = 'InvalidParameterValueException';

export class Receiver {
  readonly #client: SqsClient;
  /** Handles that were let go. */
  readonly #old: SqsMessage[] = [];
  #attempts = 0;

  constructor(
    private readonly deps: ReceiverDeps,
    private readonly queue: WatchedQueue,
  ) {
    this.#client = new SqsClient(deps.surroundings, deps.order);
  }

  async run(): Promise<void> {
    const { random, surroundings, isOver, restMs } = this.deps;
    while (!isOver()) {
      const messages = await this.#receive();
      if (messages.length === 0) await surroundings.sleep(restMs);
      await this.#handle(messages);
      if (this.#old.length > 0 && random.chance(PERCENT_LATE)) {
        const [late] = this.#old.splice(random.below(this.#old.length), 1);
        if (late !== undefined) await this.#delete([late]);
      }
      await surroundings.sleep(random.below(PAUSE_MS_MAX));
    }
    this.#client.close();
  }

  async #receive(): Promise<readonly SqsMessage[]> {
    const { random, surroundings, visibilitySecondsMax, waitSecondsMax, name } = this.deps;
    const visibility = 1 + random.below(visibilitySecondsMax);
    const input = {
      QueueUrl: this.queue.name,
      MaxNumberOfMessages: 1 + random.below(BATCH_MAX),
      VisibilityTimeout: visibility,
      WaitTimeSeconds: random.chance(50) ? 0 : random.below(waitSecondsMax + 1),
      AttributeNames: ['All'],
    };
    this.#attempts += 1;
    const attempt =
      this.queue.isFifo && random.chance(PERCENT_ATTEMPT)
        ? { ReceiveRequestAttemptId: `${name.replaceAll(' ', '_')}_${this.#attempts}` }
        : {};
    for (let tries = attempt.ReceiveRequestAttemptId === undefined ? 1 : 3; tries > 0; tries -= 1) {
      const answering = this.#client.call('ReceiveMessage', { ...input, ...attempt });
      if (random.chance(PERCENT_HANG_UP)) {
        await surroundings.sleep(random.below(PAUSE_MS_MAX));
        this.#client.close();
      }
      const answer = await answering;
      if (answer.kind === 'unknown') continue;
      if (answer.kind === 'refused') {
        if (answer.error === 'OverLimit' && !this.queue.isFifo) return [];
        throw new Error(`${this.queue.name}: a receive was refused: ${answer.error}: ${answer.message}`);
      }
      const messages = answer.output.Messages ?? [];
      this.queue.received(messages, answer, visibility * 1000);
      return messages;
    }
    return [];
  }

  async #handle(messages: readonly SqsMessage[]): Promise<void> {
    const { random, surroundings } = this.deps;
    let batch: SqsMessage[] = [];
    for (const message of messages) {
      if (!this.deps.isDraining()) {
        if (random.chance(PERCENT_LET_GO)) {
          this.#letGo(message);
          // Those of its group that came with it must not be deleted before it, or never was there an order.
          continue;
        }
        if (random.chance(PERCENT_CHANGE)) {
          const seconds = random.below(this.deps.visibilitySecondsMax + 1);
          await this.#change(message, seconds);
          if (seconds === 0 || random.chance(PERCENT_KEEP)) {
            this.#letGo(message);
            continue;
          }
        }
        if (random.chance(20)) await surroundings.sleep(random.below(PAUSE_MS_MAX));
      }
      batch.push(message);
      if (random.chance(PERCENT_DELETE_BATCH) && batch.length < BATCH_MAX) continue;
      await this.#delete(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#delete(batch);
  }

  #letGo(message: SqsMessage): void {
    this.#old.push(message);
    if (this.#old.length > OLD_MAX) this.#old.shift();
  }

  async #change(message: SqsMessage, seconds: number): Promise<void> {
    const { queue, deps } = this;
    let told = (_: Parameters<ReturnType<WatchedQueue['changing']>>[0]): void => {};
    const input = { QueueUrl: queue.name, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: seconds };
    const answer = await this.#client.call('ChangeMessageVisibility', input, () => {
      told = queue.changing(idOf(message), seconds * 1000, deps.order.next(), deps.surroundings.nowMs());
    });
    if (answer.kind === 'done') told(answer);
    else if (answer.kind === 'refused' && answer.error !== EXPIRED) {
      throw new Error(`${queue.name}: a change of visibility was refused: ${answer.error}: ${answer.message}`);
    }
  }

  async #delete(messages: readonly SqsMessage[]): Promise<void> {
    const { queue } = this;
    const deleting = () => {
      for (const message of messages) queue.deleting(idOf(message));
    };
    const [first] = messages;
    if (messages.length === 1 && first !== undefined) {
      const input = { QueueUrl: queue.name, ReceiptHandle: first.ReceiptHandle };
      const answer = await this.#client.call('DeleteMessage', input, deleting);
      if (answer.kind === 'done') queue.deletedForGood(idOf(first), answer);
      else if (answer.kind === 'refused') this.#refused(first, answer.error);
      else this.#letGo(first);
      return;
    }
    const entries = messages.map(({ ReceiptHandle: handle }, i) => ({ Id: String(i), ReceiptHandle: handle }));
    const answer = await this.#client.call('DeleteMessageBatch', { QueueUrl: queue.name, Entries: entries }, deleting);
    if (answer.kind === 'unknown') {
      for (const message of messages) this.#letGo(message);
      return;
    }
    if (answer.kind === 'refused') throw new Error(`${queue.name}: a batch was refused: ${answer.error}`);
    const { Successful: done = [], Failed: failed = [] } = answer.output;
    for (const { Id: id } of done) queue.deletedForGood(idOf(messages[Number(id)] as SqsMessage), answer);
    for (const { Id: id, Code: code } of failed) this.#refused(messages[Number(id)] as SqsMessage, code);
  }

  #refused(message: SqsMessage, error: string): void {
    if (!EXPIRED.startsWith(error)) throw new Error(`${this.queue.name}: a deletion was refused: ${error}`);
    this.queue.notDeleted(idOf(message));
  }
}
