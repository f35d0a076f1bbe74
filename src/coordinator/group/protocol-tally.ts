/**
 * Which protocols the members of one group offer: how many members know each name, how many bytes the offers take,
 * and the vote. A join is accepted only if one of its protocols is known to everybody, so the vote always has a
 * candidate.
 */
import { assert } from '../../base/assert.ts';
import type { JoinProtocol } from './requests.ts';

export class ProtocolTally {
  readonly #offers = new Map<string, number>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(protocols: readonly JoinProtocol[]): void {
    this.#bytes += bytesOf(protocols);
    for (const { name } of protocols) this.#offers.set(name, this.offersOf(name) + 1);
  }

  remove(protocols: readonly JoinProtocol[]): void {
    this.#bytes -= bytesOf(protocols);
    for (const { name } of protocols) {
      const offers = this.offersOf(name) - 1;
      if (offers > 0) this.#offers.set(name, offers);
      else this.#offers.delete(name);
    }
  }

  offersOf(name: string): number {
    return this.#offers.get(name) ?? 0;
  }

  /** Each ballot names the first of its protocols that all know. Most votes win; a tie goes to the one named first. */
  vote(ballots: Iterable<readonly JoinProtocol[]>, memberCount: number): string {
    const votes = new Map<string, number>();
    for (const ballot of ballots) {
      const choice = ballot.find(({ name }) => this.offersOf(name) === memberCount);
      assert(choice !== undefined, 'every accepted member shares a protocol with all others');
      votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    let winner: string | undefined;
    let most = 0;
    for (const [name, count] of votes) {
      if (count > most) {
        winner = name;
        most = count;
      }
    }
    assert(winner !== undefined, 'a vote needs a member');
    return winner;
  }
}

export function bytesOf(protocols: readonly JoinProtocol[]): number {
  let bytes = 0;
  for (const { name, metadata } of protocols) bytes += name.length + metadata.length;
  return bytes;
}
