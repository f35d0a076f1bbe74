/**
 * The messages of a FIFO queue that were looked at, by group: which can be handed out, in the order in which they came, and which
 * must wait because an earlier one of their group is in somebody's hands. Nothing here depends on how many messages a group has.
 *
 * Rule (AWS, "FIFO queue delivery logic"): a message can be handed out if no earlier one of its group is in flight, but for those
 * that the same receive has taken.
 */
import { type History, NEW } from './history.ts';

interface Taken {
  readonly offset: number;
  /** The receive that took it; 0: none that goes on. */
  readonly turn: number;
}

class Group {
  /** Offsets that are ready, ascending; the first `head` of them are gone. */
  ready: number[] = [];
  head = 0;
  readonly inFlight: Taken[] = [];
  /** What stands in the heap for this group. */
  listed: number | undefined;

  constructor(readonly name: string) {}

  get first(): number | undefined {
    return this.ready[this.head];
  }

  get isEmpty(): boolean {
    return this.first === undefined && this.inFlight.length === 0;
  }

  isBlocked(offset: number, turn: number): boolean {
    for (const taken of this.inFlight) if (taken.offset < offset && (turn === 0 || taken.turn !== turn)) return true;
    return false;
  }

  shift(): void {
    this.head += 1;
    if (this.head > 32 && this.head * 2 > this.ready.length) {
      this.ready = this.ready.slice(this.head);
      this.head = 0;
    }
  }

  /** Puts `offset` at its place, mostly the end or the beginning. */
  insert(offset: number): void {
    const { ready } = this;
    if (ready.length === this.head || (ready[ready.length - 1] as number) < offset) {
      ready.push(offset);
      return;
    }
    const at = this.#placeOf(offset);
    if (at === this.head && this.head > 0) {
      this.head -= 1;
      ready[this.head] = offset;
    } else ready.splice(at, 0, offset);
  }

  remove(offset: number): boolean {
    const at = this.#placeOf(offset);
    if (this.ready[at] !== offset) return false;
    if (at === this.head) this.shift();
    else this.ready.splice(at, 1);
    return true;
  }

  #placeOf(offset: number): number {
    let low = this.head;
    let high = this.ready.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ready[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class MessageGroups {
  readonly #byName = new Map<string, Group>();
  readonly #byOffset = new Map<number, Group>();
  /** Of messages that were handed out before. */
  readonly #histories = new Map<number, History>();
  /** A binary min-heap of first offsets; what is not its group's `listed` is out of date. */
  readonly #heap: number[] = [];
  #turn = 0;
  #lastTurn = 0;

  /** How many messages it knows of. */
  get size(): number {
    return this.#byOffset.size;
  }

  historyOf(offset: number): History {
    return this.#histories.get(offset) ?? NEW;
  }

  /** The earliest message that can be handed out; undefined if all must wait. */
  get first(): number | undefined {
    for (let offset = this.#heap[0]; offset !== undefined; offset = this.#heap[0]) {
      const group = this.#byOffset.get(offset);
      if (group?.listed === offset && group.first === offset && !group.isBlocked(offset, this.#turn)) return offset;
      this.#popHeap();
      if (group?.listed === offset) group.listed = undefined;
    }
    return undefined;
  }

  /** What is taken until `endTurn` goes to one receiver, who may have several messages of a group. */
  beginTurn(): void {
    this.#lastTurn += 1;
    this.#turn = this.#lastTurn;
  }

  endTurn(): void {
    this.#turn = 0;
  }

  /** A message that was looked at for the first time. Those of a queue are added in order. */
  add(offset: number, groupName: string, isInFlight: boolean): void {
    let group = this.#byName.get(groupName);
    if (group === undefined) {
      group = new Group(groupName);
      this.#byName.set(groupName, group);
    }
    this.#byOffset.set(offset, group);
    if (isInFlight) group.inFlight.push({ offset, turn: 0 });
    else {
      group.insert(offset);
      this.#list(group);
    }
  }

  /** Takes `offset`, which `first` gave. */
  take(offset: number): void {
    const group = this.#byOffset.get(offset);
    if (group === undefined) return;
    group.shift();
    group.listed = undefined;
    group.inFlight.push({ offset, turn: this.#turn });
    this.#histories.delete(offset);
    this.#list(group);
  }

  /** What was in flight can be handed out again. */
  giveBack(offset: number, history: History): void {
    if (history.deliveries > 0) this.#histories.set(offset, history);
    const group = this.#byOffset.get(offset);
    // Not looked at yet: it will be.
    if (group === undefined) return;
    this.#landed(group, offset);
    group.insert(offset);
    this.#list(group);
  }

  /** It is settled, wherever it was. */
  remove(offset: number): void {
    this.#histories.delete(offset);
    const group = this.#byOffset.get(offset);
    if (group === undefined) return;
    this.#byOffset.delete(offset);
    if (!this.#landed(group, offset)) group.remove(offset);
    if (group.isEmpty) this.#byName.delete(group.name);
    else this.#list(group);
  }

  /** All that is ready is gone; answers their offsets. */
  removeReady(): number[] {
    const removed: number[] = [];
    for (const group of this.#byName.values()) {
      for (const offset of group.ready.slice(group.head)) removed.push(offset);
    }
    for (const offset of removed) this.remove(offset);
    return removed;
  }

  clear(): void {
    this.#byName.clear();
    this.#byOffset.clear();
    this.#histories.clear();
    this.#heap.length = 0;
  }

  #landed({ inFlight }: Group, offset: number): boolean {
    const at = inFlight.findIndex((taken) => taken.offset === offset);
    if (at >= 0) inFlight.splice(at, 1);
    return at >= 0;
  }

  /** Its first message, if that can be handed out, stands in the heap. */
  #list(group: Group): void {
    const { first } = group;
    if (first === undefined || group.listed === first || group.isBlocked(first, this.#turn)) return;
    group.listed = first;
    this.#push(first);
  }

  #push(offset: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(offset);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as number;
      if (above <= offset) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = offset;
  }

  #popHeap(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const least = right < heap.length && (heap[right] as number) < (heap[left] as number) ? right : left;
      const below = heap[least] as number;
      if (below >= last) break;
      heap[at] = below;
      at = least;
    }
    heap[at] = last;
  }
}
