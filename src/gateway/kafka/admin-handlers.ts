/** The handlers behind Kafka's admin clients and tools, except those of groups and transactions. */
import type { AnyHandler } from './handler.ts';
import { alterConfigsHandler } from './handlers/alter-configs.ts';
import { alterPartitionReassignmentsHandler } from './handlers/alter-partition-reassignments.ts';
import { createAclsHandler } from './handlers/create-acls.ts';
import { createPartitionsHandler } from './handlers/create-partitions.ts';
import { createTopicsHandler } from './handlers/create-topics.ts';
import { deleteAclsHandler } from './handlers/delete-acls.ts';
import { deleteRecordsHandler } from './handlers/delete-records.ts';
import { deleteTopicsHandler } from './handlers/delete-topics.ts';
import { describeAclsHandler } from './handlers/describe-acls.ts';
import { describeClientQuotasHandler } from './handlers/describe-client-quotas.ts';
import { describeClusterHandler } from './handlers/describe-cluster.ts';
import { describeConfigsHandler } from './handlers/describe-configs.ts';
import { describeLogDirsHandler } from './handlers/describe-log-dirs.ts';
import { describeProducersHandler } from './handlers/describe-producers.ts';
import { describeQuorumHandler } from './handlers/describe-quorum.ts';
import { describeTopicPartitionsHandler } from './handlers/describe-topic-partitions.ts';
import { describeUserScramCredentialsHandler } from './handlers/describe-user-scram-credentials.ts';
import { electLeadersHandler } from './handlers/elect-leaders.ts';
import { incrementalAlterConfigsHandler } from './handlers/incremental-alter-configs.ts';
import { listConfigResourcesHandler } from './handlers/list-config-resources.ts';
import { listPartitionReassignmentsHandler } from './handlers/list-partition-reassignments.ts';
import { offsetForLeaderEpochHandler } from './handlers/offset-for-leader-epoch.ts';
import type { KafkaServices } from './services.ts';

export function adminHandlers(services: KafkaServices): AnyHandler[] {
  return [
    createTopicsHandler(services),
    deleteTopicsHandler(services),
    deleteRecordsHandler(services),
    createPartitionsHandler(services),
    offsetForLeaderEpochHandler(services),
    describeAclsHandler(services),
    createAclsHandler(services),
    deleteAclsHandler(services),
    describeConfigsHandler(services),
    alterConfigsHandler(services),
    incrementalAlterConfigsHandler(services),
    listConfigResourcesHandler(services),
    describeLogDirsHandler(services),
    electLeadersHandler(services),
    alterPartitionReassignmentsHandler(services),
    listPartitionReassignmentsHandler(services),
    describeClientQuotasHandler(services),
    describeUserScramCredentialsHandler(services),
    describeClusterHandler(services),
    describeQuorumHandler(services),
    describeProducersHandler(services),
    describeTopicPartitionsHandler(services),
  ];
}
