/** The SASL mechanisms there are, and which of them a connection is offered. */
import type { SaslSettings } from '../settings.ts';

export type Mechanism = 'PLAIN' | 'AMQPLAIN' | 'EXTERNAL' | 'ANONYMOUS';

/**
 * In order of preference.
 * @param tls whether the connection is encrypted: elsewhere there is no certificate to speak for a client
 */
export function offeredMechanisms(tls: boolean, { anonymousUser }: SaslSettings): Mechanism[] {
  const offered: Mechanism[] = ['PLAIN', 'AMQPLAIN'];
  if (tls) offered.push('EXTERNAL');
  if (anonymousUser !== undefined) offered.push('ANONYMOUS');
  return offered;
}
