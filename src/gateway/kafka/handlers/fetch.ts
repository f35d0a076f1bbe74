/**
 * Fetch. Answers at once when there are `minBytes`, an error, or nothing to follow; else waits for a change of any of the
 * partitions, `maxWaitMs` at most. Everything it tells is durable already, so the response waits for nothing more.
 */
import { type FetchRead, type PartitionAnswer, type ReadLimits, readPartitions } from '../fetch-read.ts';
import { type FetchPartition, type FetchSession, FetchSessions, partitionKey } from '../fetch-session.ts';
import { type AnyHandler, handler, LendingAnswer } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { FetchRequest, FetchResponse } from '../protocol/fetch.ts';
import type { KafkaServices } from '../services.ts';

const FINAL_EPOCH = -1;
const INITIAL_EPOCH = 0;
const FIRST_VERSION_WITH_TOPIC_IDS = 13;
/** What Kafka itself gives out at the most (`fetch.max.bytes` of the broker). */
const RESPONSE_BYTES_MAX = 55 * 1024 * 1024;
/** No consumer asks for longer; one that does is answered earlier. */
const WAIT_MS_MAX = 5 * 60 * 1000;

/** What a request comes to: the partitions to read, and the session that remembers them, if there is one. */
interface Plan {
  readonly partitions: Map<string, FetchPartition>;
  readonly session: FetchSession | undefined;
  /** The response names only what changed. */
  readonly incremental: boolean;
}

export function fetchHandler(services: KafkaServices): AnyHandler {
  const sessions = new FetchSessions(services.clock, services.random, services.fetchSessionsMax);
  return handler(
    apis.fetch,
    async (request: FetchRequest, { apiVersion }): Promise<FetchResponse | LendingAnswer<FetchResponse>> => {
      const plan = planOf(sessions, request, apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS);
      if (typeof plan === 'number') return { errorCode: plan, responses: [] };
      const limits: ReadLimits = {
        maxBytes: Math.min(request.maxBytes, RESPONSE_BYTES_MAX),
        isolation: request.isolationLevel === 1 ? 'read_committed' : 'read_uncommitted',
      };
      const read = await readUntil(services, plan, request, limits);
      const { loan } = read;
      const response = { sessionId: plan.session?.id ?? 0, responses: byTopic(answersOf(plan, read)) };
      return loan.isEmpty ? response : new LendingAnswer(response, () => loan.end());
    },
    { waitsFor: 'nothing' },
  );
}

function planOf(sessions: FetchSessions, request: FetchRequest, usesTopicIds: boolean): Plan | ErrorCode {
  const { sessionId, sessionEpoch } = request;
  if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
    if (sessionId !== 0) sessions.close(sessionId);
    const partitions = new Map<string, FetchPartition>();
    update(partitions, request);
    const isFollowing = sessionEpoch === INITIAL_EPOCH && partitions.size > 0;
    const session = isFollowing ? sessions.create(partitions, usesTopicIds) : undefined;
    return { partitions, session, incremental: false };
  }
  const session = sessions.continue(sessionId, sessionEpoch, usesTopicIds);
  if (typeof session === 'number') return session;
  update(session.partitions, request);
  return { partitions: session.partitions, session, incremental: true };
}

/** Takes over what the request names and drops what it forgets. */
function update(partitions: Map<string, FetchPartition>, request: FetchRequest): void {
  for (const { topic, topicId, partitions: indexes } of request.forgottenTopicsData) {
    for (const index of indexes) partitions.delete(partitionKey(topic, topicId, index));
  }
  for (const { topic, topicId, partitions: wanted } of request.topics) {
    for (const { partition: index, fetchOffset, partitionMaxBytes: maxBytes, currentLeaderEpoch } of wanted) {
      const key = partitionKey(topic, topicId, index);
      const known = partitions.get(key);
      if (known === undefined) {
        const sent = { sentHighWatermark: -1, sentStartOffset: -1 };
        partitions.set(key, { topic, topicId, index, fetchOffset, maxBytes, currentLeaderEpoch, ...sent });
      } else {
        Object.assign(known, { fetchOffset, maxBytes, currentLeaderEpoch });
      }
    }
  }
}

async function readUntil(
  services: KafkaServices,
  plan: Plan,
  request: FetchRequest,
  limits: ReadLimits,
): Promise<FetchRead> {
  const { clock } = services;
  const deadlineMs = clock.monotonicMs() + Math.min(Math.max(request.maxWaitMs, 0), WAIT_MS_MAX);
  for (;;) {
    const read = await readPartitions(services, plan.partitions.values(), limits);
    const restMs = deadlineMs - clock.monotonicMs();
    if (read.hasError || read.bytes >= request.minBytes || restMs <= 0 || plan.partitions.size === 0) return read;
    read.loan.end();
    await change(services, read, limits.isolation, restMs);
  }
}

/** Resolves at the first change of any partition since it was read, or after `waitMs`. */
function change(
  { clock }: KafkaServices,
  read: FetchRead,
  isolation: ReadLimits['isolation'],
  waitMs: number,
): Promise<void> {
  // One that changed while another was still being read from disk has woken nobody.
  const isChanged = ({ partition, visibleEnd }: FetchRead['partitions'][number]): boolean =>
    partition.isDeleted || partition.visibleEnd(isolation) !== visibleEnd;
  if (read.partitions.some(isChanged)) return Promise.resolve();
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const timer = clock.setTimer(waitMs, wake);
    function wake(): void {
      timer.cancel();
      for (const stop of stops) stop();
      resolve();
    }
    for (const { partition } of read.partitions) stops.push(partition.watch(wake));
  });
}

/** A session's answer leaves out partitions about which there is nothing new, and serves those that got data last next time. */
function answersOf({ session, incremental }: Plan, read: FetchRead): FetchRead['answers'] {
  if (session === undefined) return read.answers;
  const kept = read.answers.filter(({ wanted, answer, bytes }) => !incremental || isNews(wanted, answer, bytes));
  for (const { wanted, answer, bytes } of kept) {
    wanted.sentHighWatermark = answer.highWatermark;
    wanted.sentStartOffset = answer.logStartOffset ?? -1;
    if (bytes === 0) continue;
    const key = partitionKey(wanted.topic, wanted.topicId, wanted.index);
    if (session.partitions.delete(key)) session.partitions.set(key, wanted);
  }
  return kept;
}

function isNews(wanted: FetchPartition, answer: PartitionAnswer, bytes: number): boolean {
  if (bytes > 0 || (answer.errorCode ?? ErrorCode.NONE) !== ErrorCode.NONE) return true;
  return answer.highWatermark !== wanted.sentHighWatermark || answer.logStartOffset !== wanted.sentStartOffset;
}

/** Neighbouring answers of one topic share its name. */
function byTopic(answers: FetchRead['answers']): FetchResponse['responses'] {
  const responses: { topic: string; topicId: string; partitions: PartitionAnswer[] }[] = [];
  for (const { wanted, answer } of answers) {
    const last = responses.at(-1);
    if (last !== undefined && last.topic === wanted.topic && last.topicId === wanted.topicId)
      last.partitions.push(answer);
    else responses.push({ topic: wanted.topic, topicId: wanted.topicId, partitions: [answer] });
  }
  return responses;
}
