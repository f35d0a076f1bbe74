/** ListQueues: the addresses of queues in the order of their names, page by page. */
import type { Call } from '../call.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import { checkMaxResults } from '../rules/parameters.ts';
import { decodeNextToken, encodeNextToken } from '../tokens.ts';

const RESULTS_MAX = 1000;

export function listQueues(call: Call, input: InputOf<'ListQueues'>): OutputOf<'ListQueues'> {
  const { QueueNamePrefix = '', NextToken, MaxResults } = input;
  checkMaxResults(MaxResults, RESULTS_MAX);
  call.checkAccountAccess();
  const after = NextToken ? decodeNextToken(NextToken) : '';
  const { names, next } = call.services.names.page(QueueNamePrefix, after, MaxResults ?? RESULTS_MAX);
  return {
    QueueUrls: names.length === 0 ? undefined : names.map((name) => call.urlOf(name)),
    NextToken: next && encodeNextToken(next),
  };
}
