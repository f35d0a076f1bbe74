/** DeleteQueue: with all its messages. Its name rests for a while. */
import { ROOT_VHOST } from '../../../catalog/amqp/model.ts';
import type { Call } from '../call.ts';
import type { SqsQueue } from '../queue-view.ts';

export function deleteQueue({ services }: Call, { name }: SqsQueue): undefined {
  services.catalog.deleteQueue({ vhost: ROOT_VHOST, name });
  services.deletions.began(name);
}
