/** The listeners for SQS clients, who may come, and the bounds of what one can take. Part of the settings table; see `settings.ts`. */
import { boolean, integer, secrets, text } from '../setting.ts';
import { GIB, MIB, MINUTE, SECOND } from './quantities.ts';

const PORT_MAX = 65_535;

export const SQS_SETTINGS = {
  enabled: boolean({
    flag: 'sqs',
    default: true,
    doc: 'Whether to serve Amazon SQS clients.',
  }),
  host: text({
    flag: 'sqs-host',
    default: '127.0.0.1',
    means: 'an IP address or host name of this machine',
    doc: 'Address to listen on for SQS clients, encrypted or not.',
  }),
  port: integer({
    flag: 'sqs-port',
    default: 9324,
    min: 0,
    max: PORT_MAX,
    doc: 'Port to listen on for SQS clients; 0 picks a free one.',
  }),
  tlsPort: integer({
    flag: 'sqs-tls-port',
    default: 9325,
    min: 0,
    max: PORT_MAX,
    doc: 'Port to listen on for SQS clients that use TLS (https), once there is a certificate; 0 picks a free one.',
  }),
  tlsCertificate: text({
    flag: 'sqs-tls-certificate',
    default: undefined,
    defaultText: 'none: TLS is off',
    means: 'the path of a PEM file',
    doc: 'Certificate of this server for SQS over TLS, followed by those of intermediate authorities.',
  }),
  tlsKey: text({
    flag: 'sqs-tls-key',
    default: undefined,
    means: 'the path of a PEM file',
    doc: 'Private key that belongs to the certificate.',
  }),
  accountId: text({
    flag: 'sqs-account-id',
    default: '000000000000',
    means: 'twelve digits',
    pattern: /^\d{12}$/,
    doc: 'AWS account that queues are said to belong to, in their addresses and ARNs. Clients may name any other.',
  }),
  region: text({
    flag: 'sqs-region',
    default: 'us-east-1',
    means: 'the name of a region, such as us-east-1',
    pattern: /^[a-z0-9-]{1,64}$/,
    doc: 'AWS region that queues are said to be in, in their ARNs. Clients may name and sign for any other.',
  }),
  accessKeys: secrets({
    flag: 'sqs-access-keys',
    means: 'id:secret pairs with commas between them, or none',
    doc: 'Access keys that requests must be signed with (signature version 4). Without any, signatures are not looked at.',
  }),
  anonymousRemote: boolean({
    flag: 'sqs-anonymous-remote',
    default: false,
    doc: 'Whether clients of other machines are served, too, while there are no access keys.',
  }),
  clockSkewMs: integer({
    flag: 'sqs-clock-skew-ms',
    unit: 'ms',
    default: 15 * MINUTE,
    min: SECOND,
    doc: 'How far the clock of a client that signs may be off.',
  }),
  recreateDelayMs: integer({
    flag: 'sqs-recreate-delay-ms',
    unit: 'ms',
    default: 60 * SECOND,
    min: 0,
    doc: 'How long a name cannot be used for a new queue after SQS clients have deleted its queue; 0: not at all.',
  }),
  purgeDelayMs: integer({
    flag: 'sqs-purge-delay-ms',
    unit: 'ms',
    default: 60 * SECOND,
    min: 0,
    doc: 'How long SQS clients cannot purge a queue again; 0: not at all.',
  }),
  coolDownsMax: integer({
    flag: 'sqs-cool-downs-max',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    doc: 'Deletions and purges that are remembered for these delays, each. Beyond it the oldest are forgotten.',
  }),
  connectionsMax: integer({
    flag: 'sqs-connections-max',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    doc: 'Connections of SQS clients at the same time. Further ones are closed at once.',
  }),
  arrivingBytesMax: integer({
    flag: 'sqs-arriving-bytes-max',
    unit: 'bytes',
    default: 256 * MIB,
    min: 8 * MIB,
    max: 16 * GIB,
    doc: 'Requests of all SQS clients that have arrived in part. Beyond it a request that goes on is refused (ServiceUnavailable).',
  }),
  requestTimeoutMs: integer({
    flag: 'sqs-request-timeout-ms',
    unit: 'ms',
    default: 30 * SECOND,
    min: SECOND,
    doc: 'How long a request may take to arrive, and a client to go on reading its answer.',
  }),
  idleTimeoutMs: integer({
    flag: 'sqs-idle-timeout-ms',
    unit: 'ms',
    default: 75 * SECOND,
    min: SECOND,
    doc: 'Connections of SQS clients on which nothing happens for this long are closed.',
  }),
};
