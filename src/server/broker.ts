/**
 * Composition root: from settings to a running node. A placeholder that refuses to start, until the parts that it
 * composes are there.
 */
import type { Logger } from '../base/logger.ts';
import type { Settings } from '../config/settings.ts';

export interface BrokerDeps {
  readonly logger?: Logger;
}

export interface Broker {
  readonly kafkaAddress: { readonly host: string; readonly port: number };
  stop(): Promise<void>;
  /** Settles when the node has stopped: with the error that stopped it, or `undefined` after `stop`. */
  readonly stopped: Promise<Error | undefined>;
}

export async function startBroker(_settings: Settings, _deps: BrokerDeps = {}): Promise<Broker> {
  throw new Error('this version cannot start yet');
}
