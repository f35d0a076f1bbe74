/** AlterConfigs: replaces all configs of a resource. Clients of today use IncrementalAlterConfigs. */
import { type AnyHandler, handler } from '../handler.ts';
import type { AlterConfigsRequest, AlterConfigsResponse } from '../protocol/alter-configs.ts';
import { apis } from '../protocol/apis.ts';
import type { KafkaServices } from '../services.ts';
import { alterEach, catalogResource } from './altered-resources.ts';

export function alterConfigsHandler({ catalog }: KafkaServices): AnyHandler {
  return handler(
    apis.alterConfigs,
    ({ resources, validateOnly }: AlterConfigsRequest): AlterConfigsResponse => ({
      responses: alterEach(resources, (resource) => {
        const named = catalogResource(resource);
        if (named !== undefined) catalog.alterConfigs(named, resource.configs, { validateOnly });
      }),
    }),
  );
}
