/** The ring of unsettled deliveries against a plain map, over random histories. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LogId } from '../../../src/base/brand.ts';
import { type Delivery, Unsettled } from '../../../src/gateway/amqp/unsettled.ts';
import type { MessageId } from '../../../src/queue/message-id.ts';

const deliveryOf = (tag: number): Delivery => ({
  tag,
  queue: 1 as LogId,
  id: tag as MessageId,
  consumer: undefined,
  deliveredMs: 0,
});

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), gap: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('through' as const), pick: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('restore' as const), picks: fc.array(fc.nat(), { maxLength: 4 }) }),
  },
);

describe('unsettled deliveries', () => {
  it('are found by tag whatever was settled before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const ring = new Unsettled();
        const model: number[] = [];
        let tag = 0;
        for (const each of steps) {
          if (each.kind === 'add') {
            tag += 1 + each.gap;
            ring.add(deliveryOf(tag));
            model.push(tag);
          } else if (each.kind === 'take') {
            const wanted = each.pick % (tag + 2);
            const at = model.indexOf(wanted);
            assert.equal(ring.take(wanted)?.tag, at < 0 ? undefined : wanted);
            if (at >= 0) model.splice(at, 1);
          } else if (each.kind === 'through') {
            const wanted = each.pick % (tag + 2);
            const at = model.indexOf(wanted);
            const taken = ring.takeThrough(wanted)?.map((delivery) => delivery.tag);
            assert.deepEqual(taken, at < 0 ? undefined : model.splice(0, at + 1));
          } else {
            const taken = each.picks.flatMap((pick) => ring.take(model[pick % (model.length + 1)] ?? 0) ?? []);
            ring.restore(taken);
          }
          assert.equal(ring.size, model.length);
          assert.equal(ring.oldest?.tag, model[0]);
        }
        assert.deepEqual(
          ring.takeAll().map((delivery) => delivery.tag),
          model,
        );
      }),
    );
  });

  it('take no more room when one is settled late and a million others are not', () => {
    const ring = new Unsettled();
    ring.add(deliveryOf(1));
    for (let tag = 2; tag < 1_000_000; tag += 1) {
      ring.add(deliveryOf(tag));
      assert.ok(ring.take(tag) !== undefined);
    }
    assert.equal(ring.capacity, 16);
    assert.equal(ring.take(1)?.tag, 1);
  });
});
