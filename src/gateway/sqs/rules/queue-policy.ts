/** The policy of a queue: what it must be, and how AddPermission and RemovePermission change it. All throw `AwsError`. */
import { PolicyError, parsePolicy, STATEMENTS_MAX } from '../../../security/policy/parse-policy.ts';
import { AwsError, invalidAttributeValue, invalidParameter, missingParameter } from '../protocol/aws-error.ts';
import { type Action, isAction } from '../protocol/operations.ts';

const ACTIONS_MAX = 7;
const LABEL = /^[a-zA-Z0-9_-]{1,80}$/;
const VERSION = '2012-10-17';

/** What can be permitted to others. What is not here is the owner's alone. */
const PERMITTED: readonly string[] = [
  '*',
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
];

const PERMISSION_OF_BATCH: Partial<Record<Action, Action>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

interface Document {
  readonly Statement: unknown;
  readonly [member: string]: unknown;
}

export interface Permission {
  readonly label: string;
  readonly accountIds: readonly string[];
  readonly actions: readonly string[];
}

/** The action as policies know it: a batch is permitted as what it is a batch of. */
export function policyActionOf(action: Action): string {
  return `sqs:${PERMISSION_OF_BATCH[action] ?? action}`;
}

export function checkPolicy(text: string): string {
  try {
    parsePolicy(text);
    return text;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw error.kind === 'statements' ? new AwsError('OverLimit', error.message) : invalidAttributeValue('Policy');
  }
}

/** The policy with one statement more. Saying the same again changes nothing. */
export function addPermission(policy: string | undefined, queueArn: string, permission: Permission): string {
  checkPermission(permission);
  const document = policy === undefined ? newDocument(queueArn) : (JSON.parse(policy) as Document);
  const statements = statementsOf(document);
  const added = statementOf(queueArn, permission);
  const existing = statements.find((statement) => sidOf(statement) === permission.label);
  if (existing !== undefined && JSON.stringify(existing) === JSON.stringify(added) && policy !== undefined)
    return policy;
  if (existing !== undefined) throw invalidParameter(permission.label, 'Label', 'Already exists');
  if (statements.length >= STATEMENTS_MAX) {
    throw new AwsError(
      'OverLimit',
      `${statements.length + 1} Statements were found, maximum allowed is ${STATEMENTS_MAX}.`,
    );
  }
  return JSON.stringify({ ...document, Statement: [...statements, added] });
}

/** The policy with one statement less; the empty text if that was the last. */
export function removePermission(policy: string | undefined, label: string): string {
  const document = policy === undefined ? { Statement: [] } : (JSON.parse(policy) as Document);
  const statements = statementsOf(document);
  const left = statements.filter((statement) => sidOf(statement) !== label);
  if (left.length === statements.length) throw invalidParameter(label, 'Label', "can't find label");
  return left.length === 0 ? '' : JSON.stringify({ ...document, Statement: left });
}

function checkPermission({ label, accountIds, actions }: Permission): void {
  if (!LABEL.test(label)) {
    const reason = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
    throw invalidParameter(label, 'Label', reason);
  }
  if (accountIds.length === 0) throw missingParameter('AWSAccountIds');
  if (actions.length === 0) throw missingParameter('ActionName');
  if (actions.length > ACTIONS_MAX) {
    throw new AwsError('OverLimit', `${actions.length} Actions were found, maximum allowed is ${ACTIONS_MAX}.`);
  }
  for (const action of actions) checkAction(action);
  const unknown = accountIds.find((accountId) => !/^\d{12}$/.test(accountId));
  if (unknown !== undefined) throw invalidParameter(`[${unknown}]`, 'PrincipalId', 'Unable to verify');
}

function checkAction(action: string): void {
  if (PERMITTED.includes(action)) return;
  const ownersAlone = isAction(action) && PERMISSION_OF_BATCH[action] === undefined;
  const reason = ownersAlone
    ? 'Only the queue owner is allowed to invoke this action'
    : 'Please refer to the appropriate WSDL for a list of valid actions';
  throw invalidParameter(`SQS:${action}`, 'ActionName', reason);
}

function newDocument(queueArn: string): Document {
  return { Version: VERSION, Id: `${queueArn}/SQSDefaultPolicy`, Statement: [] };
}

function statementsOf({ Statement }: { readonly Statement: unknown }): unknown[] {
  return Array.isArray(Statement) ? Statement : [Statement];
}

function statementOf(queueArn: string, { label, accountIds, actions }: Permission) {
  return {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMany(accountIds.map((accountId) => `arn:aws:iam::${accountId}:root`)) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: queueArn,
  };
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}

function sidOf(statement: unknown): unknown {
  return (statement as { Sid?: unknown }).Sid;
}
