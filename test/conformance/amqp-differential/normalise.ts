/**
 * Makes two brokers' answers comparable: what each chooses for itself (consumer tags, queue names, clocks) gets a name by the order
 * of its first appearance, so that "the same one again" still has to be the same one again.
 */
import type { Json } from './describe.ts';

const CHOSEN = /amq\.ctag-[\w-]+|amq\.gen-[\w-]+|amq\.rabbitmq\.reply-to\.[\w.+/=@#-]+/g;
/** Seconds since the Unix epoch of about now. */
const MOMENT = /^1[789]\d{8}$/;

export class Normaliser {
  readonly #prefix: string;
  readonly #names = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  normalise(value: Json): Json {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each) => this.normalise(each));
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.normalise(each)]));
  }

  #text(text: string): string {
    if (MOMENT.test(text)) return '<a moment of the run>';
    return text.replaceAll(this.#prefix, '~').replaceAll(CHOSEN, (name) => this.#alias(name));
  }

  #alias(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const kind = name.split(/[-.]/)[1];
    const alias = `<${kind} ${this.#names.size + 1}>`;
    this.#names.set(name, alias);
    return alias;
  }
}
