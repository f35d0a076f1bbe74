/** How queues are found and how they go: by a client, with their connection, or because nobody uses them. */
import type { LogId } from '../../base/brand.ts';
import { adoptTopic } from './adopt-topic.ts';
import { type AmqpCatalogContext, type Caller, existingVhost, isLocked } from './context.ts';
import type { LiveQueue } from './live.ts';
import type { Queue } from './model.ts';
import { plainName } from './names.ts';
import { lockedQueue, noSuchResource, preconditionFailed, resource } from './refusals.ts';

export interface QueueDeletion {
  readonly vhost: string;
  readonly name: string;
  readonly ifUnused?: boolean;
  readonly ifEmpty?: boolean;
}

export interface QueueUsage {
  /** Ready ones; those in flight are with a consumer. */
  readonly messages: number;
  readonly consumers: number;
}

/** For whoever wants to use the queue; a topic becomes one by it. @throws DomainError `not_found`, `resource_locked` */
export function requireQueue(context: AmqpCatalogContext, vhostName: string, name: string, caller: Caller): LiveQueue {
  const plain = plainName(name);
  const vhost = existingVhost(context, vhostName);
  const queue = vhost.queues.get(plain) ?? adoptTopic(context, vhost, plain);
  if (queue === undefined) throw noSuchResource('queue', vhostName, plain);
  if (isLocked(queue, caller)) throw lockedQueue(vhostName, plain);
  return queue;
}

/** Undefined if there was none. @throws DomainError `access_refused`, `resource_locked`, `precondition_failed` */
export function deleteQueue(
  context: AmqpCatalogContext,
  { vhost: vhostName, name, ifUnused = false, ifEmpty = false }: QueueDeletion,
  caller: Caller,
  usageOf: (queue: Queue) => QueueUsage,
): Queue | undefined {
  const vhost = existingVhost(context, vhostName);
  const plain = plainName(name);
  caller.permissions?.checkConfigure('queue', plain);
  const queue = vhost.queues.get(plain);
  if (queue === undefined) return undefined;
  if (isLocked(queue, caller)) throw lockedQueue(vhostName, plain);
  if (ifUnused || ifEmpty) {
    const { messages, consumers } = usageOf(queue);
    const what = resource('queue', vhostName, plain);
    if (ifEmpty && messages > 0) throw preconditionFailed(`${what} not empty`);
    if (ifUnused && consumers > 0) throw preconditionFailed(`${what} in use`);
  }
  remove(context, [queue], 'deleted by a client');
  return queue;
}

/** Whether there was one. */
export function removeQueue(context: AmqpCatalogContext, id: LogId, why: string): boolean {
  const queue = context.state.queueById(id);
  if (queue === undefined) return false;
  remove(context, [queue], why);
  return true;
}

/** The connection has ended. Answers what went with it. */
export function removeExclusive(context: AmqpCatalogContext, connectionId: string): readonly Queue[] {
  const queues = [...(context.state.queuesOf(connectionId) ?? [])];
  remove(context, queues, 'its connection has ended');
  return queues;
}

function remove({ journal, logger }: AmqpCatalogContext, queues: readonly LiveQueue[], why: string): void {
  if (queues.length === 0) return;
  journal.commit(queues.map(({ id }) => ({ type: 'queue_deleted', queueId: id })));
  for (const { vhost, name } of queues) logger.debug({ vhost, queue: name, why }, 'queue deleted');
}
