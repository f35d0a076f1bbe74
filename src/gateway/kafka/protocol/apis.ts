/**
 * Every API that has schemas, by name and by key. What is advertised is the gateway's list of handlers, not this.
 */

import { assert } from '../../../base/assert.ts';
import type { Message } from '../../../base/schema/message.ts';
import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from './add-offsets-to-txn.ts';
import { addPartitionsToTxnRequest, addPartitionsToTxnResponse } from './add-partitions-to-txn.ts';
import { alterConfigsRequest, alterConfigsResponse } from './alter-configs.ts';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from './alter-partition-reassignments.ts';
import { apiVersionsRequest, apiVersionsResponse } from './api-versions.ts';
import { createAclsRequest, createAclsResponse } from './create-acls.ts';
import { createPartitionsRequest, createPartitionsResponse } from './create-partitions.ts';
import { createTopicsRequest, createTopicsResponse } from './create-topics.ts';
import { deleteAclsRequest, deleteAclsResponse } from './delete-acls.ts';
import { deleteGroupsRequest, deleteGroupsResponse } from './delete-groups.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from './delete-records.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from './delete-topics.ts';
import { describeAclsRequest, describeAclsResponse } from './describe-acls.ts';
import { describeClientQuotasRequest, describeClientQuotasResponse } from './describe-client-quotas.ts';
import { describeClusterRequest, describeClusterResponse } from './describe-cluster.ts';
import { describeConfigsRequest, describeConfigsResponse } from './describe-configs.ts';
import { describeGroupsRequest, describeGroupsResponse } from './describe-groups.ts';
import { describeLogDirsRequest, describeLogDirsResponse } from './describe-log-dirs.ts';
import { describeProducersRequest, describeProducersResponse } from './describe-producers.ts';
import { describeQuorumRequest, describeQuorumResponse } from './describe-quorum.ts';
import { describeTopicPartitionsRequest, describeTopicPartitionsResponse } from './describe-topic-partitions.ts';
import { describeTransactionsRequest, describeTransactionsResponse } from './describe-transactions.ts';
import {
  describeUserScramCredentialsRequest,
  describeUserScramCredentialsResponse,
} from './describe-user-scram-credentials.ts';
import { electLeadersRequest, electLeadersResponse } from './elect-leaders.ts';
import { endTxnRequest, endTxnResponse } from './end-txn.ts';
import { fetchRequest, fetchResponse } from './fetch.ts';
import { findCoordinatorRequest, findCoordinatorResponse } from './find-coordinator.ts';
import { heartbeatRequest, heartbeatResponse } from './heartbeat.ts';
import { incrementalAlterConfigsRequest, incrementalAlterConfigsResponse } from './incremental-alter-configs.ts';
import { initProducerIdRequest, initProducerIdResponse } from './init-producer-id.ts';
import { joinGroupRequest, joinGroupResponse } from './join-group.ts';
import { leaveGroupRequest, leaveGroupResponse } from './leave-group.ts';
import { listConfigResourcesRequest, listConfigResourcesResponse } from './list-config-resources.ts';
import { listGroupsRequest, listGroupsResponse } from './list-groups.ts';
import { listOffsetsRequest, listOffsetsResponse } from './list-offsets.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from './list-partition-reassignments.ts';
import { listTransactionsRequest, listTransactionsResponse } from './list-transactions.ts';
import { metadataRequest, metadataResponse } from './metadata.ts';
import { offsetCommitRequest, offsetCommitResponse } from './offset-commit.ts';
import { offsetDeleteRequest, offsetDeleteResponse } from './offset-delete.ts';
import { offsetFetchRequest, offsetFetchResponse } from './offset-fetch.ts';
import { offsetForLeaderEpochRequest, offsetForLeaderEpochResponse } from './offset-for-leader-epoch.ts';
import { produceRequest, produceResponse } from './produce.ts';
import { syncGroupRequest, syncGroupResponse } from './sync-group.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from './txn-offset-commit.ts';
import { writeTxnMarkersRequest, writeTxnMarkersResponse } from './write-txn-markers.ts';

export interface Api<Request, Response> {
  readonly key: number;
  readonly name: string;
  /** First and last version that the schemas know. */
  readonly versions: readonly [number, number];
  readonly request: Message<Request, never>;
  readonly response: Message<unknown, Response>;
}

function api<Request, Response>(
  name: string,
  request: Message<Request, never>,
  response: Message<unknown, Response>,
): Api<Request, Response> {
  const { apiKey, minVersion, maxVersion } = request;
  assert(apiKey !== undefined && apiKey === response.apiKey, `${name}: request and response have the same key`);
  return { key: apiKey, name, versions: [minVersion, maxVersion], request, response };
}

export const apis = {
  produce: api('Produce', produceRequest, produceResponse),
  fetch: api('Fetch', fetchRequest, fetchResponse),
  listOffsets: api('ListOffsets', listOffsetsRequest, listOffsetsResponse),
  metadata: api('Metadata', metadataRequest, metadataResponse),
  offsetCommit: api('OffsetCommit', offsetCommitRequest, offsetCommitResponse),
  offsetFetch: api('OffsetFetch', offsetFetchRequest, offsetFetchResponse),
  findCoordinator: api('FindCoordinator', findCoordinatorRequest, findCoordinatorResponse),
  joinGroup: api('JoinGroup', joinGroupRequest, joinGroupResponse),
  heartbeat: api('Heartbeat', heartbeatRequest, heartbeatResponse),
  leaveGroup: api('LeaveGroup', leaveGroupRequest, leaveGroupResponse),
  syncGroup: api('SyncGroup', syncGroupRequest, syncGroupResponse),
  describeGroups: api('DescribeGroups', describeGroupsRequest, describeGroupsResponse),
  listGroups: api('ListGroups', listGroupsRequest, listGroupsResponse),
  apiVersions: api('ApiVersions', apiVersionsRequest, apiVersionsResponse),
  createTopics: api('CreateTopics', createTopicsRequest, createTopicsResponse),
  deleteTopics: api('DeleteTopics', deleteTopicsRequest, deleteTopicsResponse),
  deleteRecords: api('DeleteRecords', deleteRecordsRequest, deleteRecordsResponse),
  initProducerId: api('InitProducerId', initProducerIdRequest, initProducerIdResponse),
  offsetForLeaderEpoch: api('OffsetForLeaderEpoch', offsetForLeaderEpochRequest, offsetForLeaderEpochResponse),
  addPartitionsToTxn: api('AddPartitionsToTxn', addPartitionsToTxnRequest, addPartitionsToTxnResponse),
  addOffsetsToTxn: api('AddOffsetsToTxn', addOffsetsToTxnRequest, addOffsetsToTxnResponse),
  endTxn: api('EndTxn', endTxnRequest, endTxnResponse),
  writeTxnMarkers: api('WriteTxnMarkers', writeTxnMarkersRequest, writeTxnMarkersResponse),
  txnOffsetCommit: api('TxnOffsetCommit', txnOffsetCommitRequest, txnOffsetCommitResponse),
  describeAcls: api('DescribeAcls', describeAclsRequest, describeAclsResponse),
  createAcls: api('CreateAcls', createAclsRequest, createAclsResponse),
  deleteAcls: api('DeleteAcls', deleteAclsRequest, deleteAclsResponse),
  describeConfigs: api('DescribeConfigs', describeConfigsRequest, describeConfigsResponse),
  alterConfigs: api('AlterConfigs', alterConfigsRequest, alterConfigsResponse),
  describeLogDirs: api('DescribeLogDirs', describeLogDirsRequest, describeLogDirsResponse),
  createPartitions: api('CreatePartitions', createPartitionsRequest, createPartitionsResponse),
  deleteGroups: api('DeleteGroups', deleteGroupsRequest, deleteGroupsResponse),
  electLeaders: api('ElectLeaders', electLeadersRequest, electLeadersResponse),
  incrementalAlterConfigs: api(
    'IncrementalAlterConfigs',
    incrementalAlterConfigsRequest,
    incrementalAlterConfigsResponse,
  ),
  alterPartitionReassignments: api(
    'AlterPartitionReassignments',
    alterPartitionReassignmentsRequest,
    alterPartitionReassignmentsResponse,
  ),
  listPartitionReassignments: api(
    'ListPartitionReassignments',
    listPartitionReassignmentsRequest,
    listPartitionReassignmentsResponse,
  ),
  offsetDelete: api('OffsetDelete', offsetDeleteRequest, offsetDeleteResponse),
  describeClientQuotas: api('DescribeClientQuotas', describeClientQuotasRequest, describeClientQuotasResponse),
  describeUserScramCredentials: api(
    'DescribeUserScramCredentials',
    describeUserScramCredentialsRequest,
    describeUserScramCredentialsResponse,
  ),
  describeQuorum: api('DescribeQuorum', describeQuorumRequest, describeQuorumResponse),
  describeCluster: api('DescribeCluster', describeClusterRequest, describeClusterResponse),
  describeProducers: api('DescribeProducers', describeProducersRequest, describeProducersResponse),
  describeTransactions: api('DescribeTransactions', describeTransactionsRequest, describeTransactionsResponse),
  listTransactions: api('ListTransactions', listTransactionsRequest, listTransactionsResponse),
  listConfigResources: api('ListConfigResources', listConfigResourcesRequest, listConfigResourcesResponse),
  describeTopicPartitions: api(
    'DescribeTopicPartitions',
    describeTopicPartitionsRequest,
    describeTopicPartitionsResponse,
  ),
};

/** An API whose messages are not known by type. */
export type AnyApi = Api<unknown, never>;

export const API_LIST: readonly AnyApi[] = Object.values(apis);

const byKey = new Map(API_LIST.map((one) => [one.key, one]));

export function apiByKey(key: number): AnyApi | undefined {
  return byKey.get(key);
}
