/** ListConfigResources: what has configs here, topics and this broker. Version 0 lists client metrics only: none. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { ListConfigResourcesRequest, ListConfigResourcesResponse } from '../protocol/list-config-resources.ts';
import type { KafkaServices } from '../services.ts';
import { BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, TOPIC } from './config-codes.ts';

const FIRST_VERSION_WITH_TYPES = 1;
const RESOURCE_TYPES: readonly number[] = [GROUP, CLIENT_METRICS, BROKER_LOGGER, BROKER, TOPIC];

export function listConfigResourcesHandler({ catalog, nodeId }: KafkaServices): AnyHandler {
  return handler(
    apis.listConfigResources,
    ({ resourceTypes }: ListConfigResourcesRequest, { apiVersion }): ListConfigResourcesResponse => {
      if (apiVersion < FIRST_VERSION_WITH_TYPES) return { configResources: [] };
      if (resourceTypes.some((type) => !RESOURCE_TYPES.includes(type))) {
        return { errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] };
      }
      const wants = (type: number): boolean => resourceTypes.length === 0 || resourceTypes.includes(type);
      const brokers = wants(BROKER) ? [String(nodeId)] : [];
      const topics = wants(TOPIC) ? Array.from(catalog.topics(), ({ name }) => name) : [];
      return {
        configResources: [
          ...brokers.map((resourceName) => ({ resourceName, resourceType: BROKER })),
          ...topics.map((resourceName) => ({ resourceName, resourceType: TOPIC })),
        ],
      };
    },
  );
}
