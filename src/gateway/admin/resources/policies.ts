/** Policies and operator policies: all, of one vhost, and single ones. */
import type { Policy, PolicyScope } from '../../../catalog/amqp/policy.ts';
import { vhostsOf } from '../access.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { objectNotFound } from '../api-error.ts';
import { bodyFields, type Fields, numberField, objectField, requiredText, requireKeys, textField } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { type Handler, resource } from '../resource.ts';

export const POLICIES = resource('/policies', { GET: ['management', listOf('policy')] });
export const POLICIES_OF_VHOST = resource('/policies/:vhost', { GET: ['vhost', listOf('policy')] });
export const POLICY = resource('/policies/:vhost/:name', {
  GET: ['policies', showOf('policy')],
  PUT: ['policies', putOf('policy')],
  DELETE: ['policies', deleteOf('policy')],
});
export const OPERATOR_POLICIES = resource('/operator-policies', { GET: ['management', listOf('operator_policy')] });
export const OPERATOR_POLICIES_OF_VHOST = resource('/operator-policies/:vhost', {
  GET: ['vhost', listOf('operator_policy')],
});
export const OPERATOR_POLICY = resource('/operator-policies/:vhost/:name', {
  GET: ['policies', showOf('operator_policy')],
  PUT: ['administrator', putOf('operator_policy')],
  DELETE: ['administrator', deleteOf('operator_policy')],
});

function listOf(scope: PolicyScope): Handler {
  return (call) =>
    list(call, {
      items: vhostsOf(call).flatMap((vhost) => [...call.services.catalog.policies(scope, vhost)]),
      facts: policyFacts,
      key: ({ vhost, name }: Policy) => [vhost, name],
    });
}

export function policyFacts({ vhost, name, pattern, applyTo, definition, priority }: Policy) {
  return { vhost, name, pattern, 'apply-to': applyTo, definition, priority };
}

function existing(scope: PolicyScope, call: Call): Policy {
  const policy = call.services.catalog.policy(scope, param(call, 'vhost'), param(call, 'name'));
  if (policy === undefined) throw objectNotFound();
  return policy;
}

function showOf(scope: PolicyScope): Handler {
  return (call) => json(policyFacts(existing(scope, call)));
}

function putOf(scope: PolicyScope): Handler {
  return (call) => {
    const { catalog } = call.services;
    const vhost = param(call, 'vhost');
    const name = param(call, 'name');
    const isNew = catalog.policy(scope, vhost, name) === undefined;
    catalog.putPolicy(scope, { vhost, name, ...policyOf(bodyFields(call.body)) });
    return createdOr204(isNew);
  };
}

/** @throws ApiError 400 for what has not the types of a policy */
export function policyOf(fields: Fields) {
  requireKeys(fields, 'pattern', 'definition');
  const definition = objectField(fields, 'definition') ?? {};
  const pattern = requiredText(fields, 'pattern');
  return {
    pattern,
    definition,
    priority: numberField(fields, 'priority') ?? 0,
    applyTo: textField(fields, 'apply-to') ?? 'all',
  };
}

function deleteOf(scope: PolicyScope): Handler {
  return (call): Answer => {
    const { vhost, name } = existing(scope, call);
    call.services.catalog.deletePolicy(scope, vhost, name);
    return NO_CONTENT;
  };
}
