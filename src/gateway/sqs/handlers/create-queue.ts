/**
 * CreateQueue: a queue that is there is the wanted one if it has the attributes that are asked for. A name rests for a while after its
 * queue was deleted. Names of Kafka topics, and of AMQP queues that SQS does not see, cannot be had.
 */
import { DomainError } from '../../../base/errors.ts';
import { type Queue, ROOT_VHOST } from '../../../catalog/amqp/model.ts';
import { EMPTY_TABLE } from '../../../message/field-table.ts';
import { checkKey, checkRedrive } from '../attribute-changes.ts';
import type { Call } from '../call.ts';
import { AwsError, invalidParameter } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import { queueFacts } from '../queue-facts.ts';
import type { QueueAttributes } from '../rules/queue-attributes.ts';
import { checkQueueName } from '../rules/queue-name.ts';
import { attributesToCreate, checkSameAttributes, withAttributes } from '../rules/queue-settings.ts';
import { withTags } from '../rules/tags.ts';

const NO_TAGS: ReadonlyMap<string, string> = new Map();

export function createQueue(call: Call, input: InputOf<'CreateQueue'>): OutputOf<'CreateQueue'> {
  const { QueueName: name, Attributes, tags = NO_TAGS } = input;
  const requested = attributesToCreate(Attributes);
  checkQueueName(name, requested.has('FifoQueue'));
  call.checkAccountAccess(name);
  const present = call.services.catalog.queue(ROOT_VHOST, name);
  if (present === undefined) create(call, name, requested, tags);
  else checkSame(call, present, requested);
  return { QueueUrl: call.urlOf(name) };
}

function checkSame({ services }: Call, present: Queue, requested: QueueAttributes): void {
  const queue = services.views.viewOf(present);
  if (queue === undefined || (queue.fifo !== undefined) !== requested.has('FifoQueue')) {
    const text = `The name ${present.name} is that of an AMQP queue that is not such a queue: take another one.`;
    throw new AwsError('QueueNameExists', text);
  }
  checkSameAttributes(requested, queue.attributes);
}

function create({ services }: Call, name: string, requested: QueueAttributes, tags: ReadonlyMap<string, string>): void {
  const { catalog, clock, deletions } = services;
  const attributes = withAttributes(new Map(), requested);
  checkRedrive(services, name, attributes);
  const kept = tags.size === 0 ? NO_TAGS : withTags(name, NO_TAGS, tags);
  if (deletions.isResting(name)) throw new AwsError('QueueDeletedRecently');
  const sqs = queueFacts({ attributes, tags: kept, current: undefined }, clock.nowMs());
  checkKey(services, sqs);
  const shape = { durable: true, exclusive: false, autoDelete: false, arguments: EMPTY_TABLE };
  try {
    catalog.declareQueue({ vhost: ROOT_VHOST, name, ...shape, sqs });
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'precondition_failed') throw error;
    throw invalidParameter(name, 'QueueName', error.message);
  }
}
