/** Ways to break the node's promises on purpose, each undone afterwards: the history must notice every one of them. */

import { Loan } from '../../src/base/loan.ts';
import { GroupStore } from '../../src/coordinator/group/group-store.ts';
import { TransactionTable } from '../../src/coordinator/transaction/transaction-table.ts';
import { Deliveries } from '../../src/gateway/amqp/deliveries.ts';
import { DeadLetters } from '../../src/queue/dead-letters.ts';
import { Deduplication } from '../../src/queue/deduplication.ts';
import { Lane } from '../../src/queue/lane.ts';
import { MessageGroups } from '../../src/queue/message-groups.ts';
import type { MessageId } from '../../src/queue/message-id.ts';
import { MoveTasks } from '../../src/queue/move-tasks/move-tasks.ts';
import type { Sent, VisibilityOutcome } from '../../src/queue/polling.ts';
import { QueueChanges } from '../../src/queue/queue-changes.ts';
import { Queues } from '../../src/queue/queues.ts';
import { StoredJournal } from '../../src/storage/stored-journal.ts';
import { Partition } from '../../src/stream/partition.ts';
import { ProducerState } from '../../src/stream/producer-state.ts';
import { TransactionIndex } from '../../src/stream/transaction-index.ts';
import type { Outcome, SimulationOptions } from './simulation.ts';
import { simulate } from './simulation.ts';

export interface Sabotage {
  readonly name: string;
  /** Breaks something; answers how to mend it. */
  readonly begin?: () => () => void;
  readonly options?: Omit<SimulationOptions, 'seed'>;
  /** The first seed to try, where most do not come to what is broken; 1 unless said. */
  readonly fromSeed?: number;
}

/** Replaces a method or getter of a class. */
function patch<T extends object>(
  type: { readonly prototype: T },
  name: keyof T,
  make: (original: never) => unknown,
): () => void {
  const original = Object.getOwnPropertyDescriptor(type.prototype, name) as PropertyDescriptor;
  const changed =
    original.get === undefined
      ? { value: make(original.value as never) }
      : { get: make(original.get as never) as () => unknown };
  Object.defineProperty(type.prototype, name, { ...original, ...changed });
  return () => void Object.defineProperty(type.prototype, name, original);
}

/** True for one call in `n`. */
function everyNth(n: number): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count % n === 0;
  };
}

type Append = Partition['append'];

export const SABOTAGES: readonly Sabotage[] = [
  { name: 'answers leave before what they tell is durable', options: { fsync: 'never' } },
  { name: 'the disk says that it synced and did not', options: { liesAboutSync: true } },
  {
    name: 'a batch is acknowledged and dropped',
    begin: () => {
      const now = everyNth(10);
      return patch(Partition, 'append', (append: Append) => {
        return function (this: Partition, ...args: Parameters<Append>): ReturnType<Append> {
          if (!now()) return append.apply(this, args);
          return { baseOffset: this.endOffset, logAppendTimeMs: -1, logStartOffset: this.startOffset };
        };
      });
    },
  },
  {
    name: 'a batch is appended twice',
    begin: () => {
      const now = everyNth(10);
      return patch(Partition, 'append', (append: Append) => {
        return function (this: Partition, batch: Buffer, isV2: boolean): ReturnType<Append> {
          const again = now() ? Buffer.from(batch) : undefined;
          const result = append.call(this, batch, isV2);
          if (again !== undefined && again.readBigInt64BE(43) >= 0n) {
            const check = this.producers.check;
            this.producers.check = () => undefined;
            append.call(this, again, isV2);
            this.producers.check = check;
          }
          return result;
        };
      });
    },
  },
  {
    name: 'sequences are not checked',
    begin: () => patch(ProducerState, 'check', () => () => undefined),
  },
  {
    name: 'read_committed sees open transactions',
    begin: () =>
      patch(Partition, 'lastStableOffset', () => {
        return function (this: Partition): number {
          return this.highWatermark;
        };
      }),
  },
  {
    name: 'the list of aborted transactions is empty',
    begin: () => patch(TransactionIndex, 'between', () => () => []),
  },
  {
    name: 'readers see what is not durable',
    begin: () =>
      patch(Partition, 'highWatermark', () => {
        return function (this: Partition): number {
          return this.endOffset;
        };
      }),
  },
  {
    name: 'a checkpoint forgets committed offsets',
    begin: () =>
      patch(GroupStore, 'snapshot', (snapshot: GroupStore['snapshot']) => {
        return function* (this: GroupStore) {
          for (const record of snapshot.call(this)) if (record.type !== 'offset') yield record;
        };
      }),
  },
  {
    name: 'recovery applies journal records twice',
    begin: () =>
      patch(StoredJournal, 'replay', (replay: (payload: Buffer) => void) => {
        return function (this: StoredJournal<unknown>, payload: Buffer): void {
          replay.call(this, payload);
          replay.call(this, payload);
        };
      }),
  },
  {
    name: 'fenced epochs go on writing',
    begin: () => {
      const mendTable = patch(TransactionTable, 'owned', () => {
        return function (this: TransactionTable, transactionalId: string) {
          return this.known(transactionalId);
        };
      });
      const mendState = patch(ProducerState, 'check', () => () => undefined);
      return () => {
        mendTable();
        mendState();
      };
    },
  },
  {
    name: 'memory is used for other data while an answer holds it',
    begin: () => patch(Loan, 'add', () => () => {}),
  },
  {
    name: 'the markers of a transaction are lost',
    begin: () => {
      const now = everyNth(3);
      return patch(Partition, 'endTransaction', (end: Partition['endTransaction']) => {
        return function (this: Partition, ...args: Parameters<Partition['endTransaction']>): void {
          if (!now()) end.apply(this, args);
        };
      });
    },
  },
];

const AMQP = { options: { protocol: 'amqp' } } as const;

export const AMQP_SABOTAGES: readonly Sabotage[] = [
  { name: 'confirms leave before what they confirm is durable', options: { protocol: 'amqp', fsync: 'never' } },
  { name: 'the disk says that it synced messages and did not', options: { protocol: 'amqp', liesAboutSync: true } },
  {
    ...AMQP,
    name: 'a message is confirmed and dropped',
    begin: () => {
      const now = everyNth(15);
      return patch(Queues, 'publish', (publish: Queues['publish']) => {
        return function (this: Queues, ...args: Parameters<Queues['publish']>): boolean {
          return now() || publish.apply(this, args);
        };
      });
    },
  },
  {
    ...AMQP,
    name: 'a message is put into its queue twice',
    begin: () => {
      const now = everyNth(15);
      return patch(Queues, 'publish', (publish: Queues['publish']) => {
        return function (this: Queues, ...args: Parameters<Queues['publish']>): boolean {
          if (now()) publish.apply(this, args);
          return publish.apply(this, args);
        };
      });
    },
  },
  {
    ...AMQP,
    name: 'acknowledgements are not written',
    begin: () => patch(QueueChanges, 'flush', () => () => {}),
  },
  {
    ...AMQP,
    name: 'a checkpoint forgets what was acknowledged',
    begin: () => patch(Queues, 'snapshot', () => () => []),
  },
  {
    ...AMQP,
    name: 'what is given back is lost',
    begin: () => {
      const now = everyNth(5);
      return patch(Lane, 'giveBack', (giveBack: Lane['giveBack']) => {
        return function (this: Lane, ...args: Parameters<Lane['giveBack']>): void {
          if (!now()) giveBack.apply(this, args);
        };
      });
    },
  },
  {
    ...AMQP,
    name: 'dead letters are lost',
    begin: () => {
      const now = everyNth(5);
      return patch(DeadLetters, 'add', (add: DeadLetters['add']) => {
        return function (this: DeadLetters, leaving: Parameters<DeadLetters['add']>[0]): void {
          if (now()) leaving.lane.settle(leaving.offset, leaving.bytes);
          else add.call(this, leaving);
        };
      });
    },
  },
  {
    ...AMQP,
    name: 'a commit forgets the acknowledgements',
    begin: () => {
      const now = everyNth(3);
      return patch(Deliveries, 'settleHeld', (settleHeld: Deliveries['settleHeld']) => {
        return function (this: Deliveries, ...args: Parameters<Deliveries['settleHeld']>): void {
          if (!now()) settleHeld.apply(this, args);
        };
      });
    },
  },
  {
    ...AMQP,
    name: 'nothing says that a message was delivered before',
    begin: () =>
      patch(Deliveries, 'deliver', (deliver: Deliveries['deliver']) => {
        return function (this: Deliveries, ...[consumer, id, message]: Parameters<Deliveries['deliver']>): void {
          deliver.call(this, consumer, id, message, 0);
        };
      }),
  },
];

const SQS = { options: { protocol: 'sqs' } } as const;

export const SQS_SABOTAGES: readonly Sabotage[] = [
  { name: 'senders are answered before the disk is', options: { protocol: 'sqs', fsync: 'never' } },
  { name: 'the disk says that it synced what was sent and did not', options: { protocol: 'sqs', liesAboutSync: true } },
  {
    ...SQS,
    name: 'deletions are not written',
    begin: () => patch(Lane, 'takeSettled', () => () => undefined),
  },
  {
    ...SQS,
    name: 'a restart forgets what is in hands',
    begin: () => patch(Lane, 'takeHeld', () => () => undefined),
  },
  {
    ...SQS,
    name: 'the messages of a group do not wait for one another',
    begin: () => {
      const now = everyNth(5);
      return patch(MessageGroups, 'add', (add: MessageGroups['add']) => {
        return function (this: MessageGroups, ...[offset, group, isInFlight]: Parameters<MessageGroups['add']>): void {
          add.call(this, offset, now() ? `${group} ${offset}` : group, isInFlight);
        };
      });
    },
  },
  {
    ...SQS,
    name: 'what was sent before is not known again',
    begin: () => patch(Deduplication, 'find', () => () => undefined),
  },
  {
    ...SQS,
    name: 'a restart forgets what was sent before',
    begin: () => patch(Deduplication, 'takeChanges', () => () => undefined),
  },
  {
    ...SQS,
    name: 'a change of visibility is answered and not made',
    begin: () => {
      const now = everyNth(3);
      return patch(Queues, 'changeVisibility', (change: Queues['changeVisibility']) => {
        return function (this: Queues, ...args: Parameters<Queues['changeVisibility']>): VisibilityOutcome {
          return now() ? 'changed' : change.apply(this, args);
        };
      });
    },
  },
  {
    ...SQS,
    name: 'a restart leaves move tasks where they are',
    fromSeed: 48,
    begin: () => patch(MoveTasks, 'recovered', () => () => {}),
  },
  {
    ...SQS,
    name: 'what is moved does not arrive',
    begin: () => {
      const now = everyNth(5);
      return patch(Queues, 'send', (send: Queues['send']) => {
        return function (this: Queues, ...[id, message, options]: Parameters<Queues['send']>): Sent {
          if (message.routingKey !== 'moved' || !now()) return send.call(this, id, message, options);
          return { id: 0 as MessageId, publicId: options.publicId, sequence: 0 };
        };
      });
    },
  },
  {
    ...SQS,
    name: 'delays are not kept',
    begin: () => {
      const now = everyNth(4);
      return patch(Queues, 'send', (send: Queues['send']) => {
        return function (this: Queues, ...[id, message, options]: Parameters<Queues['send']>): Sent {
          return send.call(this, id, message, now() ? { ...options, delayMs: 0 } : options);
        };
      });
    },
  },
  {
    ...SQS,
    name: 'what was received too often is lost',
    begin: () => {
      const now = everyNth(5);
      return patch(Queues, 'move', (move: Queues['move']) => {
        return function (this: Queues, ...args: Parameters<Queues['move']>): void {
          if (!now()) move.apply(this, args);
        };
      });
    },
  },
];

/** Runs seeds until one notices; answers its outcome, or undefined if none did. */
export async function detect(sabotage: Sabotage, seedsMax: number): Promise<Outcome | undefined> {
  const mend = sabotage.begin?.() ?? (() => {});
  try {
    for (let seed = sabotage.fromSeed ?? 1, tried = 0; tried < seedsMax; seed += 1, tried += 1) {
      const outcome = await simulate({ seed, ...sabotage.options });
      if (outcome.failure !== undefined) return outcome;
    }
    return undefined;
  } finally {
    mend();
  }
}
