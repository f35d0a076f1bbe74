/** The list of handlers: what is in it is advertised and served, nothing else. */
import { adminHandlers } from './admin-handlers.ts';
import { coordinatorHandlers } from './coordinator-handlers.ts';
import type { AnyHandler } from './handler.ts';
import { apiVersionsHandler } from './handlers/api-versions.ts';
import { fetchHandler } from './handlers/fetch.ts';
import { findCoordinatorHandler } from './handlers/find-coordinator.ts';
import { listOffsetsHandler } from './handlers/list-offsets.ts';
import { metadataHandler } from './handlers/metadata.ts';
import { produceHandler } from './handlers/produce.ts';
import type { KafkaServices } from './services.ts';

export function kafkaHandlers(services: KafkaServices): AnyHandler[] {
  const handlers: AnyHandler[] = [
    produceHandler(services),
    fetchHandler(services),
    listOffsetsHandler(services),
    metadataHandler(services),
    findCoordinatorHandler(services),
    ...coordinatorHandlers(services),
    ...adminHandlers(services),
    apiVersionsHandler(() => handlers),
  ];
  return handlers;
}
