/** What the catalog knows of a queue; `settings` is another object after every change. */
import type { LogId } from '../base/brand.ts';
import type { QueueSettings } from '../catalog/amqp/queue-settings.ts';

export interface QueueView {
  readonly id: LogId;
  readonly vhost: string;
  readonly name: string;
  readonly settings: QueueSettings;
}
