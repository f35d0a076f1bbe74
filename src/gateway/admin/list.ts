/**
 * Lists: ordered, cut to a page, each item reduced to the wanted columns. What an item says is asked only of those that are shown,
 * unless the order depends on it. Ten thousand items are no reason for anybody to wait: long lists are made in slices, and sent
 * as fast as the client takes them.
 */
import { type Answer, json } from './answer.ts';
import type { Call } from './call.ts';
import { dottedValue, parseColumns, pickColumns } from './columns.ts';
import { compareKeys, compareValues } from './order.ts';
import { type Paging, pageOf, pagingOf } from './paging.ts';
import { Turns } from './turns.ts';

export interface Listing<T> {
  readonly items: Iterable<T>;
  readonly facts: (item: T) => object;
  /** By what the list is ordered when nobody says. */
  readonly key: (item: T) => readonly string[];
  /** For the filter of paged lists; left out: the list has no pages. */
  readonly name?: (item: T) => string;
}

/** Shorter lists are answered in one piece. */
const PIECE_ITEMS = 500;

interface Keyed<T> {
  readonly item: T;
  readonly key: readonly string[];
  value: unknown;
}

export async function list<T>(call: Call, listing: Listing<T>): Promise<Answer> {
  const { query, services } = call;
  const paging = listing.name === undefined ? undefined : pagingOf(query, services.settings);
  const turns = new Turns(services.clock);
  const all: Keyed<T>[] = [];
  for (const item of listing.items) all.push({ item, key: listing.key(item), value: undefined });
  const wanted = paging === undefined ? all : await filtered(all, listing, paging, turns);
  await order(wanted, listing, call, turns);
  if (paging !== undefined) return page(wanted, all.length, listing, paging);
  if (wanted.length <= PIECE_ITEMS) return json(wanted.map(({ item }) => listing.facts(item)));
  return { status: 200, pieces: pieces(wanted, listing, call, turns) };
}

async function filtered<T>(
  all: Keyed<T>[],
  { name }: Listing<T>,
  { wants }: Paging,
  turns: Turns,
): Promise<Keyed<T>[]> {
  const kept: Keyed<T>[] = [];
  for (const keyed of all) {
    if (name === undefined || wants(name(keyed.item))) kept.push(keyed);
    if (turns.isOver) await turns.next();
  }
  return kept;
}

async function order<T>(items: Keyed<T>[], { facts }: Listing<T>, { query }: Call, turns: Turns): Promise<void> {
  const path = (query.get('sort') ?? '').split('.').filter((name) => name !== '');
  if (path.length === 0) items.sort((a, b) => compareKeys(a.key, b.key));
  else {
    for (const keyed of items) {
      keyed.value = dottedValue(facts(keyed.item), path);
      if (turns.isOver) await turns.next();
    }
    items.sort((a, b) => compareValues(a.value, b.value) || compareKeys(a.key, b.key));
  }
  if (query.isTrue('sort_reverse')) items.reverse();
}

function page<T>(wanted: readonly Keyed<T>[], total: number, { facts }: Listing<T>, paging: Paging): Answer {
  const { from, ...about } = pageOf(paging, total, wanted.length);
  const items = wanted.slice(from, from + about.item_count).map(({ item }) => facts(item));
  return { status: 200, items, value: about };
}

async function* pieces<T>(
  wanted: readonly Keyed<T>[],
  { facts }: Listing<T>,
  { query }: Call,
  turns: Turns,
): AsyncGenerator<string> {
  const columns = parseColumns(query.get('columns'));
  let texts: string[] = [];
  let before = '[';
  for (const { item } of wanted) {
    texts.push(JSON.stringify(pickColumns(facts(item), columns)));
    if (texts.length < PIECE_ITEMS && !turns.isOver) continue;
    yield before + texts.join();
    texts = [];
    before = ',';
    await turns.next();
  }
  yield `${texts.length > 0 || before === '[' ? before : ''}${texts.join()}]`;
}
