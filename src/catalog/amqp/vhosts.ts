/** Creating, describing, limiting and deleting vhosts. */
import { DomainError } from '../../base/errors.ts';
import { type AmqpCatalogContext, existingVhost } from './context.ts';
import { ROOT_VHOST, type VhostLimits } from './model.ts';
import { checkLength } from './names.ts';
import { isQueueType } from './queue-arguments.ts';
import { invalidRequest, limitExceeded } from './refusals.ts';

/** What is left out stays as it is. */
export interface VhostDescription {
  readonly description?: string;
  readonly tags?: readonly string[];
  /** For durable queues that don't say; undefined in a new vhost: classic. */
  readonly defaultQueueType?: string;
}

const TEXT_CHARS_MAX = 4096;

/** Whether the vhost is new. @throws DomainError `invalid_request`, `limit_exceeded` */
export function putVhost(
  { state, journal, logger, settings }: AmqpCatalogContext,
  name: string,
  wanted: VhostDescription,
): boolean {
  const present = state.vhosts.get(name);
  if (present === undefined) {
    if (name === '') throw invalidRequest('a vhost needs a name');
    checkLength('vhost name', name);
    if (state.vhosts.size >= settings.vhostsMax) throw limitExceeded(`vhost '${name}'`, settings.vhostsMax, 'vhosts');
  }
  const { description = present?.description ?? '', tags = present?.tags ?? [] } = wanted;
  if (description.length + tags.join().length > TEXT_CHARS_MAX) {
    throw invalidRequest(`description and tags of a vhost have more than ${TEXT_CHARS_MAX} characters`);
  }
  const defaultQueueType = wanted.defaultQueueType ?? present?.defaultQueueType ?? null;
  if (defaultQueueType !== null && !isQueueType(defaultQueueType)) {
    throw invalidRequest(`'${defaultQueueType}' is not a queue type`);
  }
  journal.commit([{ type: 'vhost_set', vhost: name, description, tags, defaultQueueType }]);
  if (present === undefined) logger.info({ vhost: name }, 'vhost created');
  return present === undefined;
}

/** @throws DomainError `not_found`; `not_allowed` for the vhost that also holds what Kafka and SQS see */
export function deleteVhost(context: AmqpCatalogContext, name: string): void {
  existingVhost(context, name);
  if (name === ROOT_VHOST) throw new DomainError('not_allowed', `vhost '${name}' can not be deleted`);
  context.journal.commit([{ type: 'vhost_deleted', vhost: name }]);
  context.logger.info({ vhost: name }, 'vhost deleted');
}

/** What is left out stays; a negative number is no limit. @throws DomainError `not_found`, `invalid_request` */
export function setVhostLimits(context: AmqpCatalogContext, name: string, limits: Partial<VhostLimits>): void {
  const present = existingVhost(context, name).limits;
  const maxQueues = checkedLimit('max-queues', 'maxQueues' in limits ? limits.maxQueues : present.maxQueues);
  const maxConnections = checkedLimit(
    'max-connections',
    'maxConnections' in limits ? limits.maxConnections : present.maxConnections,
  );
  context.journal.commit([{ type: 'vhost_limits_set', vhost: name, maxQueues, maxConnections }]);
}

function checkedLimit(name: string, limit: number | undefined): number | null {
  if (limit === undefined) return null;
  if (!Number.isSafeInteger(limit)) throw invalidRequest(`${name} should be a number, actually was ${limit}`);
  return limit < 0 ? null : limit;
}
