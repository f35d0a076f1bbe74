/** The random runs of queues that are polled notice when a promise is broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deduplication } from '../../src/queue/deduplication.ts';
import { Lane } from '../../src/queue/lane.ts';
import { LaneState } from '../../src/queue/lane-state.ts';
import { MessageGroups } from '../../src/queue/message-groups.ts';
import { Polls } from '../../src/queue/polls.ts';
import { ReturnedOffsets } from '../../src/queue/returned-offsets.ts';
import { runPolledHistory } from './polled-history.ts';

const SEEDS_MAX = 30;
const STEPS = 150;

type Kind = 'standard' | 'fifo';

/** Replaces a method of a class; answers how to mend it. */
function patch<T extends object>(
  type: { readonly prototype: T },
  name: keyof T,
  make: (original: never) => unknown,
): () => void {
  const original = Object.getOwnPropertyDescriptor(type.prototype, name) as PropertyDescriptor;
  Object.defineProperty(type.prototype, name, { ...original, value: make(original.value as never) });
  return () => void Object.defineProperty(type.prototype, name, original);
}

const SABOTAGES: readonly { readonly name: string; readonly kind: Kind; readonly begin: () => () => void }[] = [
  {
    name: 'what is held is not journalled',
    kind: 'standard',
    begin: () => patch(Lane, 'takeHeld', () => () => undefined),
  },
  {
    name: 'removals are not journalled',
    kind: 'standard',
    begin: () => patch(Lane, 'takeSettled', () => () => undefined),
  },
  {
    name: 'a checkpoint forgets what is held',
    kind: 'standard',
    begin: () =>
      patch(LaneState, 'snapshot', (snapshot: LaneState['snapshot']) => {
        return function (this: LaneState) {
          const record = snapshot.call(this);
          return record === undefined ? undefined : { ...record, held: [] };
        };
      }),
  },
  {
    name: 'deadlines are forgotten after a crash',
    kind: 'standard',
    begin: () => patch(Polls, 'recovered', () => () => {}),
  },
  {
    name: 'the cursor is restored too far',
    kind: 'standard',
    begin: () =>
      patch(LaneState, 'applySettled', (apply: LaneState['applySettled']) => {
        return function (this: LaneState, record: Parameters<LaneState['applySettled']>[0]): void {
          apply.call(this, { ...record, cursor: record.cursor + 1 });
        };
      }),
  },
  {
    name: 'receives are not counted',
    kind: 'standard',
    begin: () =>
      patch(ReturnedOffsets, 'add', (add: ReturnedOffsets['add']) => {
        return function (this: ReturnedOffsets, offset: number): void {
          add.call(this, offset);
        };
      }),
  },
  {
    name: 'groups are not locked',
    kind: 'fifo',
    begin: () =>
      patch(MessageGroups, 'take', (take: MessageGroups['take']) => {
        return function (this: MessageGroups, offset: number): void {
          this.beginTurn();
          take.call(this, offset);
        };
      }),
  },
  {
    name: 'what was sent is not journalled',
    kind: 'fifo',
    begin: () => patch(Deduplication, 'takeChanges', () => () => undefined),
  },
  {
    name: 'a checkpoint forgets what was sent',
    kind: 'fifo',
    begin: () => patch(Deduplication, 'snapshot', () => () => undefined),
  },
  {
    name: 'receives from FIFO queues are not journalled',
    kind: 'fifo',
    begin: () => patch(Lane, 'remember', () => () => {}),
  },
];

async function isNoticed(kind: Kind): Promise<boolean> {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    try {
      await runPolledHistory(seed, STEPS, kind);
    } catch {
      return true;
    }
  }
  return false;
}

for (const { name, kind, begin } of SABOTAGES) {
  test(`it is noticed when ${name}`, async () => {
    const mend = begin();
    try {
      assert.ok(await isNoticed(kind), `not noticed within ${SEEDS_MAX} seeds`);
    } finally {
      mend();
    }
  });
}
