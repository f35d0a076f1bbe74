/** FindCoordinator (key 10): which node coordinates a group or transaction. From version 4 one request asks for many keys. */
import { array, between, int8, int16, int32, nullable, optional, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const findCoordinatorRequest = message(
  { apiKey: 10, versions: [0, 6], flexible: 3 },
  {
    key: between(0, 3, optional(string())),
    keyType: since(1, int8(0)),
    coordinatorKeys: since(4, optional(array(string()))),
  },
);

export const findCoordinatorResponse = message(
  { apiKey: 10, versions: [0, 6], flexible: 3 },
  {
    throttleTimeMs: since(1, int32(0)),
    errorCode: between(0, 3, int16(0)),
    errorMessage: between(1, 3, nullable(string())),
    nodeId: between(0, 3, optional(int32())),
    host: between(0, 3, optional(string())),
    port: between(0, 3, optional(int32())),
    coordinators: since(
      4,
      optional(
        array({
          key: string(),
          nodeId: int32(),
          host: string(),
          port: int32(),
          errorCode: int16(0),
          errorMessage: nullable(string()),
        }),
      ),
    ),
  },
);

export type FindCoordinatorRequest = Infer<typeof findCoordinatorRequest>;
export type FindCoordinatorResponse = Input<typeof findCoordinatorResponse>;
