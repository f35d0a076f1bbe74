/**
 * What AlterConfigs and IncrementalAlterConfigs share: each resource is named at most once, and succeeds or fails by
 * itself. Only topics and brokers have configs that can be set; groups and client metrics know none, so that any name is
 * an unknown one, in Kafka's words for it.
 */
import { DomainError } from '../../../base/errors.ts';
import type { ConfigResource } from '../../../catalog/config-resources.ts';
import { failureOf } from '../errors.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import { BROKER, CLIENT_METRICS, GROUP, TOPIC } from './config-codes.ts';
import { duplicates } from './duplicates.ts';

interface AlteredResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string }[];
}

interface ResourceAnswer {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

/** @param alter does it, or throws a DomainError. */
export function alterEach<Resource extends AlteredResource>(
  resources: readonly Resource[],
  alter: (resource: Resource) => void,
): ResourceAnswer[] {
  const twice = duplicates(resources.map(keyOf));
  return resources.map((resource) => {
    const { resourceType, resourceName } = resource;
    try {
      if (twice.has(keyOf(resource))) {
        throw new DomainError('invalid_request', 'Each resource must appear at most once.');
      }
      alter(resource);
      return { errorCode: ErrorCode.NONE, errorMessage: null, resourceType, resourceName };
    } catch (error) {
      return { ...failureOf(error), resourceType, resourceName };
    }
  });
}

function keyOf({ resourceType, resourceName }: AlteredResource): string {
  return `${resourceType} ${resourceName}`;
}

/** The catalog's name of a resource; undefined for one of another type, which has been checked then. */
export function catalogResource({ resourceType, resourceName, configs }: AlteredResource): ConfigResource | undefined {
  const [first] = configs;
  switch (resourceType) {
    case TOPIC:
      return { type: 'topic', name: resourceName };
    case BROKER:
      return { type: 'broker', name: resourceName };
    case CLIENT_METRICS:
      if (resourceName === '') throw new DomainError('invalid_request', "Subscription name can't be empty");
      if (first) throw new DomainError('invalid_request', `Unknown client metrics configuration: ${first.name}`);
      return undefined;
    case GROUP:
      if (resourceName === '') throw new DomainError('invalid_request', 'Default group resources are not allowed.');
      if (first) throw new DomainError('config_invalid', `Unknown group config name: ${first.name}`);
      return undefined;
    default:
      throw new DomainError('invalid_request', `Unknown resource type ${resourceType}`);
  }
}
