/** CreateAcls: there is no authorizer that could hold one. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { CreateAclsRequest, CreateAclsResponse } from '../protocol/create-acls.ts';
import type { KafkaServices } from '../services.ts';
import { NO_AUTHORIZER } from './acls.ts';

export function createAclsHandler(_services: KafkaServices): AnyHandler {
  return handler(
    apis.createAcls,
    ({ creations }: CreateAclsRequest): CreateAclsResponse => ({
      results: creations.map(() => NO_AUTHORIZER),
    }),
  );
}
