/**
 * Senders: to a standard queue, of which a message without an answer is given up; and to a FIFO queue, where it is sent again under the
 * same deduplication id until there is an answer, and now and then once more after that.
 */
import assert from 'node:assert/strict';
import type { SeededRandom } from '../support/scheduler.ts';
import type { SentMessage, SqsLedger, WatchedQueue } from './sqs-ledger.ts';
import { type Order, type Outcome, SqsClient, type SqsSurroundings } from './sqs-session.ts';

export interface SenderDeps {
  readonly name: string;
  readonly surroundings: SqsSurroundings;
  readonly order: Order;
  readonly ledger: SqsLedger;
  readonly random: SeededRandom;
  readonly isStopping: () => boolean;
  /** So many messages wait that more would only make the end of the run longer. */
  readonly isAhead: () => boolean;
  /** How long a body may be; seldom much longer. */
  readonly bodyBytes: number;
  readonly delaySecondsMax: number;
}

const PAUSE_MS_MAX = 4;
const PERCENT_BATCH = 50;
const BATCH_MAX = 10;
const PERCENT_DELAYED = 25;
const PERCENT_AGAIN = 15;
const GROUPS = 3;
/** What may be sent again as the same message; less than the five minutes, by what a request may take. */
const SAME_MS = 200_000;
/** From then on a message that is sent again may be another one. */
const OTHER_MS = 290_000;

function bodyOf({ id }: SentMessage, random: SeededRandom, bodyBytes: number): string {
  const bytes = random.below(random.chance(2) ? 100 * bodyBytes : random.chance(10) ? 10 * bodyBytes : bodyBytes);
  return `${id}\n${'x'.repeat(bytes)}`;
}

async function pause({ surroundings, random }: SenderDeps): Promise<void> {
  await surroundings.sleep(random.below(PAUSE_MS_MAX));
}

/** @param also who else is to know what was sent */
export async function sendToStandard(deps: SenderDeps, queue: WatchedQueue, also?: WatchedQueue): Promise<void> {
  const client = new SqsClient(deps.surroundings, deps.order);
  const { random, ledger, name } = deps;
  while (!deps.isStopping()) {
    await pause(deps);
    if (deps.isAhead()) continue;
    const count = random.chance(PERCENT_BATCH) ? 1 + random.below(BATCH_MAX) : 1;
    const messages = Array.from({ length: count }, () => ledger.send(name, name));
    for (const message of messages) {
      queue.sent(message);
      also?.sent(message);
    }
    await sendOnce(deps, client, queue, messages);
  }
  client.close();
}

async function sendOnce(
  { random, bodyBytes, delaySecondsMax, surroundings }: SenderDeps,
  client: SqsClient,
  queue: WatchedQueue,
  messages: readonly SentMessage[],
): Promise<void> {
  const inputs = messages.map((message) => {
    const delay = random.chance(PERCENT_DELAYED) ? 1 + random.below(delaySecondsMax) : 0;
    return { message, delay, input: { MessageBody: bodyOf(message, random, bodyBytes), DelaySeconds: delay } };
  });
  const sending = () => {
    for (const { message, delay } of inputs) message.dueMs = surroundings.nowMs() + delay * 1000;
  };
  const [first] = inputs;
  if (inputs.length === 1 && first !== undefined && random.chance(70)) {
    const answer = await client.call('SendMessage', { QueueUrl: queue.name, ...first.input }, sending);
    assert.ok(answer.kind !== 'refused', `${first.message.id} was refused: ${JSON.stringify(answer)}`);
    if (answer.kind === 'done') queue.confirmed(first.message, answer.output.MessageId, undefined);
    else first.message.fate = 'unknown';
    return;
  }
  const entries = inputs.map(({ input }, i) => ({ Id: String(i), ...input }));
  const answer = await client.call('SendMessageBatch', { QueueUrl: queue.name, Entries: entries }, sending);
  confirmBatch(queue, messages, answer);
  if (answer.kind === 'unknown') for (const message of messages) message.fate = 'unknown';
}

function confirmBatch(
  queue: WatchedQueue,
  messages: readonly SentMessage[],
  answer: Outcome<'SendMessageBatch'>,
): void {
  if (answer.kind === 'unknown') return;
  const what = `a batch with ${messages[0]?.id}`;
  assert.ok(answer.kind === 'done', `${what} was refused: ${JSON.stringify(answer)}`);
  const { Successful: successful = [], Failed: failed = [] } = answer.output;
  assert.deepEqual(failed, [], `${what} failed in part`);
  assert.equal(successful.length, messages.length, `${what} was answered in part`);
  for (const { Id: id, MessageId: messageId, SequenceNumber: sequence } of successful) {
    queue.confirmed(messages[Number(id)] as SentMessage, messageId, sequence);
  }
}

/** @param isByGroup the scope of deduplication is the group */
export async function sendToFifo(deps: SenderDeps, queue: WatchedQueue, isByGroup: boolean): Promise<void> {
  await new FifoSender(deps, queue, isByGroup).run();
}

class FifoSender {
  readonly #client: SqsClient;
  readonly #bodies = new Map<string, string>();
  readonly #firstSentMs = new Map<string, number>();
  #confirmed: SentMessage[] = [];

  constructor(
    private readonly deps: SenderDeps,
    private readonly queue: WatchedQueue,
    private readonly isByGroup: boolean,
  ) {
    this.#client = new SqsClient(deps.surroundings, deps.order);
  }

  async run(): Promise<void> {
    const { random, ledger, name } = this.deps;
    while (!this.deps.isStopping()) {
      await pause(this.deps);
      if (this.deps.isAhead()) continue;
      const again = random.chance(PERCENT_AGAIN) ? this.#before() : undefined;
      if (again !== undefined) {
        await this.#insist([again]);
        continue;
      }
      const count = random.chance(PERCENT_BATCH) ? 1 + random.below(BATCH_MAX) : 1;
      const messages = Array.from({ length: count }, () => ledger.send(name, `${name} ${random.below(GROUPS)}`));
      for (const message of messages) this.queue.sent(message);
      await this.#insist(messages);
      this.#confirmed = [...this.#confirmed, ...messages].slice(-50);
    }
    this.#client.close();
  }

  /** One that was confirmed not long ago. */
  #before(): SentMessage | undefined {
    const message = this.#confirmed[this.deps.random.below(Math.max(1, this.#confirmed.length))];
    if (message === undefined) return undefined;
    const sinceMs = this.deps.surroundings.nowMs() - (this.#firstSentMs.get(message.id) ?? 0);
    return sinceMs < SAME_MS ? message : undefined;
  }

  async #insist(messages: readonly SentMessage[]): Promise<void> {
    while (!(await this.#send(messages))) await pause(this.deps);
  }

  async #send(messages: readonly SentMessage[]): Promise<boolean> {
    const inputs = messages.map((message) => this.#inputOf(message));
    const sending = () => {
      for (const { id } of messages) this.#sending(id);
    };
    const [first] = messages;
    if (messages.length === 1 && first !== undefined && this.deps.random.chance(70)) {
      const answer = await this.#client.call('SendMessage', { QueueUrl: this.queue.name, ...inputs[0] }, sending);
      assert.ok(answer.kind !== 'refused', `${first.id} was refused: ${JSON.stringify(answer)}`);
      if (answer.kind === 'unknown') return false;
      this.queue.confirmed(first, answer.output.MessageId, answer.output.SequenceNumber);
      return true;
    }
    const entries = inputs.map((input, i) => ({ Id: String(i), ...input }));
    const answer = await this.#client.call(
      'SendMessageBatch',
      { QueueUrl: this.queue.name, Entries: entries },
      sending,
    );
    confirmBatch(this.queue, messages, answer);
    return answer.kind !== 'unknown';
  }

  #inputOf(message: SentMessage): object {
    const { random, bodyBytes } = this.deps;
    const body = this.#bodies.get(message.id) ?? bodyOf(message, random, bodyBytes);
    this.#bodies.set(message.id, body);
    const deduplicationId = this.isByGroup ? String(message.number) : message.id;
    const safe = (text: string) => text.replaceAll(' ', '_');
    return {
      MessageBody: body,
      MessageGroupId: safe(message.group),
      MessageDeduplicationId: safe(deduplicationId),
    };
  }

  #sending(id: string): void {
    const nowMs = this.deps.surroundings.nowMs();
    const firstMs = this.#firstSentMs.get(id) ?? nowMs;
    this.#firstSentMs.set(id, firstMs);
    assert.ok(nowMs - firstMs < OTHER_MS, `${id} could not be sent for as long as it is known`);
  }
}
