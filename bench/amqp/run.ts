/** The AMQP scenarios by name, each with fresh brokers of its own. */
import type { Session } from '../session.ts';
import { drainBacklog } from './backlog.ts';
import { forwardingLimit } from './limit.ts';
import { perfScenario } from './scenarios.ts';
import { topicRouting } from './topic.ts';

export const amqpScenarios = [
  'amqp-transient',
  'amqp-confirms',
  'amqp-queues',
  'amqp-latency',
  'amqp-fanout',
  'amqp-topic',
  'amqp-backlog',
  'amqp-limit',
] as const;
export type AmqpScenario = (typeof amqpScenarios)[number];

export async function runAmqp(session: Session, scenario: AmqpScenario, backlog: number): Promise<void> {
  if (scenario === 'amqp-topic') await topicRouting(session);
  else if (scenario === 'amqp-backlog') await drainBacklog(session, backlog);
  else if (scenario === 'amqp-limit') await forwardingLimit(session);
  else await perfScenario(session, scenario);
}
