/**
 * What a queue does for those who poll it: receives, for a while; deletions and changes of visibility by id; delays. A message that
 * is in flight or delayed has a time at which it is ready again, unless its receiver has deleted it before.
 *
 * Answers to receivers are given in the middle of other operations: who gets one must not call the queue back.
 */
import type { Clock } from '../base/clock.ts';
import { Deadline } from './deadline.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import { InFlight } from './in-flight.ts';
import type { Lane } from './lane.ts';
import { idOf, laneOf, type MessageId, offsetOf } from './message-id.ts';
import {
  HELD_MS_MAX,
  type ReceiveAnswer,
  type Received,
  type ReceiveOptions,
  type RemoveOutcome,
  type VisibilityOutcome,
  type Waiting,
} from './polling.ts';
import { type AttemptedMessage, ReceiveAttempts } from './receive-attempts.ts';
import { Receivers } from './receivers.ts';
import type { StoredMessage } from './stored-message.ts';

/** So many messages become ready again before others have their turn. */
const DUE_AT_ONCE = 10_000;
/** What one receive takes at the most, but for the message that goes beyond it: ten of the largest that SQS sends. */
const RECEIVED_BYTES_MAX = 10 * 1_048_576;
/** Deadlines that mean nothing any more are dropped when there are so many, and more than others. */
const STALE_DEADLINES_MAX = 1024;

/** The queue, as its polls see it. */
export interface PolledQueue {
  readonly lanes: readonly Lane[];
  readonly isFifo: boolean;
  /** The lane whose head is next. */
  headLane(): Lane | undefined;
  /** Takes that head, which is received at `nowMs`. */
  take(lane: Lane, message: StoredMessage, untilMs: number, firstReceivedAtMs: number, nowMs: number): MessageId;
  /** Takes a message out of whatever hands it is in. */
  unhand(id: MessageId): InFlight | undefined;
  accept(lane: Lane, offset: number, bytes: number): void;
  /** Something may go now. */
  changed(): void;
}

interface Removal {
  readonly id: MessageId;
  readonly answer: (outcome: RemoveOutcome) => void;
}

export class Polls {
  readonly #clock: Clock;
  readonly #queue: PolledQueue;
  readonly #inFlightMax: number;
  readonly #receivers: Receivers;
  readonly #deadlines = new DeadlineHeap();
  readonly #due: Deadline;
  readonly #attempts = new ReceiveAttempts();
  /** Of a receive that is tried again: what was read from disk, one after the other, before all of it is there. */
  readonly #loadedAgain = new Map<MessageId, StoredMessage>();
  /** Messages to be removed, which must be read from disk first. */
  #removals: Removal[] = [];
  #delayed = 0;
  /** In flight until a time. */
  #received = 0;

  constructor(clock: Clock, queue: PolledQueue, inFlightMax: number) {
    this.#clock = clock;
    this.#queue = queue;
    this.#inFlightMax = inFlightMax;
    this.#receivers = new Receivers(clock);
    this.#due = new Deadline(clock, () => this.#expire());
  }

  get delayed(): number {
    return this.#delayed;
  }

  /** After recovery: what is in flight or delayed now. */
  recovered(): void {
    for (const lane of this.#queue.lanes) {
      lane.inFlight.forEach((inFlight, offset) => {
        this.#count(inFlight, 1);
        this.#deadlines.add(inFlight.untilMs, idOf(lane.priority, offset));
      });
    }
    if (this.#deadlines.size > 0) this.#arm();
  }

  /** What `lane` got last can't be had for `delayMs`. */
  delayNewest(lane: Lane, { body }: StoredMessage, delayMs: number): void {
    const inFlight = new InFlight(undefined, 0, body.length, this.#clock.nowMs() + delayMs, 0, true);
    const offset = lane.holdNewest(inFlight);
    this.#count(inFlight, 1);
    this.#setDeadline(inFlight.untilMs, idOf(lane.priority, offset));
  }

  receive(options: ReceiveOptions, answer: (answer: ReceiveAnswer) => void): Waiting | undefined {
    // A timer rings when others have had their turn; whoever asks meanwhile must not miss what is due.
    if (this.#deadlines.firstAtMs <= this.#clock.nowMs()) this.#expire();
    const waiting = this.#receivers.add(options, answer, this.#wasReceived(options));
    this.#queue.changed();
    return waiting.isGone ? undefined : waiting;
  }

  /** There is something for whoever tries again, who takes it from nobody. */
  #wasReceived({ attemptId }: ReceiveOptions): boolean {
    return this.#queue.isFifo && attemptId !== undefined && this.#asItWas(attemptId) !== undefined;
  }

  /** Serves who waits, as far as there is something. */
  serve(): void {
    for (let first = this.#receivers.first; first !== undefined; first = this.#receivers.first) {
      const answer = this.#receive(first);
      if (answer.length === 0) {
        if (!this.#isLoading) this.#receivers.endImmediate([]);
        return;
      }
      if (answer === 'full') {
        this.#receivers.endImmediate('full');
        return;
      }
      this.#receivers.serve(answer);
    }
  }

  get #isLoading(): boolean {
    for (const lane of this.#queue.lanes) if (lane.isLoading) return true;
    return false;
  }

  #receive(options: ReceiveOptions): readonly Received[] | 'full' {
    const { isFifo, lanes } = this.#queue;
    const { attemptId } = options;
    if (isFifo && attemptId !== undefined) {
      const again = this.#receiveAgain(attemptId, options.visibilityMs);
      if (again !== undefined) return again;
    }
    const room = this.#inFlightMax - this.#received;
    if (room <= 0) return isFifo ? [] : 'full';
    for (const lane of lanes) lane.beginReceive();
    const nowMs = this.#clock.nowMs();
    const untilMs = nowMs + options.visibilityMs;
    const received = this.#takeSome(Math.min(options.max, room), untilMs, nowMs);
    for (const lane of lanes) lane.endReceive();
    if (isFifo && attemptId !== undefined && received.length > 0)
      this.#attempts.add(attemptId, nowMs, received, untilMs);
    return received;
  }

  #takeSome(max: number, untilMs: number, nowMs: number): Received[] {
    const received: Received[] = [];
    let bytes = 0;
    while (received.length < max && bytes < RECEIVED_BYTES_MAX) {
      const lane = this.#queue.headLane();
      const message = lane?.head();
      if (lane === undefined || message === undefined) break;
      const { headOffset, headHistory } = lane;
      const firstReceivedAtMs = headHistory.firstReceivedAtMs || nowMs;
      const id = this.#queue.take(lane, message, untilMs, firstReceivedAtMs, nowMs);
      this.#received += 1;
      bytes += message.body.length;
      this.#setDeadline(untilMs, id);
      lane.told(headOffset);
      if (this.#queue.isFifo) this.#remember(lane, headOffset);
      received.push({
        id,
        message,
        receives: headHistory.deliveries + 1,
        firstReceivedAtMs,
        receivedAtMs: nowMs,
        isAgain: false,
        sequence: headOffset,
        isDurable: lane.isDurable(headOffset),
      });
    }
    return received;
  }

  /** What an earlier receive with this id has got, if all of it is still as it was then. Undefined: it is as if there had been none. */
  #asItWas(attemptId: string): readonly AttemptedMessage[] | undefined {
    const earlier = this.#attempts.find(attemptId, this.#clock.nowMs());
    const isAsItWas = earlier?.every(({ id, receives, untilMs }) => {
      const inFlight = this.#lane(id)?.inFlight.get(offsetOf(id));
      return inFlight !== undefined && inFlight.untilMs === untilMs && inFlight.deliveries + 1 === receives;
    });
    return isAsItWas === true ? earlier : undefined;
  }

  /** Undefined: there was no such receive. Nothing: some of it must be read from disk. */
  #receiveAgain(attemptId: string, visibilityMs: number): readonly Received[] | undefined {
    const earlier = this.#asItWas(attemptId);
    if (earlier === undefined) return undefined;
    const again: Received[] = [];
    const nowMs = this.#clock.nowMs();
    for (const { id, receives, firstReceivedAtMs } of earlier) {
      const lane = this.#lane(id);
      const sequence = offsetOf(id);
      const receivedAtMs = Math.max(nowMs, (lane?.inFlight.get(sequence)?.receivedAtMs ?? 0) + 1);
      const message = this.#loadedAgain.get(id) ?? lane?.at(sequence);
      if (lane === undefined || message === undefined) return [];
      if (message === null) continue;
      this.#loadedAgain.set(id, message);
      const isDurable = lane.isDurable(sequence);
      again.push({ id, message, receives, firstReceivedAtMs, receivedAtMs, isAgain: true, sequence, isDurable });
    }
    this.#loadedAgain.clear();
    const untilMs = nowMs + visibilityMs;
    for (const { id, receivedAtMs } of again) this.#hold(id, untilMs, receivedAtMs);
    this.#attempts.add(attemptId, nowMs, again, untilMs);
    return again;
  }

  /** @param receivedAtMs if it is received again */
  #hold(id: MessageId, untilMs: number, receivedAtMs?: number): void {
    const lane = this.#lane(id);
    const inFlight = lane?.inFlight.get(offsetOf(id));
    if (lane === undefined || inFlight === undefined) return;
    inFlight.untilMs = untilMs;
    if (receivedAtMs !== undefined) inFlight.receivedAtMs = receivedAtMs;
    this.#setDeadline(untilMs, id);
    this.#remember(lane, offsetOf(id));
  }

  #remember(lane: Lane, offset: number): void {
    const inFlight = lane.inFlight.get(offset);
    if (inFlight !== undefined) lane.remember(offset, inFlight);
  }

  /** A promise if the message must be read from disk. */
  remove(id: MessageId, receives: number): RemoveOutcome | Promise<RemoveOutcome> {
    const lane = this.#lane(id);
    const offset = offsetOf(id);
    if (lane === undefined || !lane.has(offset)) return 'gone';
    const inFlight = lane.inFlight.get(offset);
    if (this.#queue.isFifo && (inFlight === undefined || !isOf(inFlight, receives))) return 'expired';
    if (inFlight === undefined) return this.#removeReady(lane, id);
    this.#queue.unhand(id);
    this.#queue.accept(lane, offset, inFlight.bytes);
    this.#queue.changed();
    return 'removed';
  }

  /** It is ready again, and may not be handed out any more. */
  #removeReady(lane: Lane, id: MessageId): RemoveOutcome | Promise<RemoveOutcome> {
    const message = lane.at(offsetOf(id));
    if (message === null) return 'gone';
    if (message === undefined) return new Promise((answer) => this.#removals.push({ id, answer }));
    lane.takeAt(offsetOf(id), message);
    this.#queue.accept(lane, offsetOf(id), message.body.length);
    return 'removed';
  }

  /** Something was read from disk. */
  loaded(): void {
    const removals = this.#removals;
    this.#removals = [];
    for (const { id, answer } of removals) {
      const outcome = this.remove(id, 0);
      if (outcome instanceof Promise) void outcome.then(answer);
      else answer(outcome);
    }
  }

  changeVisibility(id: MessageId, receives: number, visibilityMs: number): VisibilityOutcome {
    const lane = this.#lane(id);
    const offset = offsetOf(id);
    if (lane === undefined || !lane.has(offset)) return 'gone';
    const inFlight = lane.inFlight.get(offset);
    if (inFlight === undefined || !isOf(inFlight, receives)) return 'expired';
    const untilMs = this.#clock.nowMs() + visibilityMs;
    if (visibilityMs > 0 && untilMs - inFlight.receivedAtMs > HELD_MS_MAX) return 'too_long';
    this.#hold(id, untilMs);
    if (visibilityMs === 0) {
      this.#giveBack(lane, id);
      this.#queue.changed();
    }
    return 'changed';
  }

  /**
   * Whoever was to get these never learns of it: they are as they were before, but for what has happened to them since. Where several
   * receives have the same attempt id, one of them may have told its receiver.
   */
  giveBack(received: readonly Received[], attemptId: string | undefined): void {
    let isGivenBack = false;
    for (const { id, receives, receivedAtMs, isAgain } of received) {
      const inFlight = this.#lane(id)?.inFlight.get(offsetOf(id));
      if (isAgain || inFlight === undefined || !isOf(inFlight, receives)) continue;
      if (inFlight.receivedAtMs !== receivedAtMs) continue;
      this.#unreceive(id, inFlight);
      isGivenBack = true;
    }
    if (!isGivenBack) return;
    if (attemptId !== undefined) this.#attempts.forget(attemptId);
    this.#queue.changed();
  }

  #unreceive(id: MessageId, { bytes, deliveries, firstReceivedAtMs }: InFlight): void {
    const lane = this.#lane(id);
    if (lane === undefined) return;
    this.#queue.unhand(id);
    const history = { deliveries, firstReceivedAtMs: deliveries === 0 ? 0 : firstReceivedAtMs };
    lane.giveBack(offsetOf(id), bytes, history);
    if (this.#queue.isFifo) lane.rememberReady(offsetOf(id), bytes, history, this.#clock.nowMs());
  }

  /** Whatever is in anybody's hands, or delayed, is gone. */
  removeHeld(): void {
    for (const lane of this.#queue.lanes) {
      const offsets: number[] = [];
      lane.inFlight.forEach((_, offset) => {
        offsets.push(offset);
      });
      for (const offset of offsets) {
        const inFlight = this.#queue.unhand(idOf(lane.priority, offset));
        if (inFlight !== undefined) this.#queue.accept(lane, offset, inFlight.bytes);
      }
    }
    this.#deadlines.clear();
    this.#due.clear();
  }

  /** Told of every message that leaves the hands it is in. */
  left(inFlight: InFlight): void {
    this.#count(inFlight, -1);
  }

  /** The queue is gone. */
  drop(): void {
    this.#due.clear();
    this.#deadlines.clear();
    this.#receivers.end('gone');
    for (const { answer } of this.#removals.splice(0)) answer('gone');
  }

  #count(inFlight: InFlight, by: 1 | -1): void {
    if (inFlight.isDelayed) this.#delayed += by;
    else if (inFlight.isReceived) this.#received += by;
  }

  #giveBack(lane: Lane, id: MessageId): void {
    const inFlight = this.#queue.unhand(id);
    if (inFlight === undefined) return;
    const { bytes, firstReceivedAtMs, isDelayed } = inFlight;
    const deliveries = isDelayed ? 0 : inFlight.deliveries + 1;
    lane.giveBack(offsetOf(id), bytes, { deliveries, firstReceivedAtMs });
  }

  #setDeadline(atMs: number, id: MessageId): void {
    this.#deadlines.add(atMs, id);
    const meant = this.#received + this.#delayed;
    if (this.#deadlines.size > STALE_DEADLINES_MAX + 2 * meant)
      this.#deadlines.retain((at, one) => this.#isDue(at, one));
    this.#arm();
  }

  #isDue(atMs: number, id: MessageId): boolean {
    return this.#lane(id)?.inFlight.get(offsetOf(id))?.untilMs === atMs;
  }

  #arm(): void {
    const { firstAtMs } = this.#deadlines;
    if (firstAtMs === Number.POSITIVE_INFINITY) this.#due.clear();
    else this.#due.setEarlier(Math.max(0, firstAtMs - this.#clock.nowMs()));
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs();
    const due: MessageId[] = [];
    while (due.length < DUE_AT_ONCE && this.#deadlines.firstAtMs <= nowMs) {
      const { first, firstAtMs } = this.#deadlines;
      if (first !== undefined && this.#isDue(firstAtMs, first)) due.push(first);
      this.#deadlines.removeFirst();
    }
    for (const id of due) {
      const lane = this.#lane(id);
      if (lane !== undefined) this.#giveBack(lane, id);
    }
    this.#arm();
    if (due.length > 0) this.#queue.changed();
  }

  #lane(id: MessageId): Lane | undefined {
    return this.#queue.lanes[laneOf(id)];
  }
}

/** Whether it is in the hands of whoever received it as the so-manieth. */
function isOf(inFlight: InFlight, receives: number): boolean {
  return inFlight.isReceived && inFlight.deliveries + 1 === receives;
}
