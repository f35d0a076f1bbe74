/** What the operations of the AMQP catalog work with, and who asks for them. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { FieldTable } from '../../message/field-table.ts';
import { fieldTableByteLength } from '../../message/field-table-codec.ts';
import type { Journal } from '../../storage/log.ts';
import type { AmqpCatalogState } from './amqp-catalog-state.ts';
import type { LiveQueue, LiveVhost } from './live.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { AmqpCatalogRecord } from './records.ts';
import { noSuchVhost, preconditionFailed, type ResourceKind } from './refusals.ts';
import type { AmqpCatalogSettings } from './settings.ts';

/** Kafka's topics, which share the names of the queues of vhost `/`. */
export interface TopicPort {
  isTopic(name: string): boolean;
  /**
   * Makes the topic that a new stream queue is, unless it is there. Throws to refuse. Where it is absent, so are streams.
   */
  createStream?(name: string, settings: QueueSettings): void;
}

/** Each throws to refuse; asked before anything is changed. */
export interface PermissionChecks {
  checkConfigure(kind: ResourceKind, name: string): void;
  checkWrite(kind: ResourceKind, name: string): void;
  checkRead(kind: ResourceKind, name: string): void;
}

/** Who asks. Without `permissions` everything is permitted. */
export interface Caller {
  /** Its exclusive queues may be used. Without one, none may. */
  readonly connectionId?: string;
  readonly permissions?: PermissionChecks;
}

export const NOBODY: Caller = {};

export interface AmqpCatalogContext {
  readonly state: AmqpCatalogState;
  readonly journal: Journal<AmqpCatalogRecord>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly random: Random;
  readonly settings: AmqpCatalogSettings;
  readonly logger: Logger;
  readonly topics: TopicPort;
}

/** @throws DomainError `not_found` */
export function existingVhost({ state }: AmqpCatalogContext, name: string): LiveVhost {
  const vhost = state.vhosts.get(name);
  if (vhost === undefined) throw noSuchVhost(name);
  return vhost;
}

/** @param what the thing as texts name it. @throws DomainError `precondition_failed` */
export function checkArgumentBytes({ settings }: AmqpCatalogContext, what: string, args: FieldTable): void {
  if (args.size === 0) return;
  const bytes = fieldTableByteLength(args);
  if (bytes <= settings.argumentBytesMax) return;
  throw preconditionFailed(`the arguments of ${what} have ${bytes} bytes, more than ${settings.argumentBytesMax}`);
}

/** Whether the caller is kept from the queue by another connection whose alone it is. */
export function isLocked(queue: LiveQueue, caller: Caller): boolean {
  return queue.exclusiveOwner !== undefined && queue.exclusiveOwner !== caller.connectionId;
}
