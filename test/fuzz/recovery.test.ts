/**
 * Random damage to the files of a valid data set. A start either refuses with a `RecoveryError`, or every entry that can be
 * read is one that was written, in order and without gaps; only the file that was being written may lose its end.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../src/storage/log.ts';
import { RecoveryError } from '../../src/storage/recovery.ts';
import { SETTINGS, toyEntry, World } from '../storage/harness.ts';

const LOGS = [2000, 2001, 2002];
const TIME_MS_MAX = 8000;

interface DataSet {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly ends: ReadonlyMap<number, number>;
  /** Start offsets that were asked for. */
  readonly starts: ReadonlyMap<number, number>;
  readonly activeFile: string;
}

/** Several sealed files, some cleaned, a checkpoint, and a file that was being written. */
async function dataSet(seed: number): Promise<DataSet> {
  const world = new World(seed);
  await world.start();
  for (const id of [...LOGS, 2009]) world.toy.commit({ type: 'log', id });
  for (let i = 0; i < 220; i += 1) {
    world.append(i % 4 === 3 ? 2009 : (LOGS[i % 3] ?? 2000), 1 + (i % 3), 20 + ((i * 37) % 200));
    if (i % 3 === 0) await world.scheduler.settle();
    if (i === 150) world.toy.commit({ type: 'drop', id: 2009 }, { type: 'log', id: 2009 });
    if (i === 160) world.toy.commit({ type: 'start', id: 2000, offset: 20 });
    if (i === 180) while (await world.scheduler.until(world.storage.clean())) await world.scheduler.settle();
  }
  await world.scheduler.settle();
  const files = new Map<string, Buffer>();
  for (const name of await world.scheduler.until(world.medium.list())) files.set(name, world.medium.contents(name));
  const activeFile =
    [...files.keys()]
      .filter((name) => name.startsWith('wal-'))
      .sort()
      .at(-1) ?? '';
  const ends = new Map([...LOGS, 2009].map((id) => [id, world.log(id).endOffset]));
  return { files, ends, starts: new Map([[2000, 20]]), activeFile };
}

type Damage = (files: Map<string, Buffer>, names: readonly string[]) => string;

/** A place in a file as a share of its length, so that shrinking works whatever the file. */
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const length = fc.integer({ min: 1, max: 600 });
const file = fc.nat({ max: 1000 });

function edit(change: (bytes: Buffer, at: number, bytesMax: number) => Buffer): fc.Arbitrary<Damage> {
  return fc.tuple(file, place, length).map(([which, share, count]): Damage => {
    return (files, names) => {
      const name = names[which % names.length] ?? '';
      const bytes = Buffer.from(files.get(name) ?? Buffer.alloc(0));
      const at = Math.floor(bytes.length * share);
      files.set(name, change(bytes, at, count));
      return `${name} at ${at} of ${bytes.length} (${count})`;
    };
  });
}

const flip = edit((bytes, at, count) => {
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << (count % 8));
  return bytes;
});
const cut = edit((bytes, at) => bytes.subarray(0, at));
const zero = edit((bytes, at, count) => bytes.fill(0, at, Math.min(at + count, bytes.length)));
const repeat = edit((bytes, at, count) =>
  Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + count), bytes.subarray(at)]),
);
const remove = edit((bytes, at, count) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]));

/** Damage that respects the borders of entries is the kind that checksums alone don't notice. */
function entriesOf(bytes: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 40; at + 48 <= bytes.length; at += 48 + bytes.readUInt32LE(at)) starts.push(at);
  return starts;
}

const repeatEntry: fc.Arbitrary<Damage> = fc.tuple(file, place, place).map(([which, from, to]): Damage => {
  return (files, names) => {
    const name = names[which % names.length] ?? '';
    const bytes = files.get(name) ?? Buffer.alloc(0);
    const starts = entriesOf(bytes);
    const source = Math.floor(starts.length * from);
    const target = starts[Math.floor(starts.length * to)] ?? bytes.length;
    const entry = bytes.subarray(starts[source] ?? 0, starts[source + 1] ?? bytes.length);
    files.set(name, Buffer.concat([bytes.subarray(0, target), entry, bytes.subarray(target)]));
    return name;
  };
});

const removeEntry: fc.Arbitrary<Damage> = fc.tuple(file, place).map(([which, from]): Damage => {
  return (files, names) => {
    const name = names[which % names.length] ?? '';
    const bytes = files.get(name) ?? Buffer.alloc(0);
    const starts = entriesOf(bytes);
    const source = Math.floor(starts.length * from);
    const end = starts[source + 1] ?? bytes.length;
    files.set(name, Buffer.concat([bytes.subarray(0, starts[source] ?? end), bytes.subarray(end)]));
    return name;
  };
});

const swapFiles: fc.Arbitrary<Damage> = fc.tuple(file, file).map(([one, other]): Damage => {
  return (files, names) => {
    const [a = '', b = ''] = [names[one % names.length], names[other % names.length]];
    const [bytesA, bytesB] = [files.get(a) ?? Buffer.alloc(0), files.get(b) ?? Buffer.alloc(0)];
    files.set(a, bytesB);
    files.set(b, bytesA);
    return a === b ? '' : `${a} and ${b}`;
  };
});

const loseFile: fc.Arbitrary<Damage> = file.map((which): Damage => {
  return (files, names) => {
    const name = names[which % names.length] ?? '';
    files.delete(name);
    return name;
  };
});

const damage = fc.oneof(flip, cut, zero, repeat, remove, repeatEntry, removeEntry, swapFiles, loseFile);

async function recovered(seed: number, files: ReadonlyMap<string, Buffer>): Promise<World | undefined> {
  const world = new World(seed, { ...SETTINGS, tailCacheBytesMax: 0 });
  for (const [name, bytes] of files) world.medium.replace(name, Buffer.from(bytes));
  try {
    await world.start();
    return world;
  } catch (error) {
    assert.ok(error instanceof RecoveryError, `recovery ended with ${(error as Error).stack}`);
    return undefined;
  }
}

/** Reads until the end or the first entry that the storage engine says is damaged. */
async function readable(world: World, id: number): Promise<Entry[]> {
  const log = world.log(id);
  const entries: Entry[] = [];
  for (let from = log.startOffset; from < log.durableOffset; ) {
    let part: Entry[];
    try {
      part = await world.scheduler.until(Promise.resolve(log.read(from, log.durableOffset, 500)));
    } catch (error) {
      assert.match(String(error), /damaged|cut short|is missing|no blob/);
      return entries;
    }
    const last = part.at(-1);
    assert.ok(last !== undefined, `log ${id} gives nothing at ${from} although it ends at ${log.durableOffset}`);
    entries.push(...part);
    from = last.baseOffset + last.count;
  }
  return entries;
}

async function checkLog(world: World, data: DataSet, id: number, mayLoseItsEnd: boolean): Promise<void> {
  const log = world.log(id);
  const end = data.ends.get(id) ?? 0;
  assert.ok(log.endOffset <= end, `log ${id} ends at ${log.endOffset}, ${end} was written`);
  if (!mayLoseItsEnd) assert.equal(log.endOffset, end, `log ${id} has lost its end`);
  let expected = log.startOffset;
  for (const entry of await readable(world, id)) {
    assert.equal(entry.baseOffset, expected, `log ${id}`);
    const genuine = toyEntry(id, entry.baseOffset, entry.count, entry.payload.length);
    assert.deepEqual(Buffer.from(entry.payload), genuine.payload, `log ${id} at ${entry.baseOffset}`);
    expected += entry.count;
  }
}

describe('recovery from damaged files', () => {
  it('refuses, or serves only what was written', async () => {
    const sets = await Promise.all([1, 2, 3].map(dataSet));
    let refused = 0;
    let served = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), fc.array(damage, { minLength: 1, maxLength: 2 }), async (which, damages) => {
        const data = sets[which];
        assert.ok(data !== undefined);
        const files = new Map(data.files);
        const names = [...files.keys()].sort();
        const damaged = damages.map((one) => one(files, names));
        try {
          const world = await recovered(99, files);
          if (world === undefined) refused += 1;
          else served += 1;
          const mayLoseItsEnd = damaged.some((name) => name.includes(data.activeFile));
          for (const id of world?.toy.logs.keys() ?? []) await checkLog(world as World, data, id, mayLoseItsEnd);
        } catch (error) {
          throw new Error(`after damage to ${damaged.join(' and ')} of ${names.join(', ')}`, { cause: error });
        }
      }),
      {
        numRuns: 4000,
        interruptAfterTimeLimit: TIME_MS_MAX,
        markInterruptAsFailure: false,
        includeErrorInReport: true,
      },
    );
    assert.ok(refused > 0 && served > 0, `${refused} refused, ${served} served: one of the two was never tried`);
  });
});
