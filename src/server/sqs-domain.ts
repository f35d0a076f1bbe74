/** The SQS side of a node put together: its actions over the queues and the catalog that AMQP has, and the server in front of them. */
import type { LogId } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Settings } from '../config/settings.ts';
import { SqsServer } from '../gateway/sqs/sqs-server.ts';
import { SqsService } from '../gateway/sqs/sqs-service.ts';
import { MoveTasks } from '../queue/move-tasks/move-tasks.ts';
import type { MoveTaskRecord } from '../queue/move-tasks/records.ts';
import type { Storage } from '../storage/storage.ts';
import type { AmqpDomain } from './amqp-domain.ts';

/** Journals by id; the numbers are in the WAL and never change. */
const MOVE_TASK_JOURNAL = 9 as LogId;

export interface SqsDomainDeps {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Before recovery, after the queues: their journal is restored before that of the tasks. */
export function composeMoveTasks(
  { storage, clock, random }: SqsDomainDeps,
  { catalog, queues }: AmqpDomain,
): MoveTasks {
  const journal = storage.journal<MoveTaskRecord>(MOVE_TASK_JOURNAL);
  const moveTasks = new MoveTasks({ clock, random, journal, durability: storage, pressure: storage, queues, catalog });
  catalog.subscribe(moveTasks);
  journal.attach(moveTasks);
  return moveTasks;
}

/** After recovery. */
export function sqsServer(deps: SqsDomainDeps, { catalog, queues }: AmqpDomain, moveTasks: MoveTasks): SqsServer {
  const { settings, storage, clock, random, logger } = deps;
  const actions = new SqsService({
    clock,
    random,
    catalog,
    queues,
    moveTasks,
    durability: storage,
    pressure: storage,
    settings: settings.sqs,
  });
  return new SqsServer({ actions, clock, random, logger, pressure: storage, settings: settings.sqs });
}
