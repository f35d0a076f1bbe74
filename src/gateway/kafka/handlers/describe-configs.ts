/**
 * DescribeConfigs of topics and brokers. Loggers, client metrics and groups have no configs here, so the answer for them is
 * the empty list. A resource type that nobody knows spoils the whole request, as in Kafka.
 */

import { DomainError } from '../../../base/errors.ts';
import type { ConfigEntry } from '../../../catalog/config-descriptions.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../protocol/describe-configs.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, SOURCE_CODES, TOPIC, TYPE_CODES } from './config-codes.ts';

type Resource = DescribeConfigsRequest['resources'][number];
type ResourceAnswer = DescribeConfigsResponse['results'][number];

const RESOURCE_TYPES: readonly number[] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

export function describeConfigsHandler(services: KafkaServices): AnyHandler {
  return handler(apis.describeConfigs, (request: DescribeConfigsRequest): DescribeConfigsResponse => {
    const { resources } = request;
    const stranger = resources.find(({ resourceType }) => !RESOURCE_TYPES.includes(resourceType));
    if (stranger === undefined) return { results: resources.map((resource) => answer(services, request, resource)) };
    const { resourceType, resourceName } = stranger;
    const errorMessage = `Unexpected resource type ${resourceType} for resource ${resourceName}`;
    return { results: resources.map((resource) => refused(resource, ErrorCode.INVALID_REQUEST, errorMessage)) };
  });
}

function answer(services: KafkaServices, request: DescribeConfigsRequest, resource: Resource): ResourceAnswer {
  const { resourceType, resourceName } = resource;
  try {
    const configs = describe(services, request, resource).map(configAnswer);
    return { errorCode: ErrorCode.NONE, errorMessage: '', resourceType, resourceName, configs };
  } catch (error) {
    const { errorCode, errorMessage } = failureOf(error);
    return refused(resource, errorCode, errorMessage);
  }
}

function refused({ resourceType, resourceName }: Resource, errorCode: ErrorCode, errorMessage: string): ResourceAnswer {
  return { errorCode, errorMessage, resourceType, resourceName, configs: [] };
}

function describe(services: KafkaServices, request: DescribeConfigsRequest, resource: Resource): ConfigEntry[] {
  const { resourceType, resourceName: name, configurationKeys } = resource;
  if (resourceType === TOPIC || resourceType === BROKER) {
    const names = configurationKeys?.length ? configurationKeys : null;
    return services.catalog.describeConfigs(
      { type: resourceType === TOPIC ? 'topic' : 'broker', name },
      names,
      request,
    );
  }
  if (resourceType === BROKER_LOGGER) checkLoggersBroker(name, services.nodeId);
  if (name === '') {
    const noun = resourceType === GROUP ? 'Group' : 'Client metrics subscription';
    throw new DomainError('invalid_request', `${noun} name must not be empty`);
  }
  return [];
}

function checkLoggersBroker(name: string, nodeId: number): void {
  if (name === '') throw new DomainError('invalid_request', 'Broker id must not be empty');
  if (!/^[+-]?\d+$/.test(name)) {
    throw new DomainError('invalid_request', `Broker id must be an integer, but it is: ${name}`);
  }
  if (Number(name) !== nodeId) {
    throw new DomainError('invalid_request', `Unexpected broker id, expected ${nodeId} but received ${name}`);
  }
}

function configAnswer(entry: ConfigEntry): ResourceAnswer['configs'][number] {
  const { name, value, readOnly, source, isSensitive, synonyms, type, documentation } = entry;
  return {
    name,
    value,
    readOnly,
    configSource: SOURCE_CODES[source],
    isSensitive,
    synonyms: synonyms.map((synonym) => ({ ...synonym, source: SOURCE_CODES[synonym.source] })),
    configType: TYPE_CODES[type],
    documentation,
  };
}
