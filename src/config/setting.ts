/**
 * The kinds of setting that the table in `settings.ts` is made of. A setting is data plus how its text is read; it knows
 * nothing of where the text came from. Its one name is the flag; the environment variable and the YAML key follow from it.
 */
import { formatQuantity, parseQuantity, type Unit } from './units.ts';

export interface Setting<T> {
  /** `kafka-port`: `--kafka-port`, `TRILOG_KAFKA_PORT`, and `kafka-port` in the file. */
  readonly flag: string;
  readonly type: 'integer' | 'bytes' | 'duration' | 'choice' | 'boolean' | 'text' | 'pairs';
  readonly default: T;
  /** The default in words that a person reads. */
  readonly defaultText: string;
  /** What is allowed, in short: a range, a list of words, the nature of a text. */
  readonly range: string;
  readonly doc: string;
  /** Not to be said back to anybody. */
  readonly isSecret?: boolean;
  /** Reads what a flag, a variable or a YAML scalar says. */
  parse(text: string): Parsed<T>;
}

export type Parsed<T> = { readonly value: T } | { readonly problem: string };

export type ValueOf<S> = S extends Setting<infer T> ? T : never;

export function environmentVariable(flag: string): string {
  return `TRILOG_${flag.toUpperCase().replaceAll('-', '_')}`;
}

interface Declaration<D> {
  readonly flag: string;
  readonly default: D;
  /** Says what an `undefined` default means. */
  readonly defaultText?: string;
  readonly doc: string;
}

interface IntegerDeclaration<D> extends Declaration<D> {
  readonly unit?: Unit;
  readonly min: number;
  readonly max?: number;
}

/** A whole number in [min, max]. `D` is `number`, or `number | undefined` where the default depends on something else. */
export function integer<D extends number | undefined>(
  declaration: IntegerDeclaration<D>,
): Setting<number | Extract<D, undefined>> {
  const { flag, doc, unit = 'count', min, max = Number.MAX_SAFE_INTEGER } = declaration;
  const text = (value: number) => formatQuantity(value, unit);
  const range = max === Number.MAX_SAFE_INTEGER ? `${text(min)} or more` : `${text(min)} to ${text(max)}`;
  const value: number | undefined = declaration.default;
  return {
    flag,
    doc,
    type: unit === 'bytes' ? 'bytes' : unit === 'ms' ? 'duration' : 'integer',
    default: declaration.default as number | Extract<D, undefined>,
    defaultText: declaration.defaultText ?? (value === undefined ? 'none' : text(value)),
    range,
    parse(input) {
      const number = parseQuantity(input, unit);
      if (typeof number === 'object') return number;
      return number < min || number > max ? { problem: 'is out of range' } : { value: number };
    },
  };
}

/** One of a closed list of words. */
export function choice<const C extends string>(
  declaration: Declaration<NoInfer<C>> & { readonly choices: readonly C[] },
): Setting<C> {
  const { flag, doc, choices } = declaration;
  return {
    flag,
    doc,
    type: 'choice',
    default: declaration.default,
    defaultText: declaration.default,
    range: choices.join(' | '),
    parse(input) {
      const found = choices.find((word) => word === input.trim());
      return found === undefined ? { problem: 'is not one of the choices' } : { value: found };
    },
  };
}

/** `true` or `false`, spelled out also on the command line, so that every source says it the same way. */
export function boolean(declaration: Declaration<boolean>): Setting<boolean> {
  const { flag, doc } = declaration;
  return {
    flag,
    doc,
    type: 'boolean',
    default: declaration.default,
    defaultText: String(declaration.default),
    range: 'true | false',
    parse(input) {
      const word = input.trim();
      if (word !== 'true' && word !== 'false') return { problem: 'is neither true nor false' };
      return { value: word === 'true' };
    },
  };
}

/** Text that is not empty. */
export function text<D extends string | undefined>(
  declaration: Declaration<D> & { readonly means: string; readonly pattern?: RegExp; readonly isSecret?: boolean },
): Setting<string | Extract<D, undefined>> {
  const { flag, doc, means, pattern, isSecret = false } = declaration;
  return {
    flag,
    doc,
    type: 'text',
    isSecret,
    default: declaration.default as string | Extract<D, undefined>,
    defaultText: declaration.defaultText ?? declaration.default ?? 'none',
    range: means,
    parse(input) {
      const value = input.trim();
      if (value === '') return { problem: 'is empty' };
      return pattern !== undefined && !pattern.test(value) ? { problem: 'is not of that form' } : { value };
    },
  };
}

/** `name:secret` pairs with commas between them, each name once; a secret may have colons. None by default. */
export function secrets(
  declaration: Omit<Declaration<never>, 'default' | 'defaultText'> & { readonly means: string },
): Setting<ReadonlyMap<string, string>> {
  const { flag, doc, means } = declaration;
  return {
    flag,
    doc,
    type: 'pairs',
    isSecret: true,
    default: new Map(),
    defaultText: 'none',
    range: means,
    parse(input) {
      const value = new Map<string, string>();
      if (input.trim() === 'none') return { value };
      for (const pair of input.split(',')) {
        const [, name = '', text = ''] = /^\s*([^\s:]+):(\S+)\s*$/.exec(pair) ?? [];
        if (text === '') return { problem: 'is not a list of pairs' };
        if (value.has(name)) return { problem: 'has a name more than once' };
        value.set(name, text);
      }
      return { value };
    },
  };
}
