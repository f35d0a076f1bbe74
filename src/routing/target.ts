/** Where a binding leads: a queue or another exchange. Search marks what it has come by, so nothing is visited twice. */
import type { LogId } from '../base/brand.ts';

export interface Target {
  /** Of a queue; an exchange has none. */
  readonly queueId: LogId | undefined;
  /** The last search that came by. */
  mark: number;
}

/** Takes what a matcher finds; the same target may come several times. */
export interface Found {
  add(target: Target): void;
}

/** A queue as a target. */
export class QueueTarget implements Target {
  mark = 0;

  constructor(readonly queueId: LogId) {}
}

/**
 * A bag of targets, of which most hold one. The same target may be in it several times, once for each binding, and is found
 * once.
 */
export class TargetBag {
  #first: Target | undefined;
  #firstCount = 0;
  /** Further ones, each with how often it is in. */
  #more: Map<Target, number> | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined && this.#more === undefined;
  }

  add(target: Target): void {
    if (this.#first === undefined && !this.#more?.has(target)) this.#first = target;
    if (this.#first === target) {
      this.#firstCount += 1;
      return;
    }
    this.#more ??= new Map();
    this.#more.set(target, (this.#more.get(target) ?? 0) + 1);
  }

  remove(target: Target): void {
    if (this.#first === target) {
      this.#firstCount -= 1;
      if (this.#firstCount === 0) this.#first = undefined;
      return;
    }
    const count = this.#more?.get(target) ?? 0;
    if (count > 1) this.#more?.set(target, count - 1);
    else this.#more?.delete(target);
    if (this.#more?.size === 0) this.#more = undefined;
  }

  addTo(found: Found): void {
    if (this.#first !== undefined) found.add(this.#first);
    if (this.#more === undefined) return;
    for (const target of this.#more.keys()) found.add(target);
  }
}
