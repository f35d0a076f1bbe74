/** DescribeUserScramCredentials (key 50): which SCRAM credentials users have, never the credentials. */
import { array, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeUserScramCredentialsRequest = message(
  { apiKey: 50, versions: [0, 0], flexible: 0 },
  {
    users: nullable(array({ name: string() })),
  },
);

export const describeUserScramCredentialsResponse = message(
  { apiKey: 50, versions: [0, 0], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    results: array({
      user: string(),
      errorCode: int16(0),
      errorMessage: nullable(string()),
      credentialInfos: array({ mechanism: int8(), iterations: int32() }),
    }),
  },
);

export type DescribeUserScramCredentialsRequest = Infer<typeof describeUserScramCredentialsRequest>;
export type DescribeUserScramCredentialsResponse = Input<typeof describeUserScramCredentialsResponse>;
