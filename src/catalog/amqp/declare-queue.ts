/**
 * queue.declare: a queue that is there must be the same, a new one must be possible. Checks come in RabbitMQ's order, as a
 * client is told of the first only.
 */
import { assert } from '../../base/assert.ts';
import type { LogId } from '../../base/brand.ts';
import type { FieldTable } from '../../message/field-table.ts';
import { fieldTableToJson } from '../../message/field-table-json.ts';
import { type AmqpCatalogContext, type Caller, checkArgumentBytes, existingVhost } from './context.ts';
import { checkSameArguments, checkSameProperty } from './equivalence.ts';
import { exchangeNameIn } from './exchange-arguments.ts';
import type { LiveQueue, LiveVhost } from './live.ts';
import { type Queue, ROOT_VHOST } from './model.ts';
import { checkNewName, plainName, serverNamed } from './names.ts';
import {
  checkQueueArguments,
  checkQueueShape,
  checkQueueTypeArgument,
  comparedArguments,
  isQueueType,
  moduleName,
} from './queue-arguments.ts';
import { QUEUE_IDS_END, type QueueShape, type QueueType, queueSettings } from './queue-settings.ts';
import type { QueueDeclared } from './records.ts';
import { invalidRequest, limitExceeded, lockedQueue, preconditionFailed, resource } from './refusals.ts';
import { type SqsFacts, sqsFactsToJson } from './sqs-facts.ts';

export interface QueueDeclaration {
  readonly vhost: string;
  /** Empty: the server gives it one. */
  readonly name: string;
  /** Has no effect on an exclusive queue, which goes with its connection. */
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: FieldTable;
  /** It is created through SQS: of type classic, and with what SQS says of it. Has no effect if it is there. */
  readonly sqs?: SqsFacts;
}

export interface DeclaredQueue {
  readonly queue: Queue;
  /** Whether there was none. */
  readonly created: boolean;
}

export function declareQueue(context: AmqpCatalogContext, wanted: QueueDeclaration, caller: Caller): DeclaredQueue {
  const vhost = existingVhost(context, wanted.vhost);
  const name = nameOf(context, vhost, wanted);
  caller.permissions?.checkConfigure('queue', name);
  const present = vhost.queues.get(name);
  if (present !== undefined) {
    checkSame(vhost, present, wanted, caller);
    return { queue: present, created: false };
  }
  const record = checkedRecord(context, vhost, name, wanted, caller);
  if (record.queueType === 'stream') createStream(context, record, wanted.arguments);
  context.journal.commit([record]);
  context.logger.debug({ vhost: vhost.name, queue: name, id: record.queueId }, 'queue declared');
  const queue = context.state.queueById(record.queueId);
  assert(queue !== undefined, `committing applied the declaration of ${name}`);
  return { queue, created: true };
}

function nameOf({ random }: AmqpCatalogContext, vhost: LiveVhost, wanted: QueueDeclaration): string {
  const name = plainName(wanted.name);
  if (name !== '') {
    checkNewName('queue', name);
    return name;
  }
  const type = typeOf(vhost, wanted);
  if (type !== 'classic') throw preconditionFailed(`Cannot declare a server-named queue for type ${moduleName(type)}`);
  return serverNamed(random);
}

function shapeOf({ durable, exclusive, autoDelete }: QueueDeclaration, type: QueueType): QueueShape {
  return { type, durable: durable && !exclusive, exclusive, autoDelete };
}

/** The type asked for, or the vhost's default where a queue like this can be of it. */
function typeOf({ defaultQueueType = 'classic' }: LiveVhost, wanted: QueueDeclaration): QueueType {
  if (wanted.sqs !== undefined) return 'classic';
  const declared = wanted.arguments.get('x-queue-type');
  if (declared !== undefined) {
    return declared.type === 'longstr' && isQueueType(declared.value) ? declared.value : 'classic';
  }
  const { durable, exclusive, autoDelete } = shapeOf(wanted, defaultQueueType);
  return durable && !exclusive && !autoDelete ? defaultQueueType : 'classic';
}

function checkSame(vhost: LiveVhost, queue: LiveQueue, wanted: QueueDeclaration, caller: Caller): void {
  const owner = wanted.exclusive ? caller.connectionId : undefined;
  if (queue.exclusiveOwner !== owner) throw lockedQueue(vhost.name, queue.name);
  const what = resource('queue', vhost.name, queue.name);
  const { type } = queue.settings;
  checkSameProperty(what, 'durable', shapeOf(wanted, type).durable, queue.durable);
  checkSameProperty(what, 'auto_delete', wanted.autoDelete, queue.autoDelete);
  checkSameArguments(what, comparedArguments(type), wanted.arguments, queue.arguments);
  checkSameType(what, vhost, queue, wanted);
}

/** Neither of two declarations that leave the type open is wrong when the vhost's default has changed between them. */
function checkSameType(what: string, vhost: LiveVhost, queue: LiveQueue, wanted: QueueDeclaration): void {
  const { type } = queue.settings;
  const declared = wanted.arguments.get('x-queue-type');
  if (declared === undefined && !queue.arguments.has('x-queue-type')) return;
  const received = declared ?? ({ type: 'longstr', value: typeOf(vhost, wanted) } as const);
  const name = 'x-queue-type';
  checkSameArguments(what, [name], new Map([[name, received]]), new Map([[name, { type: 'longstr', value: type }]]));
}

function checkedRecord(
  context: AmqpCatalogContext,
  vhost: LiveVhost,
  name: string,
  wanted: QueueDeclaration,
  caller: Caller,
): QueueDeclared {
  const what = resource('queue', vhost.name, name);
  const { arguments: args } = wanted;
  checkVhostLimit(vhost, name);
  checkDeadLetterExchange(what, name, args, caller);
  checkQueueTypeArgument(what, args);
  const queueType = typeOf(vhost, wanted);
  const { durable, exclusive, autoDelete } = shapeOf(wanted, queueType);
  checkQueueArguments(what, queueType, args);
  checkQueueShape(what, { type: queueType, durable, exclusive, autoDelete });
  checkArgumentBytes(context, what, args);
  checkPlace(context, vhost, name, queueType);
  const queueId = newQueueId(context, what, args);
  const exclusiveOwner = ownerOf(what, wanted, caller);
  const identity = { type: 'queue_declared', vhost: vhost.name, name, queueId, queueType } as const;
  const createdAtMs = context.clock.nowMs();
  const record = { ...identity, durable, autoDelete, exclusiveOwner, arguments: fieldTableToJson(args), createdAtMs };
  return wanted.sqs === undefined ? record : { ...record, sqs: sqsFactsToJson(wanted.sqs) };
}

function ownerOf(what: string, { exclusive }: QueueDeclaration, { connectionId }: Caller): string | null {
  if (!exclusive) return null;
  if (connectionId === undefined) throw invalidRequest(`${what} can not be exclusive without a connection`);
  return connectionId;
}

function checkVhostLimit({ name: vhost, queues, limits }: LiveVhost, name: string): void {
  if (limits.maxQueues === undefined || queues.size < limits.maxQueues) return;
  const text = `cannot declare queue '${name}': queue limit in vhost '${vhost}' (${limits.maxQueues}) is reached`;
  throw preconditionFailed(text);
}

function checkDeadLetterExchange(what: string, name: string, args: FieldTable, { permissions }: Caller): void {
  const exchange = exchangeNameIn(args, 'x-dead-letter-exchange', what);
  if (exchange === undefined) return;
  permissions?.checkRead('queue', name);
  permissions?.checkWrite('exchange', exchange);
}

/** A name is a queue or a topic, never both; a stream is a topic. */
function checkPlace({ topics }: AmqpCatalogContext, vhost: LiveVhost, name: string, type: QueueType): void {
  const what = resource('queue', vhost.name, name);
  if (type === 'stream') {
    if (vhost.name !== ROOT_VHOST) {
      throw preconditionFailed(`${what} can not be a stream: streams are Kafka topics, which are in vhost '/'`);
    }
    if (topics.createStream === undefined) throw preconditionFailed(`${what} can not be a stream on this node`);
  } else if (vhost.name === ROOT_VHOST && topics.isTopic(name)) {
    throw preconditionFailed(`${what} is a Kafka topic: declare it with x-queue-type 'stream', or take another name`);
  }
}

function newQueueId({ state, settings }: AmqpCatalogContext, what: string, args: FieldTable): LogId {
  if (state.queueCount >= settings.queuesMax) throw limitExceeded(what, settings.queuesMax, 'queues');
  const { maxPriority } = queueSettings(
    { type: 'classic', durable: false, exclusive: false, autoDelete: false },
    args,
    {},
  );
  if (state.nextQueueId + maxPriority >= QUEUE_IDS_END) {
    throw limitExceeded(what, QUEUE_IDS_END, 'queue ids over its whole life');
  }
  return state.nextQueueId as LogId;
}

function createStream({ topics }: AmqpCatalogContext, record: QueueDeclared, args: FieldTable): void {
  const { name, queueType: type, durable, autoDelete } = record;
  topics.createStream?.(name, queueSettings({ type, durable, autoDelete, exclusive: false }, args, {}));
}
