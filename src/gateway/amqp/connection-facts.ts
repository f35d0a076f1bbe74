/** What a person may want to know of a connection and its channels, as values of the moment. */
import type { FieldTable } from '../../message/field-table.ts';
import type { Transport } from '../../net/transport.ts';
import type { ConsumerId } from '../../queue/consumer.ts';
import type { Channel } from './channel.ts';
import type { ChannelStats } from './channel-stats.ts';
import type { Connection } from './connection.ts';
import type { Consumer, ConsumerFacts } from './consumer.ts';

export interface ConsumerView extends ConsumerFacts {
  /** What its queue knows it by; undefined before it is attached. */
  readonly id: ConsumerId | undefined;
}

export interface ChannelFacts {
  readonly number: number;
  readonly isConfirming: boolean;
  readonly isTransactional: boolean;
  /** Of consumers that come. */
  readonly prefetch: number;
  /** Of the channel as a whole; 0: none. */
  readonly globalPrefetch: number;
  readonly unsettled: number;
  readonly unconfirmed: number;
  /** Messages and settlements that wait for a commit. */
  readonly uncommitted: number;
  readonly uncommittedSettlements: number;
  readonly consumers: readonly ConsumerView[];
  readonly stats: Readonly<ChannelStats>;
}

export interface ConnectionFacts {
  /** Client and server address, as RabbitMQ names connections. */
  readonly name: string;
  readonly id: string;
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly address: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly protocol: 'AMQP 0-9-1';
  readonly state: string;
  /** Empty until the connection is open. */
  readonly user: string;
  readonly vhost: string;
  readonly mechanism: string;
  readonly clientProperties: FieldTable;
  readonly frameMax: number;
  readonly channelMax: number;
  readonly heartbeatMs: number;
  /** Wall clock. */
  readonly connectedAtMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly channels: readonly ChannelFacts[];
}

/** Client and server address, as RabbitMQ names connections. */
export function connectionName({ remoteAddress, remotePort = 0, localAddress = '', localPort = 0 }: Transport): string {
  return `${remoteAddress}:${remotePort} -> ${localAddress}:${localPort}`;
}

export function consumerView({ facts, id }: Consumer): ConsumerView {
  return { ...facts, id };
}

export function connectionFacts(connection: Connection): ConnectionFacts {
  const { id, transport, running, output, connectedAtMs, receivedBytes, stateName } = connection;
  const { remoteAddress, remotePort = 0, localAddress = '', localPort = 0, encrypted = false } = transport;
  const login = running?.session.login;
  return {
    name: connectionName(transport),
    id,
    peerAddress: remoteAddress,
    peerPort: remotePort,
    address: localAddress,
    port: localPort,
    isEncrypted: encrypted,
    protocol: 'AMQP 0-9-1',
    state: stateName,
    user: login?.user.name ?? '',
    vhost: running?.session.vhost ?? '',
    mechanism: login?.mechanism ?? '',
    clientProperties: login?.clientProperties ?? new Map(),
    frameMax: running?.tuned.frameMax ?? 0,
    channelMax: running?.tuned.channelMax ?? 0,
    heartbeatMs: running?.tuned.heartbeatMs ?? 0,
    connectedAtMs,
    receivedBytes,
    sentBytes: output.sentBytes,
    channels: [...(running?.channels.all() ?? [])].map(channelFacts),
  };
}

export function channelFacts({ number, mode, prefetch, unconfirmed, deliveries }: Channel): ChannelFacts {
  return {
    number,
    isConfirming: mode.name === 'confirm',
    isTransactional: mode.name === 'tx',
    prefetch,
    globalPrefetch: deliveries.limit,
    unsettled: deliveries.unsettled.size,
    unconfirmed,
    uncommitted: mode.name === 'tx' ? mode.transaction.publishCount : 0,
    uncommittedSettlements: mode.name === 'tx' ? mode.transaction.settlementCount : 0,
    consumers: [...deliveries.consumers.values()].map(consumerView),
    stats: { ...deliveries.stats },
  };
}
