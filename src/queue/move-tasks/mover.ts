/**
 * Does the work of one move task, batch by batch: messages are received, sent to where they go, and removed from where they were once
 * that is durable. In this order, so that a crash between two steps moves a message again and never loses it; queues that deduplicate
 * know it then, because it is sent under a key of the task and the message.
 *
 *   receiving -- messages -------> arriving -- durable --> removed; receiving again, or resting where there is a rate
 *   receiving -- none -----------> ended; resting, if something of before a restart may still be on its way
 *   receiving -- too many in flight, or no space on the disk --> resting
 */
import type { Position } from '../../base/brand.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Durability } from '../../base/durability.ts';
import { DomainError } from '../../base/errors.ts';
import { type Random, uuidV4 } from '../../base/random.ts';
import type { Queue } from '../../catalog/amqp/model.ts';
import { withoutDeadLetterSource } from '../../message/dead-letter-source.ts';
import type { Message } from '../../message/message.ts';
import { sqsFromMessage } from '../../message/sqs-from-message.ts';
import { decodeSqsProperties, encodeSqsProperties } from '../../message/sqs-properties.ts';
import type { ReceiveAnswer, Received, Waiting } from '../polling.ts';
import type { MovePort } from './move-port.ts';
import type { MoveFailure, MoveTask } from './move-task.ts';

export interface MoverDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly durability: Durability;
  readonly queues: MovePort;
  /** Whether there is room on the disk for more messages; if not, the task rests. */
  readonly pressure: { readonly hasSpace: boolean };
  /** In the source's vhost. */
  queueNamed(name: string): Queue | undefined;
  sourceExists(): boolean;
  /** So many more have been moved. */
  moved(count: number): void;
  /** It takes no more; without a failure there was nothing left to take. */
  ended(failure?: MoveFailure): void;
}

/** Nobody else is to receive what is on its way, even if the disk takes long. */
const VISIBILITY_MS = 60_000;
const BATCH_MAX = 100;
const RETRY_MS = 1000;
const MS_PER_SECOND = 1000;
/** A rate is kept in so many pieces per second, or one message at a time. */
const PIECES_PER_SECOND = 10;

export class Mover {
  readonly #deps: MoverDeps;
  readonly #task: MoveTask;
  #waiting: Waiting | undefined;
  #timer: Timer | undefined;
  #unsubscribe: (() => void) | undefined;
  #isStopped = false;
  /** Until then messages may be invisible because the task received them before a restart. */
  readonly #patientUntilMs: number;

  constructor(task: MoveTask, deps: MoverDeps, isResumed: boolean) {
    this.#task = task;
    this.#deps = deps;
    this.#patientUntilMs = deps.clock.monotonicMs() + (isResumed ? VISIBILITY_MS + RETRY_MS : 0);
  }

  /** Whether messages are on their way: `ended` is still called. */
  get isArriving(): boolean {
    return this.#unsubscribe !== undefined;
  }

  /** In a turn of its own, so that whoever starts or resumes it has ended what it does. */
  start(): void {
    this.#deps.clock.defer(() => this.#receive());
  }

  /** Takes nothing more, and says nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#waiting?.cancel();
    this.#unsubscribe?.();
  }

  #receive(): void {
    if (this.#isStopped) return;
    if (this.#task.status !== 'running') {
      this.#end();
      return;
    }
    if (!this.#deps.pressure.hasSpace) {
      this.#rest(RETRY_MS);
      return;
    }
    const options = { max: this.#batch, visibilityMs: VISIBILITY_MS, waitMs: 0 };
    // The queue is in the middle of its own work when it answers.
    this.#waiting = this.#deps.queues.receive(this.#task.sourceId, options, (answer) => {
      this.#deps.clock.defer(() => this.#received(answer));
    });
  }

  get #batch(): number {
    const { perSecondMax } = this.#task;
    return perSecondMax === undefined ? BATCH_MAX : Math.ceil(perSecondMax / PIECES_PER_SECOND);
  }

  #received(answer: ReceiveAnswer): void {
    if (this.#isStopped) {
      this.#giveBack(answer);
      return;
    }
    if (answer === 'gone') this.#end('source_failed');
    else if (answer === 'full') this.#rest(RETRY_MS);
    else if (answer.length === 0) this.#foundNothing();
    else this.#move(answer);
  }

  #foundNothing(): void {
    const isPatient = this.#deps.clock.monotonicMs() < this.#patientUntilMs;
    if (isPatient && this.#deps.queues.pollCounts(this.#task.sourceId).inFlight > 0) this.#rest(RETRY_MS);
    else this.#end();
  }

  #move(messages: readonly Received[]): void {
    const startedAtMs = this.#deps.clock.monotonicMs();
    const sent: Received[] = [];
    let failure: MoveFailure | undefined;
    for (const received of messages) {
      failure = this.#send(received);
      if (failure !== undefined) break;
      sent.push(received);
    }
    this.#giveBack(messages.slice(sent.length));
    this.#whenDurable(() => {
      for (const { id, receives } of sent) void this.#deps.queues.remove(this.#task.sourceId, id, receives);
      this.#deps.moved(sent.length);
      if (failure !== undefined || this.#task.status !== 'running') this.#end(failure);
      else this.#continue(sent.length, startedAtMs);
    });
  }

  /** Answers why it can not. */
  #send(received: Received): MoveFailure | undefined {
    const { message } = received;
    const name = this.#task.destination ?? sourceOf(message);
    if (name === undefined) return 'destination_unknown';
    const queue = this.#deps.queueNamed(name);
    if (queue === undefined || queue.settings.type === 'stream') return 'destination_gone';
    const publicId = uuidV4(this.#deps.random);
    const key = queue.settings.fifo === undefined ? {} : { deduplicationKey: `${this.#task.id} ${received.id}` };
    try {
      this.#deps.queues.send(queue.id, movedMessage(message, name, publicId), { delayMs: 0, publicId, ...key });
      return undefined;
    } catch (error) {
      if (error instanceof DomainError) return 'destination_refused';
      throw error;
    }
  }

  /** They can be received at once. */
  #giveBack(answer: ReceiveAnswer): void {
    if (typeof answer === 'string' || !this.#deps.sourceExists()) return;
    for (const { id, receives } of answer) {
      this.#deps.queues.changeVisibility(this.#task.sourceId, id, receives, 0);
    }
  }

  #whenDurable(then: () => void): void {
    const { durability } = this.#deps;
    const after: Position = durability.appended;
    const check = (): void => {
      if (durability.durable < after) return;
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
      then();
    };
    this.#unsubscribe = durability.onDurable(check);
    check();
  }

  #continue(moved: number, startedAtMs: number): void {
    const { clock } = this.#deps;
    const { perSecondMax } = this.#task;
    if (perSecondMax === undefined) {
      this.start();
      return;
    }
    this.#rest(startedAtMs + (moved * MS_PER_SECOND) / perSecondMax - clock.monotonicMs());
  }

  #rest(forMs: number): void {
    this.#timer = this.#deps.clock.setTimer(Math.max(0, forMs), () => {
      this.#timer = undefined;
      this.#receive();
    });
  }

  #end(failure?: MoveFailure): void {
    this.#isStopped = true;
    this.#deps.ended(failure);
  }
}

/** The queue that a message came from. */
function sourceOf(message: Message): string | undefined {
  return sqsFromMessage(message, () => '').properties.deadLetterSource;
}

/** A message of SQS that was moved is a new one, as it is at AWS. */
function movedMessage(message: Message, destination: string, messageId: string): Message {
  const { origin, body, persistent, priority } = message;
  const away = withoutDeadLetterSource(message);
  const properties = origin === 'sqs' ? encodeSqsProperties({ ...decodeSqsProperties(away), messageId }) : away;
  return { origin, exchange: '', routingKey: destination, properties, body, persistent, priority, ttlMs: undefined };
}
