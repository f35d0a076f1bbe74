/** UpdateFeatures (key 57). */
import {
  array,
  between,
  bool,
  int8,
  int16,
  int32,
  nullable,
  optional,
  since,
  string,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const updateFeaturesRequest = message(
  { apiKey: 57, versions: [0, 2], flexible: 0 },
  {
    timeoutMs: int32(60000),
    featureUpdates: array({
      feature: string(),
      maxVersionLevel: int16(),
      allowDowngrade: between(0, 0, bool()),
      upgradeType: since(1, int8(1)),
    }),
    validateOnly: since(1, bool(false)),
  },
);

export const updateFeaturesResponse = message(
  { apiKey: 57, versions: [0, 2], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    results: between(
      0,
      1,
      optional(array({ feature: string(), errorCode: int16(0), errorMessage: nullable(string()) })),
    ),
  },
);

export type UpdateFeaturesRequest = Infer<typeof updateFeaturesRequest>;
export type UpdateFeaturesResponse = Input<typeof updateFeaturesResponse>;
