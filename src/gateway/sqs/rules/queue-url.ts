/**
 * Addresses of queues. The last part of the path is the name of the queue and the one before it the account, whatever host
 * and path come first: `http://localhost:9324/000000000000/orders`, `https://sqs.eu-west-1.amazonaws.com/000000000000/orders`,
 * `http://localhost:4566/queue/eu-west-1/000000000000/orders`, `/000000000000/orders`. In `/queue/orders` and in a bare name
 * there is no account.
 */
import { AwsError, echoed } from '../protocol/aws-error.ts';

export interface QueueAddress {
  readonly accountId: string | undefined;
  readonly name: string;
}

/** The word that some services have where others have the account. */
const NO_ACCOUNT = 'queue';

/** Throws `AwsError`. The name need not be one that the rules for names allow. */
export function parseQueueUrl(url: string): QueueAddress {
  const scheme = url.indexOf('://');
  // Without a scheme it is a path, or a name and nothing more.
  const start = scheme === -1 ? 0 : url.indexOf('/', scheme + 3);
  const end = url.endsWith('/') ? url.length - 1 : url.length;
  const nameStart = url.lastIndexOf('/', end - 1) + 1;
  if (start === -1 || nameStart <= start - 1 || end <= nameStart) throw invalidAddress(url);
  const account = url.slice(url.lastIndexOf('/', nameStart - 2) + 1, Math.max(nameStart - 1, 0));
  const hasAccount = nameStart - 1 > start && account !== NO_ACCOUNT;
  return { accountId: hasAccount ? account : undefined, name: decoded(url.slice(nameStart, end), url) };
}

/** @param origin scheme, host and port as the client used them. */
export function formatQueueUrl(origin: string, accountId: string, name: string): string {
  return `${origin}/${accountId}/${encodeURIComponent(name)}`;
}

function decoded(name: string, url: string): string {
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    throw invalidAddress(url);
  }
}

function invalidAddress(url: string): AwsError {
  return new AwsError('InvalidAddress', `The address ${echoed(url)} is not valid for this endpoint.`);
}
