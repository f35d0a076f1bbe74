/** DescribeAcls: there is no authorizer. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeAclsResponse } from '../protocol/describe-acls.ts';
import type { KafkaServices } from '../services.ts';
import { NO_AUTHORIZER } from './acls.ts';

export function describeAclsHandler(_services: KafkaServices): AnyHandler {
  return handler(apis.describeAcls, (): DescribeAclsResponse => ({ ...NO_AUTHORIZER, resources: [] }));
}
