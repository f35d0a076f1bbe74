/**
 * The AMQP side of a node: accepts connections, flushes what they wrote once per turn of the event loop, lets replies and confirms
 * go as the durable watermark moves, and knows who is connected.
 */
import type { Transport, TransportHandler } from '../../net/transport.ts';
import { Connection, type ConnectionHost } from './connection.ts';
import { type ConnectionFacts, connectionFacts, connectionName } from './connection-facts.ts';
import { checkConsumerTimeouts } from './consumer-timeout.ts';
import type { AmqpServices } from './services.ts';

export class AmqpServer implements ConnectionHost {
  readonly services: AmqpServices;
  readonly #connections = new Map<string, Connection>();
  /** With something to send at the end of this turn. */
  #scheduled: Connection[] = [];
  #awaitingDurable = new Set<Connection>();
  #awaitingSpace = new Set<Connection>();
  #nextId = 1;
  #refused = 0;

  constructor(services: AmqpServices) {
    this.services = services;
    services.durability.onDurable(() => this.#becameDurable());
    services.catalog.subscribe({
      onVhostDeleted: ({ name }) => {
        services.totals.vhostDeleted(name);
        this.#closeAll(`vhost '${name}' is deleted`, (of) => of.vhost === name);
      },
    });
    services.security.subscribe({
      onUserDeleted: (name) => this.#closeAll(`user '${name}' is deleted`, (of) => of.userName === name),
    });
  }

  readonly accept = (transport: Transport): TransportHandler | undefined => {
    const { settings, logger } = this.services;
    if (this.#connections.size >= settings.connectionsMax) {
      this.#refused += 1;
      if (this.#refused === 1) {
        logger.warn({ connectionsMax: settings.connectionsMax }, 'too many AMQP connections: further ones are closed');
      }
      return undefined;
    }
    this.#refused = 0;
    this.services.totals.connectionsOpened += 1;
    const connection = new Connection(`amqp-${this.#nextId}`, transport, this);
    this.#nextId += 1;
    this.#connections.set(connection.id, connection);
    return connection;
  };

  /** Who is connected, and what they have open. */
  *connections(): Iterable<ConnectionFacts> {
    for (const connection of this.#connections.values()) yield connectionFacts(connection);
  }

  /** The connections themselves, for the gateway's own code. */
  all(): Iterable<Connection> {
    return this.#connections.values();
  }

  connection(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  connectionNamed(name: string): Connection | undefined {
    for (const connection of this.#connections.values()) {
      if (connectionName(connection.transport) === name) return connection;
    }
    return undefined;
  }

  /** False if there is no connection of that name. */
  closeConnection(name: string, reason: string): boolean {
    const connection = this.connectionNamed(name);
    connection?.close(reason);
    return connection !== undefined;
  }

  /** To be called when there may be room on the disk again. */
  checkSpace(): void {
    const waiting = this.#awaitingSpace;
    this.#awaitingSpace = new Set();
    for (const connection of waiting) connection.checkSpace();
  }

  /** Closes channels that have kept a delivery for longer than they may. */
  checkConsumerTimeouts(): void {
    for (const { running } of this.#connections.values()) {
      if (running !== undefined) checkConsumerTimeouts(running.channels, this.services);
    }
  }

  /** Before the node stops: what clients send has no effect from now on. */
  freeze(): void {
    for (const connection of this.#connections.values()) connection.freeze();
  }

  /** Sends what may leave, and closes every connection. */
  stop(): void {
    for (const connection of [...this.#connections.values()]) connection.shutDown('the broker is shutting down');
  }

  /** Closes what is left without waiting for the clients. */
  destroy(): void {
    for (const connection of [...this.#connections.values()]) connection.destroy();
  }

  // For connections.

  connectionCount(vhost: string): number {
    let count = 0;
    for (const { running } of this.#connections.values()) if (running?.session.vhost === vhost) count += 1;
    return count;
  }

  schedule(connection: Connection): void {
    if (this.#scheduled.push(connection) === 1) this.services.clock.defer(() => this.#flush());
  }

  awaitDurable(connection: Connection): void {
    this.#awaitingDurable.add(connection);
  }

  awaitSpace(connection: Connection): void {
    this.#awaitingSpace.add(connection);
  }

  closed(connection: Connection): void {
    this.services.totals.connectionsClosed += 1;
    this.#connections.delete(connection.id);
    this.#awaitingDurable.delete(connection);
    this.#awaitingSpace.delete(connection);
  }

  #flush(): void {
    const scheduled = this.#scheduled;
    this.#scheduled = [];
    for (const connection of scheduled) connection.flush();
  }

  #becameDurable(): void {
    if (this.#awaitingDurable.size === 0) return;
    const waiting = this.#awaitingDurable;
    this.#awaitingDurable = new Set();
    for (const connection of waiting) connection.becameDurable();
  }

  #closeAll(reason: string, isMeant: (of: { readonly vhost: string; readonly userName: string }) => boolean): void {
    for (const connection of [...this.#connections.values()]) {
      const session = connection.running?.session;
      if (session !== undefined && isMeant(session)) this.services.clock.defer(() => connection.close(reason));
    }
  }
}
