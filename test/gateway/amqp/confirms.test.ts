/** Which frames confirm what was published, as the watermark moves. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Position } from '../../../src/base/brand.ts';
import { Confirms } from '../../../src/gateway/amqp/confirms.ts';
import { FrameReader } from '../../../src/gateway/amqp/protocol/frame-reader.ts';
import { FrameWriter } from '../../../src/gateway/amqp/protocol/frame-writer.ts';
import { decodeMethod } from '../../../src/gateway/amqp/protocol/methods.ts';

const CHANNEL = 7;

class World {
  readonly confirms = new Confirms();
  readonly #writer = new FrameWriter(131072);

  add(position: number, isAccepted = true): void {
    this.confirms.add(position as Position, isAccepted);
  }

  /** What is sent when the watermark is there: `ack 3`, `ack ..5`, `nack 6`. */
  release(durable: number): string[] {
    this.confirms.release(durable as Position, CHANNEL, this.#writer);
    const reader = new FrameReader(131072);
    for (const part of this.#writer.take()) reader.push(part);
    const sent: string[] = [];
    while (reader.next()) {
      assert.equal(reader.channel, CHANNEL);
      const method = decodeMethod(reader.bytes, reader.start, reader.end);
      assert.ok(method.method === 'basic.ack' || method.method === 'basic.nack');
      sent.push(`${method.method.slice(6)} ${method.multiple ? '..' : ''}${method.deliveryTag}`);
    }
    return sent;
  }
}

describe('confirms', () => {
  it('leave when the watermark has passed, several in one frame', () => {
    const world = new World();
    for (const position of [10, 20, 30, 40]) world.add(position);
    assert.deepEqual(world.release(9), []);
    assert.deepEqual(world.release(30), ['ack ..3']);
    assert.deepEqual(world.release(30), []);
    assert.equal(world.confirms.waiting, 1);
    assert.deepEqual(world.release(50), ['ack 4']);
    assert.equal(world.confirms.waiting, 0);
  });

  it('leave at once where nothing had to be written and nothing is before them', () => {
    const world = new World();
    world.add(0);
    assert.deepEqual(world.release(0), ['ack 1']);
  });

  it('of refused messages come in their turn, so that no ack of several spans one', () => {
    const world = new World();
    for (const [position, isAccepted] of [
      [1, true],
      [2, true],
      [2, false],
      [2, false],
      [3, true],
      [4, true],
      [5, false],
    ] as const) {
      world.add(position, isAccepted);
    }
    assert.deepEqual(world.release(4), ['ack ..2', 'nack ..4', 'ack ..6']);
    assert.deepEqual(world.release(5), ['nack 7']);
  });

  it('answer every publish exactly once and in order, whenever the watermark moves', () => {
    const publish = fc.record({
      move: fc.integer({ min: 0, max: 3 }),
      isAccepted: fc.boolean(),
      lag: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(publish, { minLength: 1, maxLength: 400 }), (publishes) => {
        const world = new World();
        const answers: boolean[] = [];
        let position = 0;
        const take = (durable: number) => {
          for (const frame of world.release(durable)) {
            const [, kind, isMultiple, tag] = /^(n?ack) (\.\.)?(\d+)$/.exec(frame) ?? [];
            const upTo = Number(tag);
            assert.equal(isMultiple === undefined, upTo === answers.length + 1, frame);
            while (answers.length < upTo) answers.push(kind === 'ack');
          }
        };
        for (const { move, isAccepted, lag } of publishes) {
          position += move;
          world.add(position, isAccepted);
          take(position - lag);
        }
        take(position);
        assert.deepEqual(
          answers,
          publishes.map(({ isAccepted }) => isAccepted),
        );
      }),
    );
  });
});
