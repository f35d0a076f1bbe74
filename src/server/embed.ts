/** The package's public API: a broker inside another program, a test for instance. */
import { resolveSettings } from '../config/resolve.ts';
import { type Broker, type BrokerDeps, startBroker } from './broker.ts';

export type { Broker } from './broker.ts';

/** Settings by the names of their flags (`docs/CONFIGURATION.md`), e.g. `{ storage: 'memory', 'kafka-port': 0, management: false }`. */
export type TrilogOptions = Readonly<Record<string, string | number | boolean>>;

/**
 * Starts a broker and resolves when it serves; `kafkaAddress`, `amqpAddress` and `sqsAddress` tell where. The environment is not looked at.
 * @throws SettingsError for an unknown or invalid option; Error when the data can't be served or the port is taken.
 */
export function startTrilog(options: TrilogOptions = {}, deps: BrokerDeps = {}): Promise<Broker> {
  const flags = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));
  return startBroker(resolveSettings({ flags, env: {} }), deps);
}
