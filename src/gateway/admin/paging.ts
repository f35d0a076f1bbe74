/** `page`, `page_size`, `name` and `use_regex`: which part of a list is wanted, and how it is answered. */
import { Pattern } from '../../base/pattern/pattern.ts';
import { PatternError } from '../../base/pattern/syntax.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { Query } from './query.ts';

export interface Paging {
  readonly page: number;
  readonly pageSize: number;
  /** Whether an item is wanted by its name. */
  readonly wants: (name: string) => boolean;
}

export interface PagingSettings {
  readonly pageSize: number;
  readonly pageSizeMax: number;
}

export interface Page {
  readonly total_count: number;
  readonly item_count: number;
  readonly filtered_count: number;
  readonly page: number;
  readonly page_size: number;
  readonly page_count: number;
}

/** Undefined: the whole list is wanted, and nothing is filtered. @throws ApiError 400 */
export function pagingOf(query: Query, settings: PagingSettings): Paging | undefined {
  const page = integer(query.get('page'));
  const pageSize = integer(query.get('page_size'));
  if (page === undefined) return undefined;
  if (page < 1 || (pageSize !== undefined && (pageSize < 1 || pageSize > settings.pageSizeMax))) {
    const reason = `Invalid pagination parameters: page number ${page}, page size ${pageSize}`;
    throw new ApiError(400, 'invalid_pagination_parameters', reason);
  }
  return { page, pageSize: pageSize ?? settings.pageSize, wants: nameFilter(query) };
}

function integer(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw badRequest('Pagination parameters are invalid');
  return Number(text);
}

function nameFilter(query: Query): (name: string) => boolean {
  const text = query.get('name') ?? '';
  if (text === '') return () => true;
  if (query.isTrue('use_regex')) {
    const pattern = patternOf(text);
    return (name) => pattern.test(name);
  }
  const lower = text.toLowerCase();
  return (name) => name.toLowerCase().includes(lower);
}

function patternOf(text: string): Pattern {
  try {
    // Alone at first, so that a complaint counts from its own beginning.
    return new Pattern(`(?i)${new Pattern(text).source}`);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw badRequest(`Pagination parameters are invalid: '${text}' is no regular expression: ${error.message}`);
  }
}

/** Which of `filtered` are on the page: from, and to where exclusively. @throws ApiError 400 when there is no such page */
export function pageOf({ page, pageSize }: Paging, total: number, filtered: number): Page & { readonly from: number } {
  const from = (page - 1) * pageSize;
  if (from > filtered) {
    const reason = `Page out of range, page: ${page} page size: ${pageSize}, len: ${filtered}`;
    throw new ApiError(400, 'page_out_of_range', reason);
  }
  return {
    total_count: total,
    item_count: Math.min(pageSize, filtered - from),
    filtered_count: filtered,
    page,
    page_size: pageSize,
    page_count: Math.ceil(filtered / pageSize),
    from,
  };
}
