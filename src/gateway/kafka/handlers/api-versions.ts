/**
 * ApiVersions: the list of handlers is what is advertised, nothing else. A request in a version that we don't know gets a
 * v0 body that tells which ones we do (KIP-511).
 */
import { type AnyHandler, type Handler, handler } from '../handler.ts';
import type { ApiVersionsResponse } from '../protocol/api-versions.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';

export interface Feature {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The level in force; 0 means that the feature isn't finalized. */
  readonly finalized: number;
}

/** transaction.version 2 is KIP-890: Java and librdkafka use it only when it is finalized. */
const FEATURES: readonly Feature[] = [{ name: 'transaction.version', minVersion: 0, maxVersion: 2, finalized: 2 }];

/** KIP-511: what a client may call itself. */
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
const FIRST_VERSION_THAT_READS_ZERO_MINIMUM = 4;

function apiKeys(handlers: readonly AnyHandler[]): ApiVersionsResponse['apiKeys'] {
  return handlers.map(({ api, versions: [minVersion, maxVersion] }) => ({ apiKey: api.key, minVersion, maxVersion }));
}

/** `list` answers all handlers, this one included. */
export function apiVersionsHandler(list: () => readonly AnyHandler[]): AnyHandler {
  const apiVersions: Handler<{ clientSoftwareName: string; clientSoftwareVersion: string }, ApiVersionsResponse> =
    handler(
      apis.apiVersions,
      (request, { apiVersion }) => {
        const named = [request.clientSoftwareName, request.clientSoftwareVersion];
        if (apiVersion >= 3 && !named.every((text) => SOFTWARE_NAME.test(text))) {
          return { errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [] };
        }
        // Readers before version 4 stumble over a feature whose minimum is 0.
        const features = FEATURES.filter(
          ({ minVersion }) => minVersion > 0 || apiVersion >= FIRST_VERSION_THAT_READS_ZERO_MINIMUM,
        );
        return {
          apiKeys: apiKeys(list()),
          supportedFeatures: features.map(({ name, minVersion, maxVersion }) => ({ name, minVersion, maxVersion })),
          finalizedFeaturesEpoch: 0,
          finalizedFeatures: FEATURES.filter(({ finalized }) => finalized > 0).map(({ name, finalized }) => ({
            name,
            maxVersionLevel: finalized,
            minVersionLevel: finalized,
          })),
        };
      },
      { waitsFor: 'nothing' },
    );
  return apiVersions;
}

/** The answer to an ApiVersions request of an unknown version; other APIs have none. */
export function unsupportedVersion(apiKey: number): { version: number; body: ApiVersionsResponse } | undefined {
  const { key, versions } = apis.apiVersions;
  if (apiKey !== key) return undefined;
  const [minVersion, maxVersion] = versions;
  return {
    version: 0,
    body: { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [{ apiKey: key, minVersion, maxVersion }] },
  };
}
