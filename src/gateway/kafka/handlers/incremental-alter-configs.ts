/** IncrementalAlterConfigs: sets, deletes, appends to and subtracts from single configs of a resource. */
import { DomainError } from '../../../base/errors.ts';
import type { ConfigOperation } from '../../../catalog/config-changes.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../protocol/incremental-alter-configs.ts';
import type { KafkaServices } from '../services.ts';
import { alterEach, catalogResource } from './altered-resources.ts';
import { BROKER_LOGGER } from './config-codes.ts';

type Resource = IncrementalAlterConfigsRequest['resources'][number];

/** By their numbers. */
const OPERATIONS = ['SET', 'DELETE', 'APPEND', 'SUBTRACT'] as const;

export function incrementalAlterConfigsHandler({ catalog, nodeId }: KafkaServices): AnyHandler {
  return handler(
    apis.incrementalAlterConfigs,
    ({ resources, validateOnly }: IncrementalAlterConfigsRequest): IncrementalAlterConfigsResponse => ({
      responses: alterEach(resources, (resource) => {
        if (resource.resourceType === BROKER_LOGGER) {
          refuseLoggers(resource, nodeId);
          return;
        }
        const named = catalogResource(resource);
        if (named === undefined) return;
        catalog.incrementalAlterConfigs(named, resource.configs.map(operationOf), { validateOnly });
      }),
    }),
  );
}

function operationOf({ name, value, configOperation }: Resource['configs'][number]): ConfigOperation {
  const operation = OPERATIONS[configOperation];
  if (operation === undefined) {
    throw new DomainError('invalid_request', `Unknown operation type ${configOperation} for config key ${name}`);
  }
  return { name, value, operation };
}

/** The node's log levels aren't set by client requests: there is no logger by any name. */
function refuseLoggers({ resourceName, configs }: Resource, nodeId: number): void {
  if (!/^[+-]?\d+$/.test(resourceName)) {
    throw new DomainError('invalid_request', `Node id must be an integer, but it is: ${resourceName}`);
  }
  if (Number(resourceName) !== nodeId) {
    throw new DomainError('invalid_request', `Unexpected node id. Expected ${nodeId}, but received ${resourceName}`);
  }
  const [first] = configs;
  if (first !== undefined) throw new DomainError('config_invalid', `Logger ${first.name} does not exist!`);
}
