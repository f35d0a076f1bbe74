/** The exchanges that every vhost has from the start (AMQP 0-9-1 §3.1.3, and RabbitMQ's own). They can't be deleted. */
import { EMPTY_TABLE } from '../../message/field-table.ts';
import { LiveExchange } from './live.ts';
import { DEFAULT_EXCHANGE, type ExchangeType } from './model.ts';

const PREDECLARED: readonly (readonly [name: string, type: ExchangeType, internal: boolean])[] = [
  [DEFAULT_EXCHANGE, 'direct', false],
  ['amq.direct', 'direct', false],
  ['amq.fanout', 'fanout', false],
  ['amq.headers', 'headers', false],
  ['amq.match', 'headers', false],
  ['amq.rabbitmq.trace', 'topic', true],
  ['amq.topic', 'topic', false],
];

export function predeclaredExchanges(vhost: string): LiveExchange[] {
  return PREDECLARED.map(([name, type, internal]) => {
    const always = { durable: true, autoDelete: false, arguments: EMPTY_TABLE, predeclared: true };
    return new LiveExchange({ vhost, name, type, internal, ...always });
  });
}
