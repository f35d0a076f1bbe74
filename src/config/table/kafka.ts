/** The listener for Kafka clients and the bounds of what one client can take. Part of the settings table; see `settings.ts`. */
import { integer, text } from '../setting.ts';
import { GIB, KIB, MIB, MINUTE, PORT_MAX, SECOND } from './quantities.ts';

export const KAFKA_SETTINGS = {
  host: text({
    flag: 'kafka-host',
    default: '127.0.0.1',
    means: 'an IP address or host name of this machine',
    doc: 'Address to listen on for Kafka clients.',
  }),
  port: integer({
    flag: 'kafka-port',
    default: 9092,
    min: 0,
    max: PORT_MAX,
    doc: 'Port to listen on for Kafka clients; 0 picks a free one.',
  }),
  advertisedHost: text({
    flag: 'kafka-advertised-host',
    default: undefined,
    defaultText: 'the value of kafka-host',
    means: 'a host name or IP address that clients can reach',
    doc: 'Host that Kafka clients are told to connect to. Needed when the node listens on all addresses, in a container for example.',
  }),
  advertisedPort: integer({
    flag: 'kafka-advertised-port',
    default: undefined,
    defaultText: 'the port it listens on',
    min: 1,
    max: PORT_MAX,
    doc: 'Port that Kafka clients are told to connect to.',
  }),
  requestBytesMax: integer({
    flag: 'kafka-request-bytes-max',
    unit: 'bytes',
    default: 100 * MIB,
    min: 64 * KIB,
    max: GIB,
    doc: 'Largest Kafka request. A client that announces a larger one is disconnected.',
  }),
  connectionsMax: integer({
    flag: 'kafka-connections-max',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    doc: 'Kafka connections at the same time. Further ones are closed at once.',
  }),
  inFlightRequestsMax: integer({
    flag: 'kafka-max-in-flight-requests',
    default: 100,
    min: 1,
    max: 10_000,
    doc: 'Requests of one connection that wait for their response. Beyond it the node stops reading from that connection.',
  }),
  idleTimeoutMs: integer({
    flag: 'kafka-idle-timeout-ms',
    unit: 'ms',
    default: 10 * MINUTE,
    min: SECOND,
    doc: 'A Kafka connection without traffic for this long is closed.',
  }),
  fetchSessionsMax: integer({
    flag: 'kafka-fetch-sessions-max',
    default: 1000,
    min: 0,
    max: 1_000_000,
    doc: 'Incremental fetch sessions (KIP-227) that are kept. Beyond it clients send full fetch requests.',
  }),
};
