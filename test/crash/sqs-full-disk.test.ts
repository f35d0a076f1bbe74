/**
 * A disk that fills up under clients of SQS: senders are refused, receivers and deletions go on and make room, a crash while it is full
 * loses nothing, and then senders are served again.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { until } from '../support/clients-wait.ts';
import type { SqsEnd } from '../support/sqs-end.ts';
import { connectSqs } from '../support/sqs-socket.ts';
import { mountTmpfs, resizeTmpfs } from '../support/tmpfs.ts';
import { idOf } from './sqs-ledger.ts';

const BODY = 'x'.repeat(32 * 1024);
const SENDS_MAX = 5000;
/** An answer comes sooner, whatever it says. */
const ANSWER_MS_MAX = 15_000;
const UNKNOWN = /whether the request took effect is unknown/;

/** Sends one message after the other, and remembers what it was told. */
class Sender {
  readonly confirmed = new Set<string>();
  readonly refused = new Set<string>();
  end: SqsEnd;
  #sent = 0;

  constructor(
    end: SqsEnd,
    private readonly queue: string,
  ) {
    this.end = end;
  }

  /** False: it was refused, as it must be when there is no space. */
  async send(): Promise<boolean> {
    const id = `${this.queue} ${this.#sent}`;
    this.#sent += 1;
    const fifo = { MessageGroupId: 'g', MessageDeduplicationId: String(this.#sent) };
    const answer = await this.end.call('SendMessage', {
      QueueUrl: this.queue,
      MessageBody: `${id}\n${BODY}`,
      ...(this.queue.endsWith('.fifo') ? fifo : {}),
    });
    if (answer.kind === 'done') this.confirmed.add(id);
    else {
      const { status, error, message } = answer;
      assert.deepEqual({ status, error }, { status: 503, error: 'ServiceUnavailableException' });
      if (!UNKNOWN.test(message)) this.refused.add(id);
    }
    return answer.kind === 'done';
  }

  /** Until it is refused. */
  async fill(): Promise<void> {
    for (let i = 0; i < SENDS_MAX; i += 1) {
      const sent = await within(ANSWER_MS_MAX, this.send());
      if (!sent) return;
    }
    throw new Error('the disk never filled up');
  }

  /** Of what is there nothing that was confirmed is missing, and nothing that was refused is among it. */
  check(ids: readonly string[], what: string): void {
    const there = new Set(ids);
    for (const id of this.confirmed) assert.ok(there.has(id), `${what}: ${id} was confirmed and is not there`);
    for (const id of this.refused) assert.ok(!there.has(id), `${what}: ${id} was refused and is there`);
    assert.equal(there.size, ids.length, `${what}: something is there twice`);
  }
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = delay(ms, undefined, { signal: timer.signal }).then(
    () => Promise.reject(new Error(`no answer within ${ms} ms`)),
    () => answer,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    timer.abort();
  }
}

async function declare(end: SqsEnd, ...queues: string[]): Promise<void> {
  for (const queue of queues) {
    const attributes = queue.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    await end.ask('CreateQueue', { QueueName: queue, Attributes: attributes });
  }
}

/** Receives and deletes all there is. */
async function drain(end: SqsEnd, queue: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const { Messages: messages = [] } = await end.ask('ReceiveMessage', { QueueUrl: queue, MaxNumberOfMessages: 10 });
    if (messages.length === 0) return ids;
    ids.push(...messages.map(idOf));
    const entries = messages.map(({ ReceiptHandle: handle }, i) => ({ Id: String(i), ReceiptHandle: handle }));
    const { Failed: failed = [] } = await end.ask('DeleteMessageBatch', { QueueUrl: queue, Entries: entries });
    assert.deepEqual(failed, []);
  }
}

describe('a full disk, for clients of SQS', () => {
  it('refuses sends, goes on receiving and deleting, survives kill -9, and takes messages when there is room', async (t) => {
    const dataDir = await mountTmpfs(t, 32);
    if (dataDir === undefined) return;
    const args = ['--segment-bytes-max', '1048576', '--disk-reserve-bytes', '6291456', '--cleaner-interval-ms', '100'];
    let broker: TrilogProcess = await startTrilog({ dataDir, args });
    t.after(() => broker.kill9());
    let end = await connectSqs(broker.sqsPort);
    await declare(end, 'doomed', 'kept', 'few', 'kept.fifo');
    const senders = ['kept', 'kept.fifo', 'few', 'doomed'].map((queue) => new Sender(end, queue));
    const [kept, fifo, few, doomed] = senders as [Sender, Sender, Sender, Sender];
    for (let i = 0; i < 16; i += 1) for (const sender of [kept, fifo, few]) assert.ok(await sender.send());
    await doomed.fill();
    assert.ok(doomed.confirmed.size > 100, `only ${doomed.confirmed.size} messages fit`);
    few.check(await drain(end, 'few'), 'while the disk is full');

    await broker.kill9();
    broker = await startTrilog({ dataDir, args });
    end = await connectSqs(broker.sqsPort);
    for (const sender of senders) sender.end = end;
    assert.deepEqual(await drain(end, 'few'), [], 'what was deleted while the disk was full came back');
    await doomed.fill();
    doomed.check(await drain(end, 'doomed'), 'after the crash');
    await until(
      'a send that is taken',
      () => kept.send(),
      (isTaken) => isTaken,
    );
    assert.ok(await fifo.send());
    kept.check(await drain(end, 'kept'), 'in the end');
    fifo.check(await drain(end, 'kept.fifo'), 'in the end');
    assert.deepEqual(await broker.stop(), { code: 0, signal: null }, broker.output());
  });

  it('keeps what was acknowledged when others take the last byte', async (t) => {
    const dataDir = await mountTmpfs(t, 16);
    if (dataDir === undefined) return;
    const args = ['--segment-bytes-max', '1048576', '--disk-reserve-bytes', '0', '--cleaner-interval-ms', '100'];
    let broker: TrilogProcess = await startTrilog({ dataDir, args });
    t.after(() => broker.kill9());
    let end = await connectSqs(broker.sqsPort);
    await declare(end, 'kept', 'kept.fifo');
    const sender = new Sender(end, 'kept');
    const fifo = new Sender(end, 'kept.fifo');
    assert.ok(await fifo.send());
    // Without a reserve the write itself finds no space: the answer is held back for a while, lest there is some soon.
    await sender.fill();
    assert.ok(sender.confirmed.size > 50, `only ${sender.confirmed.size} messages fit`);
    const { Messages: messages = [] } = await end.ask('ReceiveMessage', { QueueUrl: 'kept' });
    assert.deepEqual(messages.map(idOf), ['kept 0'], 'receivers go on');
    const [{ ReceiptHandle = '' } = {}] = messages;
    for (const [action, input] of [
      ['SendMessage', { QueueUrl: 'kept', MessageBody: 'x' }],
      ['DeleteMessage', { QueueUrl: 'kept', ReceiptHandle }],
      ['ChangeMessageVisibility', { QueueUrl: 'kept', ReceiptHandle, VisibilityTimeout: 0 }],
      ['ReceiveMessage', { QueueUrl: 'kept.fifo' }],
    ] as const) {
      const answer = await within(ANSWER_MS_MAX, end.call(action, input));
      assert.equal(answer.kind === 'refused' && answer.status, 503, action);
    }
    await broker.kill9();
    resizeTmpfs(dataDir, 32);
    broker = await startTrilog({ dataDir, args });
    end = await connectSqs(broker.sqsPort);
    sender.end = end;
    fifo.check(await drain(end, 'kept.fifo'), 'after the crash');
    sender.check(await drain(end, 'kept'), 'after the crash');
    await until(
      'a send that is taken',
      () => sender.send(),
      (isTaken) => isTaken,
    );
  });
});
