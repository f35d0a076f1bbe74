/** AlterUserScramCredentials (key 51). */
import { array, bytes, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const alterUserScramCredentialsRequest = message(
  { apiKey: 51, versions: [0, 0], flexible: 0 },
  {
    deletions: array({ name: string(), mechanism: int8() }),
    upsertions: array({
      name: string(),
      mechanism: int8(),
      iterations: int32(),
      salt: bytes(),
      saltedPassword: bytes(),
    }),
  },
);

export const alterUserScramCredentialsResponse = message(
  { apiKey: 51, versions: [0, 0], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    results: array({ user: string(), errorCode: int16(0), errorMessage: nullable(string()) }),
  },
);

export type AlterUserScramCredentialsRequest = Infer<typeof alterUserScramCredentialsRequest>;
export type AlterUserScramCredentialsResponse = Input<typeof alterUserScramCredentialsResponse>;
