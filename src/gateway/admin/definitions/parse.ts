/**
 * Reads a definitions file: everything is checked for its form before anything is changed, and a complaint names the place. Users
 * and permissions are read by `security/`.
 */
import type { DestinationType } from '../../../catalog/amqp/model.ts';
import type { NewPolicy } from '../../../catalog/amqp/policy-check.ts';
import type { VhostDescription } from '../../../catalog/amqp/vhosts.ts';
import type { FieldTable } from '../../../message/field-table.ts';
import { parseDefinitions, type SecurityDefinitions } from '../../../security/definitions.ts';
import { tableOf } from '../amqp-json.ts';
import { ApiError, badRequest } from '../api-error.ts';
import {
  booleanField,
  type Fields,
  field,
  isFields,
  objectField,
  requiredText,
  requireKeys,
  textField,
} from '../body.ts';
import { policyOf } from '../resources/policies.ts';
import { descriptionOf } from '../resources/vhosts.ts';

interface ThingDefinition {
  readonly vhost: string;
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly arguments: FieldTable;
}

export interface QueueDefinition extends ThingDefinition {
  /** Newer files name it beside the arguments, whether these do or not. */
  readonly type: string | undefined;
}

export interface ExchangeDefinition extends ThingDefinition {
  readonly type: string;
  readonly internal: boolean;
}

export interface BindingDefinition {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: DestinationType;
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

export interface ParameterDefinition {
  readonly component: string;
  readonly vhost: string;
  readonly name: string;
  readonly value: unknown;
}

export interface Definitions {
  readonly vhosts: readonly (VhostDescription & { readonly name: string })[];
  readonly security: SecurityDefinitions;
  readonly parameters: readonly ParameterDefinition[];
  /** Names of those the file has; none is taken. */
  readonly globalParameters: readonly string[];
  readonly policies: readonly NewPolicy[];
  readonly queues: readonly QueueDefinition[];
  readonly exchanges: readonly ExchangeDefinition[];
  readonly bindings: readonly BindingDefinition[];
}

const NO_SECURITY: SecurityDefinitions = { users: [], permissions: [], topicPermissions: [] };

/** @throws ApiError 400, DomainError `invalid_request` */
export function parseNodeDefinitions(file: Fields): Definitions {
  return {
    vhosts: each(file, 'vhosts', (vhost) => ({
      ...descriptionOf(metadataOf(vhost)),
      name: requiredText(vhost, 'name'),
    })),
    security: parseDefinitions(file),
    globalParameters: each(file, 'global_parameters', (parameter) => requiredText(parameter, 'name')),
    ...contentsOf(file, (fields) => requiredText(fields, 'vhost')),
  };
}

/** What belongs to one vhost; whatever vhosts the file names, it goes into this one. */
export function parseVhostDefinitions(file: Fields, vhost: string): Definitions {
  return { vhosts: [], security: NO_SECURITY, globalParameters: [], ...contentsOf(file, () => vhost) };
}

function contentsOf(file: Fields, vhostOf: (fields: Fields) => string) {
  return {
    parameters: each(file, 'parameters', (fields) => parameterOf(fields, vhostOf(fields))),
    policies: each(file, 'policies', (fields) => {
      return { vhost: vhostOf(fields), name: requiredText(fields, 'name'), ...policyOf(fields) };
    }),
    queues: each(file, 'queues', (fields) => {
      return { ...thingOf(fields, vhostOf(fields)), type: textField(fields, 'type') };
    }),
    exchanges: each(file, 'exchanges', (fields) => {
      const internal = booleanField(fields, 'internal', false);
      return { ...thingOf(fields, vhostOf(fields)), type: requiredText(fields, 'type'), internal };
    }),
    bindings: each(file, 'bindings', (fields) => bindingOf(fields, vhostOf(fields))),
  };
}

/** Newer files have what is said of a vhost in an object of its own as well. */
function metadataOf(vhost: Fields): Fields {
  return { ...vhost, ...objectField(vhost, 'metadata') };
}

function parameterOf(fields: Fields, vhost: string): ParameterDefinition {
  requireKeys(fields, 'value');
  const component = requiredText(fields, 'component');
  return { component, vhost, name: requiredText(fields, 'name'), value: field(fields, 'value') };
}

function thingOf(fields: Fields, vhost: string): ThingDefinition {
  return {
    vhost,
    name: requiredText(fields, 'name'),
    durable: booleanField(fields, 'durable', true),
    autoDelete: booleanField(fields, 'auto_delete', false),
    arguments: tableOf(objectField(fields, 'arguments')),
  };
}

function bindingOf(fields: Fields, vhost: string): BindingDefinition {
  const destinationType = textField(fields, 'destination_type') ?? 'queue';
  if (destinationType !== 'queue' && destinationType !== 'exchange') {
    throw badRequest(`destination_type should be queue or exchange, actually was ${destinationType}`);
  }
  return {
    vhost,
    source: requiredText(fields, 'source'),
    destinationType,
    destination: requiredText(fields, 'destination'),
    routingKey: textField(fields, 'routing_key') ?? '',
    arguments: tableOf(objectField(fields, 'arguments')),
  };
}

function each<T>(file: Fields, key: string, parse: (fields: Fields) => T): T[] {
  const items = field(file, key) ?? [];
  if (!Array.isArray(items)) throw badRequest(`${key} should be a list`);
  return items.map((item: unknown, index) => {
    const place = `${key}[${index}]`;
    if (!isFields(item)) throw badRequest(`${place} should be an object`);
    try {
      return parse(item);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw badRequest(`${place}: ${error.reason}`);
    }
  });
}
