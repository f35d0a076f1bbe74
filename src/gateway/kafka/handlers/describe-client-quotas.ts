/** DescribeClientQuotas: no quota can be set, so no filter finds any. Filters that Kafka refuses are refused. */
import { DomainError } from '../../../base/errors.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeClientQuotasRequest, DescribeClientQuotasResponse } from '../protocol/describe-client-quotas.ts';
import type { KafkaServices } from '../services.ts';
import { duplicates } from './duplicates.ts';

type Component = DescribeClientQuotasRequest['components'][number];

/** What a component of a filter wants: the named entity, the default one, or any. */
const EXACT = 0;
const DEFAULT = 1;
const ANY = 2;
const ENTITY_TYPES: readonly string[] = ['user', 'client-id', 'ip'];

export function describeClientQuotasHandler(_services: KafkaServices): AnyHandler {
  return handler(
    apis.describeClientQuotas,
    ({ components }: DescribeClientQuotasRequest): DescribeClientQuotasResponse => {
      try {
        checkFilter(components);
        return { errorMessage: '', entries: [] };
      } catch (error) {
        return { ...failureOf(error), entries: null };
      }
    },
  );
}

function checkFilter(components: readonly Component[]): void {
  for (const component of components) checkComponent(component);
  const types = components.map(({ entityType }) => entityType);
  const [twice] = duplicates(types);
  if (twice !== undefined) {
    throw new DomainError('invalid_request', `Entity type ${twice} cannot appear more than once in the filter.`);
  }
  const stranger = types.find((type) => !ENTITY_TYPES.includes(type));
  if (stranger !== undefined) throw new DomainError('unsupported_version', `Unsupported entity type ${stranger}`);
  if (types.includes('ip') && types.length > 1) {
    const text = 'IP filter component should not be used with user or clientId filter component.';
    throw new DomainError('invalid_request', `Invalid entity filter component combination. ${text}`);
  }
}

function checkComponent({ entityType, matchType, match }: Component): void {
  if (matchType !== EXACT && matchType !== DEFAULT && matchType !== ANY) {
    throw new DomainError('invalid_request', `Unknown match type ${matchType}`);
  }
  if (entityType === '') throw new DomainError('invalid_request', 'Invalid empty entity type.');
  if (matchType === EXACT && match === null) {
    throw new DomainError('invalid_request', 'Request specified MATCH_TYPE_EXACT, but set match string to null.');
  }
  if (matchType !== EXACT && match !== null) {
    const type = matchType === DEFAULT ? 'MATCH_TYPE_DEFAULT' : 'MATCH_TYPE_SPECIFIED';
    throw new DomainError('invalid_request', `Request specified ${type}, but also specified a match string.`);
  }
}
