/** DeleteAcls: there is no authorizer that could have one. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DeleteAclsRequest, DeleteAclsResponse } from '../protocol/delete-acls.ts';
import type { KafkaServices } from '../services.ts';
import { NO_AUTHORIZER } from './acls.ts';

export function deleteAclsHandler(_services: KafkaServices): AnyHandler {
  return handler(
    apis.deleteAcls,
    ({ filters }: DeleteAclsRequest): DeleteAclsResponse => ({
      filterResults: filters.map(() => ({ ...NO_AUTHORIZER, matchingAcls: [] })),
    }),
  );
}
