/**
 * Moves a message that was received too often to the queue that its queue's redrive policy names (AWS, "Using dead-letter queues"). It
 * keeps its time of arrival, unless these are FIFO queues, and says which queue it comes from.
 */
import type { LogId } from '../base/brand.ts';
import type { AmqpCatalog } from '../catalog/amqp/amqp-catalog.ts';
import { withDeadLetterSource } from '../message/dead-letter-source.ts';
import type { QueueView } from './queue-view.ts';
import { type StoredMessage, withProperties } from './stored-message.ts';

export interface RedriveDeps {
  readonly catalog: Pick<AmqpCatalog, 'queue'>;
  /** Of the queue engine. False: the queue has no room. */
  move(queue: LogId, message: StoredMessage): boolean;
}

/** The port answers false if there is no such queue, or it is full: the message stays where it is, as it does at AWS. */
export function redrivePort({ catalog, move }: RedriveDeps): (source: QueueView, message: StoredMessage) => boolean {
  return ({ vhost, name, settings: { redriveQueue } }, message) => {
    const target = redriveQueue === undefined ? undefined : catalog.queue(vhost, redriveQueue);
    return target !== undefined && move(target.id, withProperties(message, withDeadLetterSource(message, name)));
  };
}
