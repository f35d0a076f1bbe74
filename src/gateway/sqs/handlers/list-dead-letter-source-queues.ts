/** ListDeadLetterSourceQueues: the queues whose messages end up in this one, page by page. */
import { ROOT_VHOST } from '../../../catalog/amqp/model.ts';
import type { Call } from '../call.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { checkMaxResults } from '../rules/parameters.ts';
import { decodeNextToken, encodeNextToken } from '../tokens.ts';

const RESULTS_MAX = 1000;

export function listDeadLetterSourceQueues(
  call: Call,
  { name }: SqsQueue,
  { NextToken, MaxResults = RESULTS_MAX }: InputOf<'ListDeadLetterSourceQueues'>,
): OutputOf<'ListDeadLetterSourceQueues'> {
  checkMaxResults(MaxResults, RESULTS_MAX);
  const after = NextToken ? decodeNextToken(NextToken) : '';
  const sources: string[] = [];
  for (const queue of call.services.catalog.queues(ROOT_VHOST)) {
    if (queue.settings.redriveQueue === name && queue.name > after) sources.push(queue.name);
  }
  const page = sources.sort().slice(0, MaxResults);
  const last = page.at(-1);
  return {
    queueUrls: page.map((source) => call.urlOf(source)),
    NextToken: last !== undefined && page.length < sources.length ? encodeNextToken(last) : undefined,
  };
}
