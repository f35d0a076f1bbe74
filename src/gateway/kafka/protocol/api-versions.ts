/** ApiVersions (key 18): what this broker can do. A client may ask in a version that we don't know: that is answered in version 0. */
import { array, bool, int16, int32, int64, since, string, tagged } from '../../../base/schema/field.ts';
import { type Input, message } from '../../../base/schema/message.ts';

export const apiVersionsRequest = message(
  { apiKey: 18, versions: [0, 4], flexible: 3 },
  {
    clientSoftwareName: since(3, string()),
    clientSoftwareVersion: since(3, string()),
  },
);

export const apiVersionsResponse = message(
  { apiKey: 18, versions: [0, 4], flexible: 3 },
  {
    errorCode: int16(0),
    apiKeys: array({ apiKey: int16(), minVersion: int16(), maxVersion: int16() }),
    throttleTimeMs: since(1, int32(0)),
    supportedFeatures: tagged(0, array({ name: string(), minVersion: int16(), maxVersion: int16() })),
    finalizedFeaturesEpoch: tagged(1, int64(-1)),
    finalizedFeatures: tagged(2, array({ name: string(), maxVersionLevel: int16(), minVersionLevel: int16() })),
    zkMigrationReady: tagged(3, bool(false)),
  },
);

export type ApiVersionsResponse = Input<typeof apiVersionsResponse>;
