/**
 * The deliveries of one channel that the client has not settled, by delivery tag. A ring of parallel arrays in the order of the
 * tags: adding, settling one and settling the oldest cost nothing that grows with what else is there. Tags whose message is
 * settled at once take no place, so tags in the ring may have gaps; a place whose delivery is settled is a hole until it is at
 * the head, or until holes would make the ring grow.
 */
import type { LogId } from '../../base/brand.ts';
import type { MessageId } from '../../queue/message-id.ts';
import type { Consumer } from './consumer.ts';

export interface Delivery {
  readonly tag: number;
  readonly queue: LogId;
  readonly id: MessageId;
  /** Undefined: of basic.get. */
  readonly consumer: Consumer | undefined;
  /** Monotonic. */
  readonly deliveredMs: number;
}

const CAPACITY_MIN = 16;

export class Unsettled {
  #tags: number[] = new Array<number>(CAPACITY_MIN).fill(0);
  /** Undefined: a hole. */
  #deliveries: (Delivery | undefined)[] = new Array<undefined>(CAPACITY_MIN).fill(undefined);
  #mask = CAPACITY_MIN - 1;
  #head = 0;
  /** Places that are taken, holes included. */
  #length = 0;
  #size = 0;

  /** How many deliveries are unsettled. */
  get size(): number {
    return this.#size;
  }

  /** Places there are room for. */
  get capacity(): number {
    return this.#mask + 1;
  }

  /** The one that waits longest. */
  get oldest(): Delivery | undefined {
    return this.#deliveries[this.#head];
  }

  /** Tags only grow. */
  add(delivery: Delivery): void {
    if (this.#length > this.#mask) this.#makeRoom();
    const at = (this.#head + this.#length) & this.#mask;
    this.#tags[at] = delivery.tag;
    this.#deliveries[at] = delivery;
    this.#length += 1;
    this.#size += 1;
  }

  /** The delivery of that tag, which is no longer unsettled; undefined if it was not. */
  take(tag: number): Delivery | undefined {
    const at = this.#find(tag);
    const delivery = this.#deliveries[at];
    if (delivery === undefined) return undefined;
    this.#deliveries[at] = undefined;
    this.#size -= 1;
    this.#dropHoles();
    return delivery;
  }

  /** All up to that tag, in the order of their tags; undefined, and nothing taken, if that tag itself is not unsettled. */
  takeThrough(tag: number): Delivery[] | undefined {
    const last = this.#find(tag);
    if (this.#deliveries[last] === undefined) return undefined;
    return this.#takeFirst(((last - this.#head) & this.#mask) + 1);
  }

  takeAll(): Delivery[] {
    return this.#takeFirst(this.#length);
  }

  /** Puts back what was taken, wherever in the order it belongs. */
  restore(deliveries: readonly Delivery[]): void {
    const all = [...deliveries, ...this.takeAll()].sort((a, b) => a.tag - b.tag);
    for (const delivery of all) this.add(delivery);
  }

  #takeFirst(places: number): Delivery[] {
    const taken: Delivery[] = [];
    for (let i = 0; i < places; i += 1) {
      const at = (this.#head + i) & this.#mask;
      const delivery = this.#deliveries[at];
      if (delivery === undefined) continue;
      taken.push(delivery);
      this.#deliveries[at] = undefined;
    }
    this.#size -= taken.length;
    this.#head = (this.#head + places) & this.#mask;
    this.#length -= places;
    this.#dropHoles();
    return taken;
  }

  /** The place of that tag, or -1. Tags rarely have gaps, so it mostly is where it would be without any. */
  #find(tag: number): number {
    if (this.#length === 0) return -1;
    const distance = tag - (this.#tags[this.#head] as number);
    if (distance < 0) return -1;
    if (distance < this.#length) {
      const at = (this.#head + distance) & this.#mask;
      if (this.#tags[at] === tag) return at;
    }
    let low = 0;
    let high = Math.min(distance, this.#length - 1);
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = (this.#head + middle) & this.#mask;
      const found = this.#tags[at] as number;
      if (found === tag) return at;
      if (found < tag) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #dropHoles(): void {
    while (this.#length > 0 && this.#deliveries[this.#head] === undefined) {
      this.#head = (this.#head + 1) & this.#mask;
      this.#length -= 1;
    }
  }

  /** Closes the holes; twice the places if that does not free half of them. */
  #makeRoom(): void {
    const kept: Delivery[] = [];
    for (let i = 0; i < this.#length; i += 1) {
      const delivery = this.#deliveries[(this.#head + i) & this.#mask];
      if (delivery !== undefined) kept.push(delivery);
    }
    const places = this.#mask + 1;
    const capacity = kept.length * 2 > places ? places * 2 : places;
    this.#tags = new Array<number>(capacity).fill(0);
    this.#deliveries = new Array<undefined>(capacity).fill(undefined);
    this.#mask = capacity - 1;
    this.#head = 0;
    this.#length = 0;
    this.#size = 0;
    for (const delivery of kept) this.add(delivery);
  }
}
