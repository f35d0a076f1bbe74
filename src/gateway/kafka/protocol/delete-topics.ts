/** DeleteTopics (key 20): by name, or from version 6 by id as well. */
import {
  array,
  between,
  int16,
  int32,
  nullable,
  nullableSince,
  optional,
  since,
  string,
  uuid,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const deleteTopicsRequest = message(
  { apiKey: 20, versions: [1, 6], flexible: 4 },
  {
    topics: since(6, optional(array({ name: nullable(string()), topicId: uuid() }))),
    topicNames: between(1, 5, optional(array(string()))),
    timeoutMs: int32(),
  },
);

export const deleteTopicsResponse = message(
  { apiKey: 20, versions: [1, 6], flexible: 4 },
  {
    throttleTimeMs: int32(0),
    responses: array({
      name: nullableSince(6, string()),
      topicId: since(6, uuid()),
      errorCode: int16(0),
      errorMessage: since(5, nullable(string())),
    }),
  },
);

export type DeleteTopicsRequest = Infer<typeof deleteTopicsRequest>;
export type DeleteTopicsResponse = Input<typeof deleteTopicsResponse>;
