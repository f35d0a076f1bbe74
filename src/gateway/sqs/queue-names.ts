/** The names of all queues that SQS sees, in order, for lists that go on page by page. Sorted anew after queues came or went. */
import { type AmqpCatalogListener, type Queue, ROOT_VHOST } from '../../catalog/amqp/model.ts';
import type { SqsQueue } from './queue-view.ts';

export interface NamesSource {
  subscribe(listener: AmqpCatalogListener): () => void;
  queues(vhost: string): Iterable<Queue>;
}

export interface Page {
  readonly names: readonly string[];
  /** The last one, if there are more. */
  readonly next: string | undefined;
}

export class QueueNames {
  readonly #catalog: NamesSource;
  readonly #viewOf: (queue: Queue) => SqsQueue | undefined;
  #sorted: readonly string[] | undefined;

  constructor(catalog: NamesSource, viewOf: (queue: Queue) => SqsQueue | undefined) {
    this.#catalog = catalog;
    this.#viewOf = viewOf;
    const changed = () => {
      this.#sorted = undefined;
    };
    catalog.subscribe({ onQueueDeclared: changed, onQueueDeleted: changed });
  }

  /** @param after the last name of the page before; '' for the first. */
  page(prefix: string, after: string, max: number): Page {
    const sorted = this.#names();
    const names: string[] = [];
    let at = firstFrom(sorted, prefix);
    if (after >= prefix) at = Math.max(at, firstFrom(sorted, `${after}\0`));
    for (let name = sorted[at]; name?.startsWith(prefix); name = sorted[at]) {
      if (names.length === max) return { names, next: names.at(-1) };
      names.push(name);
      at += 1;
    }
    return { names, next: undefined };
  }

  #names(): readonly string[] {
    if (this.#sorted === undefined) {
      const names: string[] = [];
      for (const queue of this.#catalog.queues(ROOT_VHOST)) {
        if (this.#viewOf(queue) !== undefined) names.push(queue.name);
      }
      this.#sorted = names.sort();
    }
    return this.#sorted;
  }
}

/** Where the first name is that is not before `name`. */
function firstFrom(sorted: readonly string[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
