/** An open connection as its channels see it: who the client is, where it is, what it understands, and how to send to it. */
import type { Position } from '../../base/brand.ts';
import type { FieldTable } from '../../message/field-table.ts';
import { Permissions } from '../../security/permissions.ts';
import type { User } from '../../security/user.ts';
import type { Output } from './output.ts';
import type { AmqpServices } from './services.ts';

/** What came of the handshake. */
export interface Login {
  readonly user: User;
  readonly mechanism: string;
  readonly clientProperties: FieldTable;
}

/** A channel with confirms that wait for the watermark. */
export interface Confirming {
  /** It stands in the session's list. */
  isConfirming: boolean;
  readonly unconfirmed: number;
  /** Writes what may leave. */
  releaseConfirms(durable: Position): void;
}

export class Session {
  readonly services: AmqpServices;
  readonly output: Output;
  readonly login: Login;
  readonly vhost: string;
  /** Owns exclusive queues; no two connections of a node's life have the same. */
  readonly connectionId: string;
  readonly permissions: Permissions;
  readonly #capabilities: FieldTable | undefined;
  /** Something was published: from then on the connection is a publisher's. */
  hasPublished = false;
  /** Something was asked for: from then on the connection is a consumer's too. */
  hasConsumed = false;
  /** A channel has as many unconfirmed publishes as it may. */
  isConfirmsFull = false;
  /** Something was published to consumers that don't keep up. */
  isHeldBack = false;
  #confirming: Confirming[] = [];
  /** Some consumer waits until the output is no longer congested. */
  hasCongested = false;
  /** Announced bytes of bodies whose frames have not all come, over all channels. */
  assemblingBytes = 0;

  constructor(services: AmqpServices, output: Output, login: Login, vhost: string, connectionId: string) {
    this.services = services;
    this.output = output;
    this.login = login;
    this.vhost = vhost;
    this.connectionId = connectionId;
    this.permissions = new Permissions(services.security, login.user.name, vhost);
    this.#capabilities = capabilitiesOf(login.clientProperties);
  }

  get userName(): string {
    return this.login.user.name;
  }

  /** Whether the client has declared that it knows an extension of RabbitMQ's. */
  understands(capability: 'consumer_cancel_notify' | 'connection.blocked'): boolean {
    return hasCapability(this.#capabilities, capability);
  }

  get isConfirming(): boolean {
    return this.#confirming.length > 0;
  }

  /** A message was published on a channel in confirm mode. */
  awaitConfirms(channel: Confirming): void {
    if (!channel.isConfirming) {
      channel.isConfirming = true;
      this.#confirming.push(channel);
    }
    if (channel.unconfirmed >= this.services.settings.unconfirmedMax) this.isConfirmsFull = true;
    this.output.wrote();
  }

  /** Writes the confirms that may leave; `isConfirming` tells whether some may not yet. */
  releaseConfirms(durable: Position): void {
    const waiting: Confirming[] = [];
    this.isConfirmsFull = false;
    for (const channel of this.#confirming) {
      channel.releaseConfirms(durable);
      const { unconfirmed } = channel;
      channel.isConfirming = unconfirmed > 0;
      if (channel.isConfirming) waiting.push(channel);
      if (unconfirmed >= this.services.settings.unconfirmedMax) this.isConfirmsFull = true;
    }
    this.#confirming = waiting;
  }
}

export function capabilitiesOf(clientProperties: FieldTable): FieldTable | undefined {
  const capabilities = clientProperties.get('capabilities');
  return capabilities?.type === 'table' ? capabilities.value : undefined;
}

export function hasCapability(capabilities: FieldTable | undefined, name: string): boolean {
  const declared = capabilities?.get(name);
  return declared?.type === 'bool' && declared.value;
}
