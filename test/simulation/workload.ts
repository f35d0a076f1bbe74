/** Who does what in a run: how many topics, producers, consumers, members and administrators, as the seed decides. */
import { createAdmin } from './admin.ts';
import { checkAll } from './checker.ts';
import { Client } from './client.ts';
import { Fetcher, type Isolation } from './fetcher.ts';
import { commitOffset, fetchOffset, GroupHistory, GroupMember } from './groups.ts';
import { type Place, placeKey, Violation } from './history.ts';
import { idempotentProducer, initProducerId, plainProducer, RETRIABLE } from './producers.ts';
import { TransactionalProducer } from './transactions.ts';
import type { World } from './world.ts';

const LONG_TIMEOUT_MS = 600_000;

export class Workload {
  readonly #clients: Client[] = [];
  /** Every partition that there ever was. */
  readonly #places: Place[] = [];
  readonly #world: World;
  #producersAreDone = false;

  constructor(world: World) {
    this.#world = world;
  }

  get acknowledged(): number {
    return this.#world.history.acknowledgedCount;
  }

  get doing(): string {
    return this.#clients.map(({ name, doing }) => `${name}: ${doing}`).join('; ');
  }

  check(round: number): Promise<void> {
    return checkAll(this.#client(`checker${round}`), this.#places);
  }

  async run(): Promise<void> {
    const { random } = this.#world.scheduler;
    const admin = createAdmin(this.#client('admin'), this.#places);
    for (let i = random.below(2); i >= 0; i -= 1) await admin.createTopic(`topic${i}`, 1 + random.below(3));
    // What exists from the beginning stays; the administrator adds and deletes other topics.
    const places = [...this.#places];
    const producers = [admin.run(), ...this.#producers(places), ...this.#transactions(places)];
    const others = [...this.#consumers(places), ...this.#members(places)];
    const othersAreDone = this.#all(others);
    await this.#all(producers);
    this.#producersAreDone = true;
    await othersAreDone;
    await this.#checkOffsets(places);
  }

  /** The first failure is the run's; none goes unseen. */
  async #all(running: readonly Promise<void>[]): Promise<void> {
    await Promise.all(running.map((one) => one.catch((error) => this.#world.fail(error as Error))));
  }

  #client(name: string, arrivesInTime = false): Client {
    const client = new Client(this.#world, name, arrivesInTime);
    this.#clients.push(client);
    return client;
  }

  #producers(places: readonly Place[]): Promise<void>[] {
    const { random } = this.#world.scheduler;
    const running: Promise<void>[] = [];
    for (let i = random.below(3); i > 0; i -= 1) {
      const client = this.#client(`idempotent${i}`);
      const count = 3 + random.below(10);
      running.push(initProducerId(client).then((identity) => idempotentProducer(client, identity, places, count)));
    }
    if (random.chance(60)) running.push(plainProducer(this.#client('plain'), places, 2 + random.below(6)));
    if (random.chance(40)) running.push(this.#committer(places));
    return running;
  }

  #transactions(places: readonly Place[]): Promise<void>[] {
    const { random } = this.#world.scheduler;
    const running: Promise<void>[] = [];
    for (let i = random.below(3); i > 0; i -= 1) {
      const transactionalId = `tx${i}`;
      const isV2 = random.chance(60);
      const mayBeFenced = random.chance(40);
      const common = { transactionalId, mayBeFenced, groupId: `copies${i}`, count: 1 + random.below(5), isV2 };
      const timeoutMs = mayBeFenced ? 40 + random.below(300) : LONG_TIMEOUT_MS;
      const start = (name: string, yields: boolean): Promise<void> => {
        // In transactions v1 a late EndTxn of a lost connection can end the next transaction: the protocol's own hole.
        const client = this.#client(name, !isV2);
        return new TransactionalProducer(client, { ...common, timeoutMs, yields }, places).run();
      };
      const hasSuccessor = mayBeFenced && random.chance(50);
      running.push(start(`tx${i}`, hasSuccessor));
      if (hasSuccessor) running.push(start(`tx${i}-successor`, false));
    }
    return running;
  }

  #consumers(places: readonly Place[]): Promise<void>[] {
    const isolations: readonly Isolation[] = ['read_uncommitted', 'read_committed'];
    return isolations.map((isolation) => this.#consume(this.#client(isolation), isolation, places));
  }

  async #consume(client: Client, isolation: Isolation, places: readonly Place[]): Promise<void> {
    const { random } = client;
    const fetcher = new Fetcher(client, {
      isolation,
      useSession: random.chance(50),
      useTopicIds: random.chance(50),
      maxBytes: 200 + random.below(4000),
      maxWaitMs: random.below(200),
    });
    for (const place of places) fetcher.follow(place);
    await client.insist('consuming', async () => {
      while (!this.#producersAreDone || !fetcher.isAtEnd) await fetcher.poll();
      return true;
    });
  }

  #members(places: readonly Place[]): Promise<void>[] {
    const { random } = this.#world.scheduler;
    if (random.chance(40)) return [];
    const group = new GroupHistory('members');
    const running: Promise<void>[] = [];
    for (let i = 1 + random.below(3); i > 0; i -= 1) {
      const client = this.#client(`member${i}`);
      const member = new GroupMember(client, group, places);
      const delayMs = random.below(150);
      running.push(client.sleep(delayMs).then(() => member.run(1 + random.below(5), random.chance(60))));
    }
    return running;
  }

  /** Commits growing offsets without being a member, and reads them back. */
  async #committer(places: readonly Place[]): Promise<void> {
    const client = this.#client('committer');
    const place = places[0] as Place;
    for (let i = 0; i < 5; i += 1) {
      const value = this.#world.registers.nextValue();
      await client.insist('committing', async () => {
        const errorCode = await commitOffset(client, 'simple', place, value);
        if (RETRIABLE.includes(errorCode)) return undefined;
        if (errorCode !== 0) throw new Violation(`an OffsetCommit was refused with ${errorCode}`);
        return true;
      });
      await client.insist('reading what was committed', () => fetchOffset(client, 'simple', place));
    }
  }

  async #checkOffsets(places: readonly Place[]): Promise<void> {
    const client = this.#client('offsets');
    for (const key of this.#world.registers.keys()) {
      const [groupId = '', placed] = key.split('/');
      const place = places.find((candidate) => placeKey(candidate) === placed);
      if (place === undefined) continue;
      await client.insist(`reading ${key}`, () => fetchOffset(client, groupId, place));
    }
  }
}
