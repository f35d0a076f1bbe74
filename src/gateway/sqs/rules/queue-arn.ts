/** Names of queues as resources: `arn:aws:sqs:eu-west-1:000000000000:orders`. */

export interface QueueArn {
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
}

/** Undefined if it is no ARN, or that of something else. */
export function parseQueueArn(arn: string): QueueArn | undefined {
  const match = /^arn:aws[a-z-]*:sqs:([a-z0-9-]*):([^:]*):(.+)$/s.exec(arn);
  if (match === null) return undefined;
  const [, region = '', accountId = '', name = ''] = match;
  return { region, accountId, name };
}

export function formatQueueArn({ region, accountId, name }: QueueArn): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`;
}
