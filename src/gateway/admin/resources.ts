/** Every resource that is served. What is not in this list does not exist. */
import type { Resource } from './resource.ts';
import { ALIVENESS_TEST } from './resources/aliveness-test.ts';
import { AUTH_ATTEMPTS, AUTH_ATTEMPTS_BY_SOURCE } from './resources/attempts.ts';
import * as bindings from './resources/bindings.ts';
import * as channels from './resources/channels.ts';
import { CLUSTER_NAME } from './resources/cluster-name.ts';
import * as connections from './resources/connections.ts';
import { CONSUMERS, CONSUMERS_OF_VHOST } from './resources/consumers.ts';
import { ALL_CONFIGURATION, DEFINITIONS, DEFINITIONS_OF_VHOST } from './resources/definitions.ts';
import { EXCHANGE_PUBLISH } from './resources/exchange-publish.ts';
import { EXCHANGE, EXCHANGES, EXCHANGES_OF_VHOST } from './resources/exchanges.ts';
import * as fixed from './resources/fixed.ts';
import { GLOBAL_PARAMETER, GLOBAL_PARAMETERS } from './resources/global-parameters.ts';
import * as checks from './resources/health-checks.ts';
import { METRICS } from './resources/metrics.ts';
import { NODE, NODE_MEMORY, NODES } from './resources/nodes.ts';
import { OVERVIEW } from './resources/overview.ts';
import { PARAMETER, PARAMETERS, PARAMETERS_OF_COMPONENT, PARAMETERS_OF_VHOST } from './resources/parameters.ts';
import * as permissions from './resources/permissions.ts';
import * as policies from './resources/policies.ts';
import { QUEUE_ACTIONS } from './resources/queue-actions.ts';
import { QUEUE_CONTENTS } from './resources/queue-contents.ts';
import { QUEUE_GET } from './resources/queue-get.ts';
import { QUEUE, QUEUES, QUEUES_OF_VHOST } from './resources/queues.ts';
import * as topicPermissions from './resources/topic-permissions.ts';
import { LIMITS_OF_USER, USER_LIMIT, USER_LIMITS } from './resources/user-limits.ts';
import { USER, USERS, USERS_BULK_DELETE, USERS_WITHOUT_PERMISSIONS } from './resources/users.ts';
import { LIMITS_OF_VHOST, VHOST_LIMIT, VHOST_LIMITS } from './resources/vhost-limits.ts';
import { VHOST, VHOST_START, VHOSTS } from './resources/vhosts.ts';
import { WHOAMI } from './resources/whoami.ts';

export const RESOURCES: readonly Resource[] = [
  OVERVIEW,
  CLUSTER_NAME,
  NODES,
  NODE,
  NODE_MEMORY,
  fixed.EXTENSIONS,
  DEFINITIONS,
  ALL_CONFIGURATION,
  DEFINITIONS_OF_VHOST,
  connections.CONNECTIONS,
  connections.CONNECTIONS_OF_VHOST,
  connections.CONNECTIONS_OF_USER,
  connections.CONNECTION,
  channels.CHANNELS_OF_CONNECTION,
  channels.CHANNELS,
  channels.CHANNELS_OF_VHOST,
  channels.CHANNEL,
  CONSUMERS,
  CONSUMERS_OF_VHOST,
  EXCHANGES,
  EXCHANGES_OF_VHOST,
  EXCHANGE,
  bindings.BINDINGS_FROM,
  bindings.BINDINGS_TO,
  EXCHANGE_PUBLISH,
  QUEUES,
  QUEUES_OF_VHOST,
  QUEUE,
  bindings.BINDINGS_OF_QUEUE,
  QUEUE_CONTENTS,
  QUEUE_GET,
  QUEUE_ACTIONS,
  bindings.BINDINGS,
  bindings.BINDINGS_OF_VHOST,
  bindings.BINDINGS_BETWEEN,
  bindings.BINDING,
  VHOSTS,
  VHOST,
  VHOST_START,
  permissions.PERMISSIONS_OF_VHOST,
  topicPermissions.TOPIC_PERMISSIONS_OF_VHOST,
  USERS,
  USERS_WITHOUT_PERMISSIONS,
  USERS_BULK_DELETE,
  USER,
  permissions.PERMISSIONS_OF_USER,
  topicPermissions.TOPIC_PERMISSIONS_OF_USER,
  USER_LIMITS,
  LIMITS_OF_USER,
  USER_LIMIT,
  WHOAMI,
  permissions.PERMISSIONS,
  permissions.PERMISSION,
  topicPermissions.TOPIC_PERMISSIONS,
  topicPermissions.TOPIC_PERMISSION,
  topicPermissions.TOPIC_PERMISSION_ON_EXCHANGE,
  PARAMETERS,
  PARAMETERS_OF_COMPONENT,
  PARAMETERS_OF_VHOST,
  PARAMETER,
  GLOBAL_PARAMETERS,
  GLOBAL_PARAMETER,
  policies.POLICIES,
  policies.POLICIES_OF_VHOST,
  policies.POLICY,
  policies.OPERATOR_POLICIES,
  policies.OPERATOR_POLICIES_OF_VHOST,
  policies.OPERATOR_POLICY,
  VHOST_LIMITS,
  LIMITS_OF_VHOST,
  VHOST_LIMIT,
  ALIVENESS_TEST,
  ...Object.values(checks),
  fixed.FEATURE_FLAGS,
  fixed.DEPRECATED_FEATURES,
  fixed.DEPRECATED_FEATURES_USED,
  fixed.FEDERATION_LINKS,
  fixed.REBALANCE,
  fixed.AUTH,
  AUTH_ATTEMPTS,
  AUTH_ATTEMPTS_BY_SOURCE,
  METRICS,
];
