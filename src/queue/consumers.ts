/**
 * The consumers of one queue, and whose turn it is: among those of the highest priority that can take a message, in turn. Those
 * that can stand in a line per priority; nobody looks at the others, so that a thousand busy consumers cost nothing.
 */
import { Consumer, type ConsumerId, type ConsumerSpec } from './consumer.ts';

interface Line {
  readonly priority: number;
  waiting: Consumer[];
  head: number;
}

export class Consumers {
  readonly #all = new Map<ConsumerId, Consumer>();
  /** By descending priority. */
  readonly #lines: Line[] = [];
  #active: Consumer | undefined;

  constructor(private readonly singleActive: boolean) {}

  get size(): number {
    return this.#all.size;
  }

  get hasExclusive(): boolean {
    for (const { spec } of this.#all.values()) if (spec.exclusive) return true;
    return false;
  }

  get(id: ConsumerId): Consumer | undefined {
    return this.#all.get(id);
  }

  all(): Iterable<Consumer> {
    return this.#all.values();
  }

  add(id: ConsumerId, spec: ConsumerSpec): Consumer {
    const consumer = new Consumer(id, spec);
    this.#all.set(id, consumer);
    if (this.singleActive) {
      consumer.isActive = false;
      if (this.#active === undefined) this.#activate(consumer);
    }
    this.offer(consumer);
    return consumer;
  }

  remove(id: ConsumerId): Consumer | undefined {
    const consumer = this.#all.get(id);
    if (consumer === undefined) return undefined;
    this.#all.delete(id);
    consumer.isGone = true;
    this.#dropUnusedLine(consumer.spec.priority);
    if (this.#active === consumer) this.#activate(this.#successor());
    return consumer;
  }

  /** Stands in line if it can take a message and doesn't yet. */
  offer(consumer: Consumer): void {
    if (consumer.isWaiting || !consumer.hasCapacity) return;
    consumer.isWaiting = true;
    this.#line(consumer.spec.priority).waiting.push(consumer);
  }

  /** Whose turn it is; stays so until `served`. */
  next(): Consumer | undefined {
    for (const line of this.#lines) {
      for (let first = line.waiting[line.head]; first !== undefined; first = line.waiting[line.head]) {
        if (first.hasCapacity) return first;
        this.#leave(line, first);
      }
    }
    return undefined;
  }

  /** The consumer that `next` gave has got a message: it goes to the end of its line, or out of it. */
  served(consumer: Consumer): void {
    const line = this.#line(consumer.spec.priority);
    if (line.waiting.length - line.head === 1 && consumer.hasCapacity) return;
    this.#leave(line, consumer);
    this.offer(consumer);
  }

  #leave(line: Line, first: Consumer): void {
    first.isWaiting = false;
    line.head += 1;
    if (line.head === line.waiting.length) {
      line.waiting.length = 0;
      line.head = 0;
    } else if (line.head > 64 && line.head * 2 > line.waiting.length) {
      line.waiting = line.waiting.slice(line.head);
      line.head = 0;
    }
  }

  #line(priority: number): Line {
    let at = 0;
    for (const line of this.#lines) {
      if (line.priority === priority) return line;
      if (line.priority > priority) at += 1;
    }
    const line: Line = { priority, waiting: [], head: 0 };
    this.#lines.splice(at, 0, line);
    return line;
  }

  #dropUnusedLine(priority: number): void {
    for (const { spec } of this.#all.values()) if (spec.priority === priority) return;
    const at = this.#lines.findIndex((line) => line.priority === priority);
    if (at >= 0) this.#lines.splice(at, 1);
  }

  /** Of the highest priority, the one that came first. */
  #successor(): Consumer | undefined {
    let best: Consumer | undefined;
    for (const consumer of this.#all.values()) {
      if (best === undefined || consumer.spec.priority > best.spec.priority) best = consumer;
    }
    return best;
  }

  #activate(consumer: Consumer | undefined): void {
    this.#active = consumer;
    if (consumer === undefined) return;
    consumer.isActive = true;
    this.offer(consumer);
    consumer.spec.sink.activated?.();
  }
}
