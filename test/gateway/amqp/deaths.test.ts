/** The history of dead-lettered messages, as headers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Death,
  deathHeaders,
  deathsOf,
  isCycle,
  withDeath,
  withoutBrokersMark,
} from '../../../src/gateway/amqp/deaths.ts';
import { isBrokersDeath } from '../../../src/message/death-headers.ts';
import { EMPTY_TABLE, type FieldTable } from '../../../src/message/field-table.ts';

const deathOf = (queue: string, reason = 'rejected', more: Partial<Death> = {}): Death => ({
  queue,
  reason,
  exchange: 'x',
  routingKeys: ['key'],
  time: 1n,
  count: 1,
  originalExpiration: undefined,
  ...more,
});

const die = (headers: FieldTable, latest: Death) => deathHeaders(headers, withDeath(deathsOf(headers), latest), latest);

describe('the deaths of a message', () => {
  it('come back from headers as they were written, the latest first', () => {
    let headers = die(EMPTY_TABLE, deathOf('a', 'expired', { originalExpiration: '5', routingKeys: ['k', 'cc'] }));
    headers = die(headers, deathOf('b', 'maxlen', { time: 2n }));
    assert.deepEqual(deathsOf(headers), [
      deathOf('b', 'maxlen', { time: 2n }),
      deathOf('a', 'expired', { originalExpiration: '5', routingKeys: ['k', 'cc'] }),
    ]);
  });

  it('are counted by queue and reason, with the time of the first', () => {
    let headers = die(EMPTY_TABLE, deathOf('a', 'rejected', { time: 1n, exchange: 'first' }));
    headers = die(headers, deathOf('b', 'rejected', { time: 2n }));
    headers = die(headers, deathOf('a', 'rejected', { time: 3n, exchange: 'third' }));
    headers = die(headers, deathOf('a', 'expired', { time: 4n }));
    assert.deepEqual(
      deathsOf(headers).map(({ queue, reason, count, time, exchange }) => [queue, reason, count, time, exchange]),
      [
        ['a', 'expired', 1, 4n, 'x'],
        ['a', 'rejected', 2, 1n, 'first'],
        ['b', 'rejected', 1, 2n, 'x'],
      ],
    );
    const text = (name: string) => headers.get(name);
    assert.deepEqual(text('x-first-death-queue'), { type: 'longstr', value: 'a' });
    assert.deepEqual(text('x-first-death-reason'), { type: 'longstr', value: 'rejected' });
    assert.deepEqual(text('x-first-death-exchange'), { type: 'longstr', value: 'first' });
    assert.deepEqual(text('x-last-death-queue'), { type: 'longstr', value: 'a' });
    assert.deepEqual(text('x-last-death-reason'), { type: 'longstr', value: 'expired' });
    assert.deepEqual(text('x-last-death-exchange'), { type: 'longstr', value: 'x' });
  });

  it('leave all other headers as they are', () => {
    const headers = die(new Map([['mine', { type: 'int8', value: 1 }]]), deathOf('a'));
    assert.deepEqual(headers.get('mine'), { type: 'int8', value: 1 });
  });

  it('that a client sends back count for nothing', () => {
    const broker = die(EMPTY_TABLE, deathOf('a'));
    assert.ok(isBrokersDeath(broker));
    const client = withoutBrokersMark(broker);
    assert.deepEqual(new Map([...client].sort()), new Map([...broker].sort()));
    assert.ok(!isBrokersDeath(client));
    assert.deepEqual(deathsOf(client), []);
    const again = die(client, deathOf('b', 'expired'));
    assert.deepEqual(
      deathsOf(again).map(({ queue, count }) => [queue, count]),
      [['b', 1]],
    );
    assert.deepEqual(again.get('x-first-death-queue'), { type: 'longstr', value: 'b' });
  });

  it('are a cycle if the message died there before and nobody rejected it since', () => {
    const deaths = [deathOf('c', 'expired'), deathOf('b', 'maxlen'), deathOf('a', 'rejected'), deathOf('z', 'expired')];
    assert.deepEqual(
      ['c', 'b', 'a', 'z', 'new'].map((queue) => isCycle(queue, deaths)),
      [true, true, false, false, false],
    );
  });
});
