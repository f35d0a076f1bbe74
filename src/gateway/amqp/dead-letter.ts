/**
 * Publishes what queues give up to their dead letter exchanges (https://www.rabbitmq.com/docs/dlx): with the routing keys it had,
 * or the queue's own, the death in its headers, and without an expiration, which would make it die again. An exchange that
 * does not exist drops the message, and so does a queue that it would reach in a cycle nobody breaks.
 *
 * BCC is gone when a message is in a queue, so unlike in RabbitMQ its keys are not used again here.
 */
import type { LogId } from '../../base/brand.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { AmqpCatalog } from '../../catalog/amqp/amqp-catalog.ts';
import { rewriteProperties } from '../../message/amqp-properties-codec.ts';
import { PropertiesReader } from '../../message/amqp-properties-reader.ts';
import { EMPTY_TABLE, type FieldTable } from '../../message/field-table.ts';
import type { Message } from '../../message/message.ts';
import type { DeadLetterPort, DeadLetterReason } from '../../queue/dead-letters.ts';
import type { DelayTarget } from '../../queue/delayed-messages.ts';
import type { QueueView } from '../../queue/queue-view.ts';
import type { StoredMessage } from '../../queue/stored-message.ts';
import type { Router } from '../../routing/router.ts';
import { contentOf } from './content.ts';
import { type Death, deathHeaders, deathsOf, isCycle, withDeath } from './deaths.ts';
import { RoutableMessage } from './routable-message.ts';

export interface DeadLetterDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly router: Router;
  readonly catalog: AmqpCatalog;
  /** Of the queue engine. */
  publish(queues: readonly LogId[], message: Message): boolean;
  /** Of the queue engine too: for exchanges that delay messages. */
  delay(message: Message, target: DelayTarget, delayMs: number): boolean;
}

const reader = new PropertiesReader();
const routable = new RoutableMessage();

export function deadLetterPort(deps: DeadLetterDeps): DeadLetterPort {
  return (source, message, reason) => deadLetter(deps, source, message, reason);
}

function deadLetter(deps: DeadLetterDeps, source: QueueView, message: StoredMessage, reason: DeadLetterReason): void {
  const { deadLetterExchange: exchange, deadLetterRoutingKey } = source.settings;
  if (exchange === undefined) return;
  const content = contentOf(message);
  const { headers = EMPTY_TABLE, expiration } = reader.read(content.properties);
  const keys = [message.routingKey, ...copiedKeys(headers)];
  const latest: Death = {
    queue: source.name,
    reason,
    exchange: message.exchange,
    routingKeys: keys,
    time: BigInt(Math.floor(deps.clock.nowMs() / 1000)),
    count: 1,
    originalExpiration: expiration,
  };
  const deaths = withDeath(deathsOf(headers), latest);
  let written = deathHeaders(headers, deaths, latest);
  if (deadLetterRoutingKey !== undefined) written = without(written, 'CC');
  const properties = rewriteProperties(content.properties, { headers: written, expiration: undefined });
  const routingKeys = deadLetterRoutingKey === undefined ? keys : [deadLetterRoutingKey];
  routable.properties = properties;
  const route = deps.router.resolve(source.vhost, exchange).routeAll(routingKeys, routable);
  const queues = route?.queues ?? [];
  const reached = reason === 'rejected' ? queues : queues.filter((id) => !isCycleTo(deps, id, source, deaths));
  const delays = route?.delays ?? [];
  if (reached.length === 0 && delays.length === 0) return;
  const { persistent, priority } = message;
  const dead: Message = {
    origin: 'amqp',
    exchange,
    routingKey: routingKeys[0] ?? '',
    properties,
    body: content.body,
    persistent,
    priority,
    ttlMs: undefined,
  };
  if (reached.length > 0) deps.publish(reached, dead);
  for (const { exchange: delaying, delayMs } of delays) {
    deps.delay(dead, { vhost: source.vhost, exchange: delaying, routingKeys }, delayMs);
  }
}

function isCycleTo(
  { catalog, logger }: DeadLetterDeps,
  id: LogId,
  source: QueueView,
  deaths: readonly Death[],
): boolean {
  const queue = catalog.queueById(id)?.name ?? '';
  if (!isCycle(queue, deaths)) return false;
  logger.debug({ vhost: source.vhost, queue, from: source.name }, 'dropped a message in a cycle of dead lettering');
  return true;
}

function copiedKeys(headers: FieldTable): string[] {
  const copies = headers.get('CC');
  return copies?.type === 'array' ? copies.value.flatMap((key) => (key.type === 'longstr' ? [key.value] : [])) : [];
}

function without(headers: FieldTable, name: string): FieldTable {
  return headers.has(name) ? new Map([...headers].filter(([each]) => each !== name)) : headers;
}
