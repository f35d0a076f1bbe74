/**
 * The one table of settings. Each is one declaration in `table/`: name, type, unit, default, range, and what it is for. The
 * flags, the environment variables, the keys of the YAML file, `--help`, `docs/CONFIGURATION.md` and the `Settings` type all
 * follow from it. Only `server/` reads the whole; every other folder is handed the slice that concerns it.
 */
import type { Setting, ValueOf } from './setting.ts';
import { AMQP_SETTINGS } from './table/amqp.ts';
import { GROUPS_SETTINGS } from './table/groups.ts';
import { KAFKA_SETTINGS } from './table/kafka.ts';
import { MANAGEMENT_SETTINGS } from './table/management.ts';
import { NODE_SETTINGS } from './table/node.ts';
import { PRODUCERS_SETTINGS } from './table/producers.ts';
import { QUEUES_SETTINGS } from './table/queues.ts';
import { SECURITY_SETTINGS } from './table/security.ts';
import { SQS_SETTINGS } from './table/sqs.ts';
import { STORAGE_SETTINGS } from './table/storage.ts';
import { TOPICS_SETTINGS } from './table/topics.ts';
import { TRANSACTIONS_SETTINGS } from './table/transactions.ts';

export const SETTINGS_TABLE = {
  node: NODE_SETTINGS,
  storage: STORAGE_SETTINGS,
  kafka: KAFKA_SETTINGS,
  amqp: AMQP_SETTINGS,
  sqs: SQS_SETTINGS,
  management: MANAGEMENT_SETTINGS,
  topics: TOPICS_SETTINGS,
  queues: QUEUES_SETTINGS,
  security: SECURITY_SETTINGS,
  groups: GROUPS_SETTINGS,
  producers: PRODUCERS_SETTINGS,
  transactions: TRANSACTIONS_SETTINGS,
} satisfies Record<string, Record<string, Setting<unknown>>>;

type Table = typeof SETTINGS_TABLE;

/** All settings of a node, validated. `settings.storage` and its like are the slices that folders are handed. */
export type Settings = {
  readonly [Slice in keyof Table]: { readonly [Key in keyof Table[Slice]]: ValueOf<Table[Slice][Key]> };
};

/** Rules about more than one setting: what is wrong with the whole, each naming the settings to change. */
export function settingsConflicts(settings: Settings): string[] {
  const { amqp, groups, kafka, management, sqs, topics } = settings;
  const conflicts: string[] = [];
  if (groups.sessionTimeoutMsMin > groups.sessionTimeoutMsMax) {
    conflicts.push('group-min-session-timeout-ms is larger than group-max-session-timeout-ms');
  }
  if (topics.messageBytesMax > kafka.requestBytesMax) {
    conflicts.push('message-max-bytes is larger than kafka-request-bytes-max: such a message could never arrive');
  }
  if (kafka.advertisedHost === undefined && ['0.0.0.0', '::', '[::]'].includes(kafka.host)) {
    conflicts.push(
      `kafka-host ${kafka.host} is every address of this machine, which clients cannot connect to by that name: ` +
        'say with kafka-advertised-host which name they use',
    );
  }
  if (management.pageSize > management.pageSizeMax) {
    conflicts.push('management-page-size is larger than management-page-size-max');
  }
  if ((amqp.tlsCertificate === undefined) !== (amqp.tlsKey === undefined)) {
    conflicts.push('amqp-tls-certificate and amqp-tls-key go together: one without the other is of no use');
  }
  if (amqp.tlsClients === 'required' && amqp.tlsAuthorities === undefined) {
    conflicts.push('amqp-tls-clients is required, but amqp-tls-ca does not say whose certificates are good');
  }
  if ((sqs.tlsCertificate === undefined) !== (sqs.tlsKey === undefined)) {
    conflicts.push('sqs-tls-certificate and sqs-tls-key go together: one without the other is of no use');
  }
  return conflicts;
}
