/** The management API over HTTP, and the bounds of what one client can take of it. Part of the settings table; see `settings.ts`. */
import { boolean, integer, text } from '../setting.ts';
import { GIB, KIB, MIB, MINUTE, SECOND } from './quantities.ts';

export const MANAGEMENT_SETTINGS = {
  enabled: boolean({
    flag: 'management',
    default: true,
    doc: 'Whether to serve the management API (HTTP, as of RabbitMQ).',
  }),
  host: text({
    flag: 'management-host',
    default: '127.0.0.1',
    means: 'an IP address or host name of this machine',
    doc: 'Address to listen on for the management API.',
  }),
  port: integer({
    flag: 'management-port',
    default: 15_672,
    min: 0,
    max: 65_535,
    doc: 'Port to listen on for the management API; 0 picks a free one.',
  }),
  clusterName: text({
    flag: 'management-cluster-name',
    default: undefined,
    defaultText: 'the name of the node',
    means: 'any text',
    doc: 'Name of the cluster, as the management API tells it.',
  }),
  connectionsMax: integer({
    flag: 'management-connections-max',
    default: 512,
    min: 1,
    max: 100_000,
    doc: 'HTTP connections at the same time. Further ones are closed at once.',
  }),
  bodyBytesMax: integer({
    flag: 'management-body-bytes-max',
    unit: 'bytes',
    default: 20 * MIB,
    min: 64 * KIB,
    max: GIB,
    doc: 'Largest body of a request, definitions included. A larger one is refused.',
  }),
  bodiesBytesMax: integer({
    flag: 'management-bodies-bytes-max',
    unit: 'bytes',
    default: 64 * MIB,
    min: 64 * KIB,
    max: GIB,
    doc: 'Bodies of all requests that are being served. Beyond it requests with a body are refused until others have ended.',
  }),
  getBytesMax: integer({
    flag: 'management-get-bytes-max',
    unit: 'bytes',
    default: 16 * MIB,
    min: 64 * KIB,
    max: GIB,
    doc: 'Messages that one request gets from a queue. Beyond it fewer are given than were asked for.',
  }),
  pageSize: integer({
    flag: 'management-page-size',
    default: 100,
    min: 1,
    max: 10_000,
    doc: 'Items on a page of a list whose client does not say how many it wants.',
  }),
  pageSizeMax: integer({
    flag: 'management-page-size-max',
    default: 500,
    min: 1,
    max: 10_000,
    doc: 'Items on a page at the most. A client that wants more is refused.',
  }),
  sampleIntervalMs: integer({
    flag: 'management-sample-interval-ms',
    unit: 'ms',
    default: 5 * SECOND,
    min: SECOND,
    max: 10 * MINUTE,
    doc: 'How often counters are sampled. Rates are those between the two latest samples.',
  }),
  samplesMax: integer({
    flag: 'management-samples-max',
    default: 12,
    min: 2,
    max: 1000,
    doc: 'Samples that are kept of each queue, connection, channel and vhost in which something happens, about 100 bytes each.',
  }),
};
