/**
 * The messages of one queue at one priority: a log, and where delivery stands. What came in and was neither settled nor written
 * yet is in memory (`unwritten`); everything older is in the log and is read back when its turn comes. A message that must
 * last is written with the next group; one that need not only when the memory for it is used up.
 *
 *   offset:   floor .......... cursor ........... writtenEnd ........... end
 *             delivered or back (returned)  |  never delivered, in the log  |  in memory
 *
 * The cursor may stand anywhere between floor and end. `state` is what survives; all else is rebuilt by `recovered`.
 * Invariant: every unsettled message is in exactly one place: ready (at or after the cursor, or returned), or in flight.
 *
 * A lane of a FIFO queue looks at messages as its cursor passes them, and has those that are ready in `groups` instead of among the
 * returned; it looks no further ahead than at so many.
 */
import { assert } from '../base/assert.ts';
import type { LogId } from '../base/brand.ts';
import type { QueueSettings } from '../catalog/amqp/queue-settings.ts';
import { messageGroupOf } from '../message/message-group.ts';
import type { Entry, GatheringWriter, Log, LogOwner } from '../storage/log.ts';
import type { BatchCipher } from './batch-cipher.ts';
import { type History, NEW } from './history.ts';
import { InFlight } from './in-flight.ts';
import { InFlightTable } from './in-flight-table.ts';
import type { KeptBytes } from './kept-bytes.ts';
import { type Held, heldNumbers, LaneState } from './lane-state.ts';
import { MessageGroups } from './message-groups.ts';
import { type LoaderHooks, MessageLoader } from './message-loader.ts';
import { OffsetSet } from './offset-set.ts';
import type { HeldRecord, SettledRecord } from './records.ts';
import { ReturnedOffsets } from './returned-offsets.ts';
import { OVERHEAD_BYTES, type StoredMessage } from './stored-message.ts';
import { type UnwrittenMemory, UnwrittenMessages } from './unwritten-messages.ts';

/** What lanes share: memory for messages that are not written, and who writes. */
export interface LaneDeps {
  /** `GatheringWriter`s are called when the next group is written. */
  gather(writer: GatheringWriter, bytes: number): void;
  /** The lane has settled messages that are in its log: `takeSettled` is to be journalled sooner or later, or with the next group. */
  settledSome(lane: Lane, isSoon: boolean): void;
  /** `takeHeld` is to be journalled with the next group. */
  heldSome(lane: Lane): void;
  readonly memory: UnwrittenMemory;
  /** For lanes that keep little. */
  readonly sharedSlabs: KeptBytes;
  /** How many messages a lane of a FIFO queue looks at ahead of those that are settled. */
  readonly lookAheadMax: number;
  readonly cipher: BatchCipher;
}

/** What of a queue's settings is a lane's business; whether it is FIFO never changes. */
export type LaneSettings = Pick<QueueSettings, 'fifo' | 'encrypted'>;

export class Lane implements LogOwner, GatheringWriter {
  readonly log: Log;
  readonly #deps: LaneDeps;
  readonly #settings: () => LaneSettings;
  readonly #state: LaneState;
  readonly #loader: MessageLoader;
  readonly #returned = new ReturnedOffsets();
  /** Of a FIFO queue. */
  readonly #groups: MessageGroups | undefined;
  /** At or after the cursor, but not to be found there: held, returned or settled. */
  readonly #ahead = new Set<number>();
  readonly #leaving = new Set<number>();
  readonly #unflushedHeld = new Map<number, Held>();
  readonly #unwritten: UnwrittenMessages;
  /** What is in memory is written with the next group, and so is what joins it. */
  #isSpilling = false;
  /** Everything below is in the log, settled, or was never there. */
  #writtenEnd = 0;
  /** The numbers of messages before it are known to others. */
  #toldEnd = 0;
  #cursor = 0;
  #unflushed = new OffsetSet();
  #unflushedCount = 0;
  #unflushedBytes = 0;
  #dropped = false;
  /** For the queue, which has these in its hands. */
  readonly inFlight = new InFlightTable();
  /** Messages that can be delivered, and the bytes of their bodies. */
  ready = 0;
  readyBytes = 0;
  /** Some message here may expire. */
  canExpire = false;
  /** Of the message that `head` gave last. */
  headOffset = 0;
  headHistory: History = NEW;

  constructor(
    readonly priority: number,
    log: Log,
    deps: LaneDeps,
    hooks: LoaderHooks,
    settings: () => LaneSettings,
  ) {
    this.log = log;
    this.#settings = settings;
    this.#groups = settings().fifo === undefined ? undefined : new MessageGroups();
    this.#deps = deps;
    this.#state = new LaneState(log);
    this.#unwritten = new UnwrittenMessages(deps.memory, deps.sharedSlabs);
    this.#loader = new MessageLoader(log, deps.cipher, hooks);
    log.owner = this;
  }

  get id(): LogId {
    return this.log.id;
  }

  get state(): LaneState {
    return this.#state;
  }

  get isLoading(): boolean {
    return this.#loader.isLoading;
  }

  /** Memory that what is ready takes; undefined if some of it must be read from the log. */
  get readyInMemory(): number | undefined {
    if (this.ready > 0 && this.#cursor < this.#writtenEnd) return undefined;
    return this.readyBytes + this.ready * OVERHEAD_BYTES;
  }

  get unwrittenBytes(): number {
    return this.#unwritten.bytes;
  }

  /** Of what was pushed last. */
  get newestOffset(): number {
    return this.#unwritten.endOffset - 1;
  }

  push(message: StoredMessage, mustLast: boolean): void {
    this.#unwritten.push(message);
    this.ready += 1;
    this.readyBytes += message.body.length;
    if (message.expiresAtMs !== Number.POSITIVE_INFINITY) this.canExpire = true;
    if (mustLast || this.#isSpilling) this.#deps.gather(this, message.memoryBytes);
    else if (this.#unwritten.isTooMuch) this.spill();
  }

  /** To be called before the call ends that brought what was pushed last: if it is still here, it stays. */
  keepNewest(): void {
    this.#unwritten.keepNewest();
  }

  /** Has what is only in memory written, so that the memory can be given back. */
  spill(): void {
    if (this.#isSpilling) return;
    this.#isSpilling = true;
    this.#deps.gather(this, this.#unwritten.bytes);
  }

  get headDeliveries(): number {
    return this.headHistory.deliveries;
  }

  /** The next message to deliver; undefined if there is none, if all must wait, or if it is being read from disk (`isLoading`). */
  head(): StoredMessage | undefined {
    while (this.ready > 0) {
      const message = this.#groups === undefined ? this.#inOrder() : this.#amongGroups(this.#groups);
      if (message !== null) return message;
    }
    return undefined;
  }

  /** Null: it was not what it seemed, look again. */
  #inOrder(): StoredMessage | null | undefined {
    const returned = this.#returned.first;
    // What was held when the cursor had not come to it yet waits for its turn.
    if (returned !== undefined && returned < this.#cursor)
      return this.#atReturned(returned, this.#returned.historyOf(returned));
    const message = this.#atCursor();
    if (message === undefined || message === null) return message;
    if (this.#ahead.size > 0 && this.#ahead.delete(this.#cursor)) {
      this.#cursor += 1;
      return null;
    }
    this.#setHead(this.#cursor, NEW);
    return message;
  }

  #amongGroups(groups: MessageGroups): StoredMessage | null | undefined {
    this.#lookAhead(groups);
    const { first } = groups;
    return first === undefined ? undefined : this.#atReturned(first, groups.historyOf(first));
  }

  /** Puts what is at the cursor into its group, and goes on. */
  #lookAhead(groups: MessageGroups): void {
    while (groups.size < this.#deps.lookAheadMax && this.#cursor < this.#unwritten.endOffset) {
      const message = this.#atCursor();
      if (message === undefined) return;
      if (message === null) continue;
      const offset = this.#cursor;
      this.#cursor += 1;
      if (!this.#isSettled(offset))
        groups.add(offset, messageGroupOf(message), this.inFlight.get(offset) !== undefined);
    }
  }

  #isSettled(offset: number): boolean {
    return this.#state.isSettled(offset) || this.#unflushed.has(offset);
  }

  #atReturned(offset: number, history: History): StoredMessage | null | undefined {
    const message = this.at(offset);
    if (message === null) {
      // A crash took it: it was never written.
      this.#returned.removeFirst();
      this.#groups?.remove(offset);
      this.#unflushed.add(offset, offset + 1);
      return null;
    }
    this.#setHead(offset, history);
    return message;
  }

  /** The message at the cursor. Null: the cursor has moved over a gap, look again. */
  #atCursor(): StoredMessage | null | undefined {
    if (this.#cursor < this.#writtenEnd) {
      const found = this.#loader.firstFrom(this.#cursor);
      if (found === undefined) return undefined;
      this.#skipTo(Math.min(found, this.#writtenEnd));
      return found >= this.#writtenEnd ? null : this.#loader.first;
    }
    this.#skipTo(Math.max(this.#cursor, this.#unwritten.startOffset));
    // What is ready of a FIFO queue may have been looked at.
    if (this.#groups !== undefined && this.#cursor === this.#unwritten.endOffset) return null;
    assert(this.#cursor < this.#unwritten.endOffset, `lane ${this.id} has ${this.ready} messages that are nowhere`);
    const message = this.#unwritten.get(this.#cursor);
    if (message === undefined) this.#skipTo(this.#cursor + 1);
    return message ?? null;
  }

  #setHead(offset: number, history: History): void {
    this.headOffset = offset;
    this.headHistory = history;
  }

  /** What lies between the cursor and `offset` does not exist, or was settled while it was in memory. */
  #skipTo(offset: number): void {
    if (offset <= this.#cursor) return;
    this.#unflushed.add(this.#cursor, offset);
    if (this.#ahead.size > 0) for (let at = this.#cursor; at < offset; at += 1) this.#ahead.delete(at);
    this.#cursor = offset;
  }

  /** Of a FIFO queue: what is taken until `endReceive` goes to one receiver, who may have several messages of a group. */
  beginReceive(): void {
    this.#groups?.beginTurn();
  }

  endReceive(): void {
    this.#groups?.endTurn();
  }

  /** Takes the message that `head` gave, whose body has `bytes`, out of those that are ready. */
  take(bytes: number): void {
    this.ready -= 1;
    this.readyBytes -= bytes;
    if (this.#groups !== undefined) this.#groups.take(this.headOffset);
    else if (this.#returned.first === this.headOffset) this.#returned.removeFirst();
    else this.#cursor = this.headOffset + 1;
    if (this.ready === 0) this.#emptied();
  }

  /** What was pushed last can't be had yet. */
  holdNewest(inFlight: InFlight): number {
    const offset = this.newestOffset;
    this.ready -= 1;
    this.readyBytes -= inFlight.bytes;
    if (this.#groups === undefined) this.#ahead.add(offset);
    this.inFlight.add(offset, inFlight);
    this.remember(offset, inFlight);
    return offset;
  }

  /** Its number gets known to others: no other message may have it after a crash, even if it is settled before it is written. */
  told(offset: number): void {
    if (offset < this.#writtenEnd) return;
    this.#deps.gather(this, 1);
    this.#toldEnd = Math.max(this.#toldEnd, offset + 1);
  }

  /** Until when the message, which is in flight, can't be had is to survive a crash. */
  remember(offset: number, inFlight: InFlight): void {
    const { bytes, untilMs, deliveries, firstReceivedAtMs, isDelayed, receivedAtMs } = inFlight;
    const times = isDelayed ? 0 : deliveries + 1;
    this.#rememberHeld(offset, { bytes, untilMs, deliveries: times, firstReceivedAtMs, receivedAtMs });
  }

  /** The same of one that can be had from `nowMs` on. */
  rememberReady(offset: number, bytes: number, history: History, nowMs: number): void {
    this.#rememberHeld(offset, { bytes, untilMs: nowMs, ...history, receivedAtMs: 0 });
  }

  #rememberHeld(offset: number, held: Held): void {
    if (offset >= this.#writtenEnd) this.#deps.gather(this, 1);
    this.#unflushedHeld.set(offset, held);
    this.#deps.heldSome(this);
  }

  #emptied(): void {
    this.canExpire = false;
    this.#loader.clear();
  }

  /** A message that was taken is ready again, at its old place. */
  giveBack(offset: number, bytes: number, history: History): void {
    if (this.#groups === undefined) this.#returned.add(offset, history);
    else this.#groups.giveBack(offset, history);
    this.ready += 1;
    this.readyBytes += bytes;
    // Whether this one does is not worth reading it.
    this.canExpire ||= this.#state.canExpire || this.#unwritten.size > 0;
  }

  /** The unsettled message at `offset`; undefined while it is being read from disk, null if it does not exist. */
  at(offset: number): StoredMessage | null | undefined {
    if (offset >= this.#writtenEnd) return this.#unwritten.get(offset) ?? null;
    return this.#loader.at(offset);
  }

  /** Whether a crash leaves the message at `offset` where it is. */
  isDurable(offset: number): boolean {
    return offset < this.log.durableOffset;
  }

  /** The message at `offset`, which was taken, is on its way to another place: nobody can have it, but it is not settled yet. */
  leaves(offset: number): void {
    this.#leaving.add(offset);
  }

  /** Whether the message at `offset` is there: not settled, and not leaving. */
  has(offset: number): boolean {
    return !this.#leaving.has(offset) && offset < this.#unwritten.endOffset && !this.#isSettled(offset);
  }

  /** Takes `message`, which is at `offset` and ready, whether its turn has come or not. It is to be settled at once. */
  takeAt(offset: number, { body }: StoredMessage): void {
    this.ready -= 1;
    this.readyBytes -= body.length;
    if (this.#groups === undefined) {
      if (offset < this.#cursor || this.#ahead.has(offset)) this.#returned.remove(offset);
      else this.#ahead.add(offset);
    }
    if (this.ready === 0) this.#emptied();
  }

  /** The message at `offset`, whose body has `bytes`, is done with. It was taken before. */
  settle(offset: number, bytes: number): void {
    this.#groups?.remove(offset);
    if (this.#leaving.size > 0) this.#leaving.delete(offset);
    this.#unflushedHeld.delete(offset);
    const message = offset >= this.#writtenEnd ? this.#unwritten.clear(offset) : undefined;
    this.#unflushed.add(offset, offset + 1);
    if (message === undefined) {
      this.#unflushedCount += 1;
      this.#unflushedBytes += bytes;
    }
    const isTold = message !== undefined && offset < this.#toldEnd;
    if (message === undefined || isTold) this.#deps.settledSome(this, isTold);
  }

  /** Settles all that is ready; answers how many that were. */
  purge(): number {
    const count = this.ready;
    let inMemory = 0;
    let inMemoryBytes = 0;
    const settle = (offset: number): void => {
      this.#unflushed.add(offset, offset + 1);
      const message = offset >= this.#writtenEnd ? this.#unwritten.clear(offset) : undefined;
      if (message === undefined) return;
      inMemory += 1;
      inMemoryBytes += message.body.length;
    };
    for (const offset of this.#groups?.removeReady() ?? this.#returned.removeAll()) settle(offset);
    this.#settleFromCursor(settle);
    this.#unflushedCount += count - inMemory;
    this.#unflushedBytes += this.readyBytes - inMemoryBytes;
    const isTold = this.#toldEnd > this.#writtenEnd;
    if (count > inMemory || isTold) this.#deps.settledSome(this, isTold);
    this.ready = 0;
    this.readyBytes = 0;
    this.#emptied();
    return count;
  }

  /** All that was not looked at yet, but for what is in flight. */
  #settleFromCursor(settle: (offset: number) => void): void {
    const end = this.#unwritten.endOffset;
    const held: number[] = [];
    this.inFlight.forEach((_, offset) => {
      if (offset >= this.#cursor) held.push(offset);
    });
    held.sort((a, b) => a - b);
    let from = this.#cursor;
    for (const stop of [...held, end]) {
      for (let at = Math.max(from, this.#unwritten.startOffset); at < stop; at += 1) settle(at);
      this.#unflushed.add(from, stop);
      from = stop + 1;
    }
    this.#ahead.clear();
    // Of a FIFO queue what is in flight has not been looked at yet, and nobody knows its group.
    this.#cursor = this.#groups === undefined ? end : (held[0] ?? end);
  }

  /** What was settled since this was asked last, as a record that the caller commits at once. Undefined: nothing was. */
  takeSettled(): SettledRecord | undefined {
    if (this.#unflushed.isEmpty || this.#dropped) return undefined;
    const ranges = this.#unflushed.toArray();
    const record: SettledRecord = {
      type: 'settled',
      logId: this.id,
      cursor: this.#cursor,
      ranges,
      count: this.#unflushedCount,
      bytes: this.#unflushedBytes,
    };
    this.#unflushed.clear();
    this.#unflushedCount = 0;
    this.#unflushedBytes = 0;
    return record;
  }

  /** Until when messages can't be had, as far as that has changed, as a record that the caller commits at once. */
  takeHeld(): HeldRecord | undefined {
    if (this.#unflushedHeld.size === 0 || this.#dropped) return undefined;
    const messages = [...this.#unflushedHeld].flatMap(heldNumbers);
    this.#unflushedHeld.clear();
    return { type: 'held', logId: this.id, messages };
  }

  /** Appends all messages in memory to the log, in batches. */
  writeGathered(): void {
    if (this.#dropped) return;
    this.#isSpilling = false;
    this.#unwritten.writeTo(this.log, this.#settings().encrypted ? this.#deps.cipher : undefined);
    this.#writtenEnd = this.#unwritten.endOffset;
  }

  apply(entry: Entry): void {
    this.#state.applyBatch(entry);
  }

  /** Readers of a queue see what is not durable yet. */
  becameDurable(): void {}

  retains(baseOffset: number, count: number): boolean {
    return this.#state.retains(baseOffset, count);
  }

  /** After recovery: what was delivered and not settled before the crash goes back to its place, and what was held is so again. */
  recovered(): void {
    const { floor, cursor, count, bytes, settled, end, canExpire } = this.#state;
    this.#unwritten.reset(end);
    this.#writtenEnd = end;
    this.#cursor = this.#groups === undefined ? Math.max(floor, cursor) : floor;
    this.ready = count;
    this.readyBytes = bytes;
    this.canExpire = canExpire;
    for (const [offset, held] of this.#state.held) if (offset < end) this.#holdAgain(offset, held);
    settled.forEachMissing(floor, this.#cursor, (offset) => {
      if (this.inFlight.get(offset) === undefined) this.#returned.add(offset);
    });
    if (this.#groups === undefined) {
      settled.forEachFrom(this.#cursor, (offset) => this.#ahead.add(offset));
    }
  }

  #holdAgain(offset: number, { bytes, untilMs, deliveries, firstReceivedAtMs, receivedAtMs }: Held): void {
    const isDelayed = deliveries === 0;
    const before = isDelayed ? 0 : deliveries - 1;
    const inFlight = new InFlight(undefined, before, bytes, untilMs, firstReceivedAtMs, isDelayed, receivedAtMs);
    this.inFlight.add(offset, inFlight);
    this.ready -= 1;
    this.readyBytes -= bytes;
    if (offset >= this.#cursor && this.#groups === undefined) this.#ahead.add(offset);
  }

  /** The queue is gone. */
  drop(): void {
    this.#dropped = true;
    this.#unwritten.reset(0);
    this.inFlight.clear();
    this.#groups?.clear();
    this.#unflushedHeld.clear();
    this.#loader.drop();
    this.ready = 0;
    this.readyBytes = 0;
  }
}
