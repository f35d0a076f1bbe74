/** A binding as the catalog takes it, after what only concerns exchanges of type topic has been checked. */
import type { FieldTable } from '../../../message/field-table.ts';
import type { Channel } from '../channel.ts';

export interface WantedBinding {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

/** @throws DomainError access_refused */
export function checkedBinding(channel: Channel, wanted: Omit<WantedBinding, 'vhost'>): WantedBinding {
  const { vhost, services, permissions } = channel.session;
  if (services.catalog.exchange(vhost, wanted.source)?.type === 'topic') {
    permissions.checkTopicRead(wanted.source, wanted.routingKey);
  }
  return { vhost, ...wanted };
}
