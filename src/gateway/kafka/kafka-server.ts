/**
 * The Kafka side of a node: accepts connections, lets their responses go as the durable watermark moves, and closes the idle.
 */
import type { Clock } from '../../base/clock.ts';
import type { Durability } from '../../base/durability.ts';
import type { Logger } from '../../base/logger.ts';
import type { Transport, TransportHandler } from '../../net/transport.ts';
import { Connection, type ConnectionDeps, type ConnectionSettings, type Pressure } from './connection.ts';
import type { AnyHandler } from './handler.ts';

export interface KafkaServerSettings extends ConnectionSettings {
  readonly connectionsMax: number;
  readonly idleTimeoutMs: number;
}

export interface KafkaServerDeps {
  readonly handlers: readonly AnyHandler[];
  readonly unsupportedVersion: ConnectionDeps['unsupportedVersion'];
  readonly clock: Clock;
  readonly durability: Durability;
  readonly pressure: Pressure;
  readonly settings: KafkaServerSettings;
  readonly logger: Logger;
}

export class KafkaServer {
  readonly #deps: KafkaServerDeps;
  readonly #connectionDeps: ConnectionDeps;
  readonly #connections = new Set<Connection>();
  /** Connections with responses that wait for the watermark. */
  #waiting = new Set<Connection>();
  #refused = 0;

  constructor(deps: KafkaServerDeps) {
    this.#deps = deps;
    const { handlers, unsupportedVersion, durability, pressure, settings, logger, clock } = deps;
    this.#connectionDeps = {
      handlers: new Map(handlers.map((handler) => [handler.api.key, handler])),
      unsupportedVersion,
      durability,
      pressure,
      settings,
      logger,
      nowMs: () => clock.monotonicMs(),
      waiting: (connection) => this.#waiting.add(connection),
      closed: (connection) => {
        this.#connections.delete(connection);
        this.#waiting.delete(connection);
      },
    };
    durability.onDurable(() => this.#flush());
  }

  readonly accept = (transport: Transport): TransportHandler | undefined => {
    const { settings, logger } = this.#deps;
    if (this.#connections.size >= settings.connectionsMax) {
      this.#refused += 1;
      if (this.#refused === 1) {
        logger.warn({ connectionsMax: settings.connectionsMax }, 'too many Kafka connections: further ones are closed');
      }
      return undefined;
    }
    this.#refused = 0;
    const connection = new Connection(transport, this.#connectionDeps);
    this.#connections.add(connection);
    return connection;
  };

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Cuts connections without traffic for `idleTimeoutMs` that wait for nothing; their clients may be gone or deaf. */
  closeIdle(): void {
    const before = this.#deps.clock.monotonicMs() - this.#deps.settings.idleTimeoutMs;
    for (const connection of this.#connections) {
      if (connection.isIdle && connection.lastActiveMs < before) connection.destroy();
    }
  }

  /** Sends what may leave, and closes every connection. */
  stop(): void {
    for (const connection of [...this.#connections]) connection.end();
  }

  /** Closes what is left without waiting for the clients. */
  destroy(): void {
    for (const connection of [...this.#connections]) connection.destroy();
  }

  #flush(): void {
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const connection of waiting) connection.flush();
  }
}
