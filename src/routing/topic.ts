/**
 * Exchanges of type topic: words between dots, `*` for one word, `#` for any number of them. No key at all has no words;
 * a dot stands between two words even if these are empty.
 *
 * Patterns are a trie by words. A key walks it with all its possible places at once, each kept once, so the time follows
 * from the key's words and the patterns that begin like it, and neither from other patterns nor, exponentially, from `#`s.
 */
import type { Binding } from '../catalog/amqp/model.ts';
import type { Matcher, Query } from './matcher.ts';
import { type Found, type Target, TargetBag } from './target.ts';

class TrieNode {
  words: Map<string, TrieNode> | undefined;
  star: TrieNode | undefined;
  hash: TrieNode | undefined;
  bag: TargetBag | undefined;
  /** The last step of a walk that came here. */
  mark = 0;

  /** @param isHash whether the word that led here is `#`, which takes any words to come */
  constructor(readonly isHash: boolean) {}

  get isBare(): boolean {
    return this.bag === undefined && this.words === undefined && this.star === undefined && this.hash === undefined;
  }

  child(word: string): TrieNode | undefined {
    return word === '*' ? this.star : word === '#' ? this.hash : this.words?.get(word);
  }

  makeChild(word: string): TrieNode {
    const node = new TrieNode(word === '#');
    if (word === '*') this.star = node;
    else if (word === '#') this.hash = node;
    else {
      this.words ??= new Map();
      this.words.set(word, node);
    }
    return node;
  }

  dropChild(word: string): void {
    if (word === '*') this.star = undefined;
    else if (word === '#') this.hash = undefined;
    else this.words?.delete(word);
    if (this.words?.size === 0) this.words = undefined;
  }
}

export class TopicMatcher implements Matcher {
  readonly isByKey = true;
  readonly #root = new TrieNode(false);
  #step = 0;
  #places: TrieNode[] = [];
  #nextPlaces: TrieNode[] = [];

  add({ routingKey }: Binding, target: Target): void {
    let node = this.#root;
    for (const word of wordsOf(routingKey)) node = node.child(word) ?? node.makeChild(word);
    node.bag ??= new TargetBag();
    node.bag.add(target);
  }

  remove({ routingKey }: Binding, target: Target): void {
    const words = wordsOf(routingKey);
    const path = [this.#root];
    for (const word of words) {
      const next = path.at(-1)?.child(word);
      if (next === undefined) return;
      path.push(next);
    }
    const last = path.at(-1);
    last?.bag?.remove(target);
    if (last?.bag?.isEmpty) last.bag = undefined;
    for (let depth = words.length; depth > 0 && path[depth]?.isBare; depth -= 1) {
      path[depth - 1]?.dropChild(words[depth - 1] ?? '');
    }
  }

  match({ routingKeys }: Query, found: Found): void {
    for (const key of routingKeys) this.#walk(key, found);
  }

  #walk(key: string, found: Found): void {
    this.#begin();
    this.#enter(this.#root);
    this.#turn();
    let at = key === '' ? -1 : 0;
    while (at !== -1 && this.#places.length > 0) {
      const dot = key.indexOf('.', at);
      this.#read(dot === -1 ? key.slice(at) : key.slice(at, dot));
      at = dot === -1 ? -1 : dot + 1;
    }
    for (const { bag } of this.#places) bag?.addTo(found);
    this.#places.length = 0;
  }

  #read(word: string): void {
    this.#begin();
    for (const node of this.#places) {
      const next = node.words?.get(word);
      if (next !== undefined) this.#enter(next);
      if (node.star !== undefined) this.#enter(node.star);
      if (node.isHash) this.#enter(node);
    }
    this.#turn();
  }

  #begin(): void {
    this.#step += 1;
  }

  /** What a `#` stands for may be nothing, so one is also behind it. */
  #enter(node: TrieNode): void {
    if (node.mark === this.#step) return;
    node.mark = this.#step;
    this.#nextPlaces.push(node);
    if (node.hash !== undefined) this.#enter(node.hash);
  }

  #turn(): void {
    const empty = this.#places;
    empty.length = 0;
    this.#places = this.#nextPlaces;
    this.#nextPlaces = empty;
  }
}

function wordsOf(key: string): string[] {
  return key === '' ? [] : key.split('.');
}
