/** The SQS side of a node put together: its actions over the queues and the catalog that AMQP has, and the server in front of them. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Settings } from '../config/settings.ts';
import { SqsServer } from '../gateway/sqs/sqs-server.ts';
import { SqsService } from '../gateway/sqs/sqs-service.ts';
import type { Storage } from '../storage/storage.ts';

export interface SqsDomainDeps {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** After recovery. */
export function sqsServer({ settings, storage, clock, random, logger }: SqsDomainDeps): SqsServer {
  const actions = new SqsService();
  return new SqsServer({ actions, clock, random, logger, pressure: storage, settings: settings.sqs });
}
