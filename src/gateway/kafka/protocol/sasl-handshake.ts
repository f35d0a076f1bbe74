/** SaslHandshake (key 17): chooses the SASL mechanism. Never flexible. */
import { array, int16, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const saslHandshakeRequest = message(
  { apiKey: 17, versions: [0, 1] },
  {
    mechanism: string(),
  },
);

export const saslHandshakeResponse = message(
  { apiKey: 17, versions: [0, 1] },
  {
    errorCode: int16(0),
    mechanisms: array(string()),
  },
);

export type SaslHandshakeRequest = Infer<typeof saslHandshakeRequest>;
export type SaslHandshakeResponse = Input<typeof saslHandshakeResponse>;
