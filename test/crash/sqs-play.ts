/**
 * Clients of SQS at work on several kinds of queues, and the account of it: who sends what, who receives it, and what must hold when all
 * is drained. Whoever stages it kills the broker as he likes.
 */
import { SeededRandom } from '../support/scheduler.ts';
import { SqsLedger, type WatchedOptions, WatchedQueue } from './sqs-ledger.ts';
import { changeSettings, moveOn, receiveInVain } from './sqs-mover.ts';
import { Receiver, type ReceiverDeps } from './sqs-receiver.ts';
import { type SenderDeps, sendToFifo, sendToStandard } from './sqs-sender.ts';
import { Order, SqsClient, type SqsSurroundings } from './sqs-session.ts';

export interface SqsPlayDeps {
  readonly surroundings: SqsSurroundings;
  readonly random: SeededRandom;
  readonly bodyBytes: number;
  /** How many messages may wait before senders do. */
  readonly aheadMax: number;
  /** By how much times may be off. */
  readonly slackMs: number;
  readonly visibilitySecondsMax: number;
  readonly delaySecondsMax: number;
  readonly waitSecondsMax: number;
  /** How long those wait who have nothing to do. */
  readonly restMs: number;
  readonly receiversPerQueue: number;
  /** Senders are to come to an end. */
  readonly isStopping: (name: string, sent: number) => boolean;
}

export interface SqsPlaySummary {
  readonly confirmed: number;
  readonly unknown: number;
  readonly deleted: number;
  readonly redeliveries: number;
  readonly moves: number;
  readonly settings: number;
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;
const MAX_RECEIVES = 2;

export class SqsPlay {
  readonly #deps: SqsPlayDeps;
  readonly #ledger = new SqsLedger();
  readonly #order = new Order();
  readonly #watched: WatchedQueue[] = [];
  readonly #standard: WatchedQueue;
  readonly #failing: WatchedQueue;
  readonly #moved: WatchedQueue;
  readonly #fifo: WatchedQueue;
  readonly #groups: WatchedQueue;
  readonly #moves = { started: 0 };
  readonly #settings = { acknowledged: 0 };
  readonly #client: SqsClient;
  #deadArn = '';
  #movedArn = '';
  #isDraining = false;
  #isOver = false;

  constructor(deps: SqsPlayDeps) {
    this.#deps = deps;
    this.#client = new SqsClient(deps.surroundings, this.#order);
    this.#standard = this.#watch('standard');
    this.#failing = this.#watch('failing', { isFailing: true });
    this.#moved = this.#watch('moved', { isMoved: true });
    this.#fifo = this.#watch('one.fifo', { isFifo: true });
    this.#groups = this.#watch('groups.fifo', { isFifo: true });
  }

  #watch(name: string, options?: WatchedOptions): WatchedQueue {
    const queue = new WatchedQueue(name, this.#ledger, this.#deps.slackMs, options);
    this.#watched.push(queue);
    return queue;
  }

  /** Makes the queues; again does no harm. */
  async declare(): Promise<void> {
    const declare = (name: string, attributes: Readonly<Record<string, string>> = {}) =>
      this.#client.insist('CreateQueue', { QueueName: name, Attributes: attributes });
    await declare('standard');
    await declare('moved');
    await declare('dead');
    this.#deadArn = await this.#arnOf('dead');
    this.#movedArn = await this.#arnOf('moved');
    const redrive = { deadLetterTargetArn: this.#deadArn, maxReceiveCount: String(MAX_RECEIVES) };
    await declare('failing', { RedrivePolicy: JSON.stringify(redrive) });
    await declare('one.fifo', { FifoQueue: 'true' });
    const scope = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
    await declare('groups.fifo', { FifoQueue: 'true', ...scope });
  }

  async #arnOf(name: string): Promise<string> {
    const input = { QueueUrl: name, AttributeNames: ['QueueArn'] };
    return (await this.#client.insist('GetQueueAttributes', input)).Attributes.QueueArn ?? '';
  }

  senders(): Promise<void>[] {
    const { surroundings, random, bodyBytes, aheadMax, delaySecondsMax } = this.#deps;
    const deps = (name: string): SenderDeps => ({
      name,
      surroundings,
      bodyBytes,
      delaySecondsMax,
      order: this.#order,
      ledger: this.#ledger,
      random: new SeededRandom(random.uint32()),
      isStopping: () => this.#deps.isStopping(name, this.#ledger.sentBy(name)),
      isAhead: () => this.#ledger.aheadCount > aheadMax,
    });
    return [
      sendToStandard(deps('first'), this.#standard),
      sendToStandard(deps('second'), this.#standard),
      sendToStandard(deps('to failing'), this.#failing, this.#moved),
      sendToFifo(deps('fifo first'), this.#fifo, false),
      sendToFifo(deps('fifo second'), this.#fifo, false),
      sendToFifo(deps('by group'), this.#groups, true),
    ];
  }

  /** They end after `end`. */
  receivers(): Promise<void>[] {
    const { surroundings, random, receiversPerQueue } = this.#deps;
    const deps = (name: string): ReceiverDeps => ({
      ...this.#deps,
      name,
      surroundings,
      order: this.#order,
      random: new SeededRandom(random.uint32()),
      isDraining: () => this.#isDraining,
      isOver: () => this.#isOver,
    });
    const receivers = [this.#standard, this.#moved, this.#fifo, this.#groups].flatMap((queue) =>
      Array.from({ length: receiversPerQueue }, (_, i) => new Receiver(deps(`${queue.name} ${i}`), queue).run()),
    );
    return [
      ...receivers,
      receiveInVain(deps('in vain'), this.#failing),
      moveOn(deps('mover'), this.#deadArn, this.#movedArn, this.#moves),
      changeSettings(deps('settings'), this.#standard, this.#settings),
    ];
  }

  /** Nothing new is sent. */
  drain(): void {
    this.#isDraining = true;
  }

  end(): void {
    this.#isOver = true;
  }

  /** How many messages are in the queues, in hands, or delayed. */
  async left(): Promise<number> {
    let count = 0;
    for (const name of [...this.#watched.map((queue) => queue.name), 'dead']) {
      const input = { QueueUrl: name, AttributeNames: COUNTS };
      const { Attributes: counts } = await this.#client.insist('GetQueueAttributes', input);
      for (const each of COUNTS) count += Number(counts[each]);
    }
    return count;
  }

  /** When all is drained: everything that was promised has come. */
  check(): void {
    for (const queue of this.#watched) queue.checkAllCame();
  }

  summary(): SqsPlaySummary {
    const sum = (count: (queue: WatchedQueue) => number) => this.#watched.reduce((all, queue) => all + count(queue), 0);
    return {
      confirmed: this.#ledger.count('confirmed'),
      unknown: this.#ledger.count('unknown'),
      deleted: sum(({ deleted }) => deleted),
      redeliveries: sum(({ redeliveries }) => redeliveries),
      moves: this.#moves.started,
      settings: this.#settings.acknowledged,
    };
  }
}
