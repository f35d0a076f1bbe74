/**
 * Finds the resources of an address, segment by segment: each is compared as it reads when it is decoded, so a `%2F` does not end
 * one. A slash at the end means nothing; empty segments name nothing. The time is linear to the address, whatever it is.
 */
import { badRequest } from './api-error.ts';
import type { Resource } from './resource.ts';

export interface Route {
  readonly resource: Resource;
  /** What the address has where the resource's path has names. */
  readonly params: Readonly<Record<string, string>>;
}

interface Leaf {
  readonly resource: Resource;
  readonly names: readonly string[];
}

interface Branch {
  readonly literals: Map<string, Branch>;
  named: Branch | undefined;
  readonly leaves: Leaf[];
}

/** Where one has come to, and what was there under names. */
type Place = readonly [branch: Branch, values: readonly string[]];

/** Names have up to 255 bytes, and each may be percent-encoded twice. */
const SEGMENT_CHARS_MAX = 8192;
const SHOWN_CHARS_MAX = 100;

export class Router {
  readonly #root = newBranch();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) this.#add(resource);
  }

  /** Those whose path is more literal, looked at from its beginning, come first. @throws ApiError 400 */
  routes(path: string): Route[] {
    let places: Place[] = [[this.#root, []]];
    for (const segment of segmentsOf(path)) places = places.flatMap((place) => steps(place, segment));
    return places.flatMap(([{ leaves }, values]) => leaves.map((leaf) => routeOf(leaf, values)));
  }

  #add(resource: Resource): void {
    let branch = this.#root;
    const names: string[] = [];
    for (const segment of resource.path.split('/')) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1));
        branch.named ??= newBranch();
        branch = branch.named;
      } else branch = literalBranch(branch, segment);
    }
    branch.leaves.push({ resource, names });
  }
}

function newBranch(): Branch {
  return { literals: new Map(), named: undefined, leaves: [] };
}

function literalBranch({ literals }: Branch, segment: string): Branch {
  const known = literals.get(segment);
  if (known !== undefined) return known;
  const branch = newBranch();
  literals.set(segment, branch);
  return branch;
}

/** @throws ApiError 400 */
function segmentsOf(path: string): string[] {
  const segments = path.split('/').map(decoded);
  if (segments.length > 1 && segments.at(-1) === '') segments.pop();
  return segments;
}

function decoded(segment: string): string {
  if (segment.length > SEGMENT_CHARS_MAX) {
    throw badRequest(`a part of the path is longer than ${SEGMENT_CHARS_MAX} characters`);
  }
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`'${segment.slice(0, SHOWN_CHARS_MAX)}' in the path is not percent-encoded UTF-8`);
  }
}

/** There are as many places at once as the resources have branches, which no client changes. */
function steps([{ literals, named }, values]: Place, segment: string): Place[] {
  const places: Place[] = [];
  const literal = literals.get(segment);
  if (literal !== undefined) places.push([literal, values]);
  if (named !== undefined && segment !== '') places.push([named, [...values, segment]]);
  return places;
}

function routeOf({ resource, names }: Leaf, values: readonly string[]): Route {
  return { resource, params: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) };
}
