/** What a person reads when the node is ready: where it listens, where data goes, and a line to try. */
import type { Settings } from '../config/settings.ts';
import type { Address, Broker } from '../server/broker.ts';

export interface Announcement {
  readonly version: string;
  readonly settings: Settings;
  readonly broker: Omit<Broker, 'stop' | 'stopped'>;
  /** A runnable example as seen from the working directory; only a source checkout has one. */
  readonly examplePath: string | undefined;
}

export function readyText({ version, settings, broker, examplePath }: Announcement): string {
  const { medium, dataDir, fsync } = settings.storage;
  const address = addressText(broker.kafkaAddress);
  const encrypted = broker.amqpTlsAddress === undefined ? '' : `, TLS ${addressText(broker.amqpTlsAddress)}`;
  const sqsEncrypted = broker.sqsTlsAddress === undefined ? '' : `, https://${addressText(broker.sqsTlsAddress)}`;
  const data = medium === 'disk' ? `${dataDir} (fsync ${fsync})` : 'in memory: gone when this process ends';
  const attempt =
    examplePath === undefined
      ? `echo hello | kcat -b ${address} -t greetings -P && kcat -b ${address} -t greetings -C -e`
      : `node ${examplePath} ${address}`;
  return [
    `Trilog ${version} is ready.`,
    `  Kafka  ${address}`,
    `  AMQP   ${addressText(broker.amqpAddress)}${encrypted}`,
    ...(broker.sqsAddress === undefined ? [] : [`  SQS    http://${addressText(broker.sqsAddress)}${sqsEncrypted}`]),
    ...(broker.managementAddress === undefined ? [] : [`  HTTP   ${addressText(broker.managementAddress)}`]),
    `  data   ${data}`,
    `Try:     ${attempt}`,
    'Stop:    Ctrl-C',
    '',
  ].join('\n');
}

function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
