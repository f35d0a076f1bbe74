/** All messages of the protocol, with a name for test output. */
import type { Message } from '../../../../src/base/schema/message.ts';
import { API_LIST } from '../../../../src/gateway/kafka/protocol/apis.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../../../src/gateway/kafka/protocol/consumer-protocol.ts';
import { requestHeader, responseHeader } from '../../../../src/gateway/kafka/protocol/headers.ts';

/** A message of unknown type: takes and gives anything. */
export type AnyMessage = Message<unknown, unknown>;

export const EVERY_MESSAGE: readonly (readonly [string, AnyMessage])[] = [
  ...API_LIST.flatMap(({ name, request, response }): [string, AnyMessage][] => [
    [`${name}Request`, request],
    [`${name}Response`, response],
  ]),
  ['RequestHeader', requestHeader],
  ['ResponseHeader', responseHeader],
  ['ConsumerProtocolSubscription', consumerProtocolSubscription],
  ['ConsumerProtocolAssignment', consumerProtocolAssignment],
];

export function versionsOf(message: AnyMessage): number[] {
  const { minVersion, maxVersion } = message;
  return Array.from({ length: maxVersion - minVersion + 1 }, (_, i) => minVersion + i);
}
