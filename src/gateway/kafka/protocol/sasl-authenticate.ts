/** SaslAuthenticate (key 36): one step of a SASL exchange. */
import { bytes, int16, int64, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const saslAuthenticateRequest = message(
  { apiKey: 36, versions: [0, 2], flexible: 2 },
  {
    authBytes: bytes(),
  },
);

export const saslAuthenticateResponse = message(
  { apiKey: 36, versions: [0, 2], flexible: 2 },
  {
    errorCode: int16(0),
    errorMessage: nullable(string()),
    authBytes: bytes(),
    sessionLifetimeMs: since(1, int64(0)),
  },
);

export type SaslAuthenticateRequest = Infer<typeof saslAuthenticateRequest>;
export type SaslAuthenticateResponse = Input<typeof saslAuthenticateResponse>;
