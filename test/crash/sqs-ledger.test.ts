/** The ledger notices when a broker of SQS breaks a promise, and lets pass what may be so. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SqsMessage } from '../support/sqs-end.ts';
import { type SentMessage, SqsLedger, WatchedQueue } from './sqs-ledger.ts';
import type { Span } from './sqs-session.ts';

const VISIBILITY_MS = 1000;

class Account {
  readonly ledger = new SqsLedger();
  readonly queue: WatchedQueue;
  life = 1;
  nowMs = 0;
  #order = 0;

  constructor(isFifo = false) {
    this.queue = new WatchedQueue('q', this.ledger, 0, { isFifo });
  }

  /** A request and its answer. */
  span(): Span {
    this.#order += 2;
    const { life, nowMs } = this;
    return { sentAt: this.#order, answeredAt: this.#order + 1, sentMs: nowMs, answeredMs: nowMs, life };
  }

  send(): SentMessage {
    const message = this.ledger.send('s', 'g');
    const { isFifo } = this.queue;
    this.queue.sent(message);
    this.queue.confirmed(message, `id of ${message.id}`, isFifo ? String(message.number) : undefined);
    return message;
  }

  receive(message: SentMessage, receives = 1, span = this.span(), messageId = `id of ${message.id}`): void {
    const sequence = this.queue.isFifo ? { SequenceNumber: String(message.number) } : {};
    const received: SqsMessage = {
      MessageId: messageId,
      ReceiptHandle: '',
      Body: `${message.id}\n`,
      Attributes: { ApproximateReceiveCount: String(receives), ...sequence },
    };
    this.queue.received([received], span, VISIBILITY_MS);
  }

  remove({ id }: SentMessage): void {
    this.queue.deleting(id);
    this.queue.deletedForGood(id, this.span());
  }
}

describe('the ledger of SQS notices', () => {
  it('that what was acknowledged is lost', () => {
    const account = new Account();
    const message = account.send();
    assert.throws(() => account.queue.checkAllCame(), /is lost/);
    account.receive(message);
    account.remove(message);
    account.queue.checkAllCame();
  });

  it('that what was deleted comes back, unless it was on its way already', () => {
    const account = new Account();
    const message = account.send();
    const early = account.span();
    account.receive(message);
    account.remove(message);
    account.receive(message, 1, early);
    assert.throws(() => account.receive(message, 2), /was deleted and comes back/);
  });

  it('that somebody has it already, until its time is over or there is a crash', () => {
    const account = new Account();
    const message = account.send();
    account.receive(message);
    account.nowMs = VISIBILITY_MS - 1;
    assert.throws(() => account.receive(message, 2), /in somebody's hands/);
    account.nowMs = VISIBILITY_MS;
    account.receive(message, 2);
    account.life = 2;
    account.receive(message, 3);
  });

  it('that a crash frees what a FIFO queue gave away, or whose time was set anew', () => {
    for (const account of [new Account(true), new Account()]) {
      const message = account.send();
      account.receive(message);
      if (!account.queue.isFifo) account.queue.changing(message.id, 5000, account.span().sentAt, 0)(account.span());
      account.life = 2;
      assert.throws(() => account.receive(message, 2), /in somebody's hands/);
    }
  });

  it('that a FIFO queue has one message twice, gives the second before the first, or counts backwards', () => {
    const account = new Account(true);
    const [first, second] = [account.send(), account.send()];
    assert.throws(() => account.receive(second), /comes before g\/0/);
    account.receive(first, 2);
    account.nowMs = VISIBILITY_MS;
    assert.throws(() => account.receive(first, 2), /2 receives, and then 2/);
    assert.throws(() => account.receive(first, 3, account.span(), 'another'), /is there twice/);
    account.remove(first);
    account.receive(second);
  });

  it('that a delay was not kept', () => {
    const account = new Account();
    const message = account.send();
    message.dueMs = 10;
    assert.throws(() => account.receive(message), /before its time/);
    account.nowMs = 10;
    account.receive(message);
  });
});
