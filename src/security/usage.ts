/**
 * How many connections and channels each user has open, over all protocols of this node, and the limits on them. Nobody's
 * count is kept after the last one has closed.
 */
import { assert } from '../base/assert.ts';
import { DomainError } from '../base/errors.ts';
import type { LimitName, User } from './user.ts';

/** What it needs of `Security`. */
export interface UserSource {
  user(name: string): User | undefined;
}

export class UserUsage {
  readonly #source: UserSource;
  readonly #connections = new Map<string, number>();
  readonly #channels = new Map<string, number>();

  constructor(source: UserSource) {
    this.#source = source;
  }

  connections(user: string): number {
    return this.#connections.get(user) ?? 0;
  }

  channels(user: string): number {
    return this.#channels.get(user) ?? 0;
  }

  /** @throws DomainError `not_allowed` if the user has as many as it may; then nothing is open that must be closed */
  openConnection(user: string): void {
    const limit = this.#reached('max-connections', user, this.connections(user));
    if (limit !== undefined) {
      const text = `connection refused for user '${user}': user connection limit (${limit}) is reached`;
      throw new DomainError('not_allowed', text);
    }
    this.#connections.set(user, this.connections(user) + 1);
  }

  closeConnection(user: string): void {
    close(this.#connections, user);
  }

  /** @throws DomainError `not_allowed` if the user has as many as it may; then nothing is open that must be closed */
  openChannel(user: string): void {
    const limit = this.#reached('max-channels', user, this.channels(user));
    if (limit !== undefined) {
      const text = `number of channels opened for user '${user}' has reached the maximum allowed user limit of (${limit})`;
      throw new DomainError('not_allowed', text);
    }
    this.#channels.set(user, this.channels(user) + 1);
  }

  closeChannel(user: string): void {
    close(this.#channels, user);
  }

  #reached(name: LimitName, user: string, open: number): number | undefined {
    const limit = this.#source.user(user)?.limits[name];
    return limit !== undefined && open >= limit ? limit : undefined;
  }
}

function close(counts: Map<string, number>, user: string): void {
  const open = counts.get(user) ?? 0;
  assert(open > 0, `user ${user} has something open to close`);
  if (open === 1) counts.delete(user);
  else counts.set(user, open - 1);
}
