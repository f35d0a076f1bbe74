/** The rules of routing, written down in the plainest way, to hold the real thing against. */
import type { AmqpCatalog } from '../../src/catalog/amqp/amqp-catalog.ts';
import type { Binding, Exchange } from '../../src/catalog/amqp/model.ts';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';
import { equalValues } from '../../src/message/field-value.ts';

export function topicMatches(pattern: string, key: string): boolean {
  const words = (text: string) => (text === '' ? [] : text.split('.'));
  return wordsMatch(words(pattern), words(key));
}

function wordsMatch(pattern: readonly string[], key: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return key.length === 0;
  if (first === '#') return wordsMatch(rest, key) || (key.length > 0 && wordsMatch(pattern, key.slice(1)));
  return key.length > 0 && (first === '*' || first === key[0]) && wordsMatch(rest, key.slice(1));
}

export function headersMatch(args: FieldTable, headers: FieldTable): boolean {
  const match = args.get('x-match');
  const mode = match?.type === 'longstr' ? match.value : 'all';
  const names = [...args.keys()].filter((name) => name !== 'x-match');
  const counted = mode.includes('with-x') ? names : names.filter((name) => !name.startsWith('x-'));
  const met = counted.filter((name) => valueMet(args.get(name), headers.get(name)));
  return mode.startsWith('any') ? met.length > 0 : met.length === counted.length;
}

function valueMet(wanted: FieldValue | undefined, header: FieldValue | undefined): boolean {
  if (wanted === undefined || header === undefined) return false;
  return wanted.type === 'void' || equalValues(wanted, header);
}

function bindingMatches({ type }: Exchange, binding: Binding, keys: readonly string[], headers: FieldTable): boolean {
  const { routingKey, arguments: args } = binding;
  if (type === 'fanout') return true;
  if (type === 'headers') return headersMatch(args, headers);
  if (type === 'topic') return keys.some((key) => topicMatches(routingKey, key));
  return keys.includes(routingKey);
}

/** The names of the queues, in order; undefined if the exchange does not exist. */
export function reachedQueues(
  catalog: AmqpCatalog,
  vhost: string,
  exchange: string,
  keys: readonly string[],
  headers: FieldTable,
): string[] | undefined {
  if (catalog.exchange(vhost, exchange) === undefined) return undefined;
  const queues = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const found = catalog.exchange(vhost, name);
    if (found === undefined || seen.has(name)) return;
    seen.add(name);
    const matching = matchesOf(catalog, found, keys, headers);
    for (const [type, destination] of matching) {
      if (type === 'queue') queues.add(destination);
      else visit(destination);
    }
    if (matching.length === 0 && found.alternateExchange !== undefined) visit(found.alternateExchange);
  };
  visit(exchange);
  return [...queues].sort();
}

function matchesOf(
  catalog: AmqpCatalog,
  exchange: Exchange,
  keys: readonly string[],
  headers: FieldTable,
): [type: 'queue' | 'exchange', name: string][] {
  const { vhost, name } = exchange;
  if (name === '') return keys.filter((key) => catalog.queue(vhost, key) !== undefined).map((key) => ['queue', key]);
  return [...catalog.bindingsFrom(vhost, name)]
    .filter((binding) => bindingMatches(exchange, binding, keys, headers))
    .map(({ destinationType, destination }) => [destinationType, destination.name]);
}
