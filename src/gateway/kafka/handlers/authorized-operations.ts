/**
 * What a client may do with a resource, as Kafka's bitmask: bit n stands for operation n of Kafka's ACLs. Without an
 * authorizer everyone may do everything that the kind of resource knows.
 */
const READ = 3;
const WRITE = 4;
const CREATE = 5;
const DELETE = 6;
const ALTER = 7;
const DESCRIBE = 8;
const CLUSTER_ACTION = 9;
const DESCRIBE_CONFIGS = 10;
const ALTER_CONFIGS = 11;
const IDEMPOTENT_WRITE = 12;

/** Not asked for: the smallest int32. */
const OPERATIONS_OMITTED = -2147483648;

const TOPIC_OPERATIONS = bits(READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS);
const CLUSTER_OPERATIONS = bits(
  CREATE,
  ALTER,
  DESCRIBE,
  CLUSTER_ACTION,
  DESCRIBE_CONFIGS,
  ALTER_CONFIGS,
  IDEMPOTENT_WRITE,
);
const GROUP_OPERATIONS = bits(READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS);

export function topicOperations(isAsked: boolean): number {
  return isAsked ? TOPIC_OPERATIONS : OPERATIONS_OMITTED;
}

export function clusterOperations(isAsked: boolean): number {
  return isAsked ? CLUSTER_OPERATIONS : OPERATIONS_OMITTED;
}

export function groupOperations(isAsked: boolean): number {
  return isAsked ? GROUP_OPERATIONS : OPERATIONS_OMITTED;
}

function bits(...operations: readonly number[]): number {
  return operations.reduce((mask, operation) => mask | (1 << operation), 0);
}
