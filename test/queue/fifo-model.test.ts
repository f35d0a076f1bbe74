/** FIFO queues do what a simple model does: lists of messages, and a clock. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { DEDUPLICATION_MS } from '../../src/queue/deduplication.ts';
import { Poller } from './poller.ts';
import { QueueWorld } from './world.ts';

interface Modelled {
  readonly text: string;
  readonly group: string;
  untilMs: number;
  receives: number;
}

class Model {
  nowMs = 0;
  next = 0;
  messages: Modelled[] = [];
  readonly sent = new Map<string, number>();
  /** What was received, with the count of the receive. */
  readonly handles: { readonly text: string; readonly receives: number }[] = [];

  receive(max: number, visibilityMs: number): Modelled[] {
    const taken: Modelled[] = [];
    const locked = new Set<string>();
    for (const message of this.messages) {
      if (taken.length === max) break;
      if (message.untilMs > this.nowMs) locked.add(message.group);
      else if (!locked.has(message.group)) taken.push(message);
    }
    for (const message of taken) {
      message.receives += 1;
      message.untilMs = this.nowMs + visibilityMs;
      this.handles.push({ text: message.text, receives: message.receives });
    }
    return taken;
  }

  /** The message of a handle, if that is still good. */
  held(which: number): Modelled | 'expired' | 'gone' | undefined {
    const handle = this.handles.at(-1 - (which % Math.max(1, this.handles.length)));
    if (handle === undefined) return undefined;
    const message = this.messages.find(({ text }) => text === handle.text);
    if (message === undefined) return 'gone';
    return message.receives === handle.receives && message.untilMs > this.nowMs ? message : 'expired';
  }
}

type Command = fc.AsyncCommand<Model, Poller>;

class Send implements Command {
  constructor(
    readonly group: string,
    readonly key: string | undefined,
  ) {}
  check = (): boolean => true;
  async run(model: Model, poller: Poller): Promise<void> {
    const text = `${model.next++}${this.group}`;
    poller.send(text, { group: this.group, ...(this.key === undefined ? {} : { deduplicationKey: this.key }) });
    const before = this.key === undefined ? undefined : model.sent.get(this.key);
    if (before !== undefined && model.nowMs < before + DEDUPLICATION_MS) return;
    if (this.key !== undefined) model.sent.set(this.key, model.nowMs);
    model.messages.push({ text, group: this.group, untilMs: 0, receives: 0 });
  }
  toString = (): string => `send(${this.group}, ${this.key})`;
}

class Receive implements Command {
  constructor(
    readonly max: number,
    readonly visibilityMs: number,
  ) {}
  check = (): boolean => true;
  async run(model: Model, poller: Poller): Promise<void> {
    const answer = await poller.receiveAnswer({ max: this.max, visibilityMs: this.visibilityMs });
    assert.ok(typeof answer !== 'string');
    for (const received of answer) poller.received.push({ text: received.message.body.toString(), received });
    assert.deepEqual(
      answer.map(({ message, receives }) => [message.body.toString(), receives]),
      model.receive(this.max, this.visibilityMs).map(({ text, receives }) => [text, receives]),
    );
  }
  toString = (): string => `receive(${this.max}, ${this.visibilityMs})`;
}

class Remove implements Command {
  constructor(readonly which: number) {}
  check = (model: Model): boolean => model.handles.length > 0;
  async run(model: Model, poller: Poller): Promise<void> {
    const held = model.held(this.which);
    const { id, receives } = receivedAt(poller, this.which);
    const outcome = await poller.world.queues.remove(poller.queue, id, receives);
    assert.equal(outcome, typeof held === 'string' ? held : 'removed');
    model.messages = model.messages.filter((message) => message !== held);
  }
  toString = (): string => `remove(${this.which})`;
}

class ChangeVisibility implements Command {
  constructor(
    readonly which: number,
    readonly visibilityMs: number,
  ) {}
  check = (model: Model): boolean => model.handles.length > 0;
  async run(model: Model, poller: Poller): Promise<void> {
    const held = model.held(this.which);
    const { id, receives } = receivedAt(poller, this.which);
    const outcome = poller.world.queues.changeVisibility(poller.queue, id, receives, this.visibilityMs);
    assert.equal(outcome, typeof held === 'string' ? held : 'changed');
    if (typeof held === 'object') held.untilMs = model.nowMs + this.visibilityMs;
  }
  toString = (): string => `changeVisibility(${this.which}, ${this.visibilityMs})`;
}

class Pass implements Command {
  constructor(readonly ms: number) {}
  check = (): boolean => true;
  async run(model: Model, poller: Poller): Promise<void> {
    model.nowMs += this.ms;
    await poller.world.scheduler.advance(this.ms);
  }
  toString = (): string => `pass(${this.ms})`;
}

function receivedAt({ received }: Poller, which: number): Poller['last'] {
  const found = received.at(-1 - (which % received.length));
  assert.ok(found !== undefined);
  return found.received;
}

const group = fc.constantFrom('a', 'b', 'c');
const key = fc.constantFrom(undefined, undefined, 'k', 'l');
const visibilityMs = fc.constantFrom(1000, 5000, 60_000);
const commands = [
  fc.tuple(group, key).map(([name, id]) => new Send(name, id)),
  fc.tuple(group, key).map(([name, id]) => new Send(name, id)),
  fc.tuple(fc.integer({ min: 1, max: 4 }), visibilityMs).map(([max, ms]) => new Receive(max, ms)),
  fc.nat({ max: 5 }).map((which) => new Remove(which)),
  fc.tuple(fc.nat({ max: 5 }), fc.oneof(fc.constant(0), visibilityMs)).map(([n, ms]) => new ChangeVisibility(n, ms)),
  fc.constantFrom(500, 1000, 5000, 200_000).map((ms) => new Pass(ms)),
];

it('does what a simple model of FIFO queues does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (run) => {
      const world = await new QueueWorld().start();
      const poller = new Poller(world, world.declare(2048, { fifo: 'queue' }));
      await fc.asyncModelRun(() => ({ model: new Model(), real: poller }), run);
    }),
    { seed: 7, numRuns: 150 },
  );
});
