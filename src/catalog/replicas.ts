/**
 * Partition counts, replication factors and manual assignments, checked against the one node there is. Storage makes
 * one copy durable, so every partition has one replica whatever was asked for; `lenient` accepts up to three because
 * applications ask for three.
 */
import { DomainError } from '../base/errors.ts';

export type ReplicationFactorMode = 'lenient' | 'strict';

/** The brokers that shall have one partition each list; the first would lead. */
export type BrokerIds = readonly number[];

export interface PartitionAssignment {
  readonly partitionIndex: number;
  readonly brokerIds: BrokerIds;
}

export const REPLICATION_FACTOR = 1;
const REPLICATION_FACTOR_LENIENT_MAX = 3;

/** The most partitions that one request may create, as in Kafka. */
export const PARTITIONS_PER_REQUEST_MAX = 10_000;

/** @param asked -1 stands for the default */
export function checkReplicationFactor(asked: number, mode: ReplicationFactorMode): void {
  if (asked < -1 || asked === 0) {
    const text = 'Replication factor must be larger than 0, or -1 to use the default value.';
    throw new DomainError('replication_factor_invalid', text);
  }
  const max = mode === 'strict' ? REPLICATION_FACTOR : REPLICATION_FACTOR_LENIENT_MAX;
  if (asked > max) {
    const reason = `The target replication factor of ${asked} cannot be reached because only 1 broker(s) are registered.`;
    throw new DomainError(
      'replication_factor_invalid',
      `Unable to replicate the partition ${asked} time(s): ${reason}`,
    );
  }
}

/** @param asked -1 stands for the default. Returns the number that is meant. */
export function checkPartitionCount(asked: number, defaultPartitions: number): number {
  if (asked < -1 || asked === 0) {
    const text = 'Number of partitions was set to an invalid non-positive value.';
    throw new DomainError('partition_count_invalid', text);
  }
  return asked === -1 ? defaultPartitions : asked;
}

/** Returns the number of partitions that the assignment of a new topic describes. */
export function checkNewAssignment(assignments: readonly PartitionAssignment[], nodeId: number): number {
  const indexes = new Set<number>();
  for (const { partitionIndex, brokerIds } of assignments) {
    if (indexes.has(partitionIndex)) {
      throw assignmentInvalid(`Found multiple manual partition assignments for partition ${partitionIndex}`);
    }
    indexes.add(partitionIndex);
    checkBrokerIds(brokerIds, nodeId);
  }
  for (let index = 0; index < indexes.size; index += 1) {
    if (!indexes.has(index)) throw assignmentInvalid('partitions should be a consecutive 0-based integer sequence');
  }
  return indexes.size;
}

export function checkAddedAssignment(assignments: readonly BrokerIds[], added: number, nodeId: number): void {
  if (assignments.length !== added) {
    const asked = `Attempted to add ${added} additional partition(s)`;
    throw assignmentInvalid(`${asked}, but only ${assignments.length} assignment(s) were specified.`);
  }
  for (const brokerIds of assignments) checkBrokerIds(brokerIds, nodeId);
}

function checkBrokerIds(brokerIds: BrokerIds, nodeId: number): void {
  if (brokerIds.length === 0)
    throw assignmentInvalid('The manual partition assignment includes an empty replica list.');
  const stranger = brokerIds.find((id) => id !== nodeId);
  if (stranger !== undefined) {
    const text = `The manual partition assignment includes broker ${stranger}, but no such broker is registered.`;
    throw assignmentInvalid(text);
  }
  if (brokerIds.length > 1) {
    throw assignmentInvalid(`The manual partition assignment includes the broker ${nodeId} more than once.`);
  }
}

function assignmentInvalid(text: string): DomainError {
  return new DomainError('replica_assignment_invalid', text);
}
