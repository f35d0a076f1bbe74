/** The actions of SQS over a real catalog and small queues, asked in the bytes of both protocols, by a clock that tests move. */
import assert from 'node:assert/strict';
import type { Position } from '../../../src/base/brand.ts';
import type { Durability } from '../../../src/base/durability.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import type { Queue } from '../../../src/catalog/amqp/model.ts';
import type { AmqpCatalogRecord } from '../../../src/catalog/amqp/records.ts';
import { AwsError } from '../../../src/gateway/sqs/protocol/aws-error.ts';
import type { HttpRequest, HttpResponse } from '../../../src/gateway/sqs/protocol/http.ts';
import { decodeRequest, encodeError, encodeResult, wireOf } from '../../../src/gateway/sqs/protocol/wire.ts';
import type { SqsServiceSettings } from '../../../src/gateway/sqs/settings.ts';
import type { SqsPrincipal } from '../../../src/gateway/sqs/sqs-caller.ts';
import { SqsService } from '../../../src/gateway/sqs/sqs-service.ts';
import { MoveTasks } from '../../../src/queue/move-tasks/move-tasks.ts';
import type { MoveTaskRecord } from '../../../src/queue/move-tasks/records.ts';
import { seededRandom } from '../../catalog/support.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { FakeQueues } from './fake-queues.ts';
import { formRequest, JSON_HEADERS, jsonRequest } from './protocol/helpers.ts';

const SETTINGS: SqsServiceSettings = {
  accountId: '000000000000',
  region: 'us-east-1',
  recreateDelayMs: 60_000,
  purgeDelayMs: 60_000,
  coolDownsMax: 100,
};

const ORIGIN = 'http://localhost:9324';

export function urlOf(name: string): string {
  return `${ORIGIN}/000000000000/${name}`;
}

export function arnOf(name: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${name}`;
}

/** Everything that is appended becomes durable in the next turn, unless it is held. */
class TestDurability implements Durability {
  appended = 0 as Position;
  durable = 0 as Position;
  isHeld = false;
  readonly #clock: ManualClock;
  readonly #listeners = new Set<() => void>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  readonly append = (): void => {
    this.appended = (this.appended + 1) as Position;
    this.#clock.defer(() => {
      if (!this.isHeld) this.release();
    });
  };

  release(): void {
    this.durable = this.appended;
    for (const listener of [...this.#listeners]) listener();
  }

  onDurable(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface Options {
  readonly settings?: Partial<SqsServiceSettings>;
  /** What a world before this one left behind. */
  readonly records?: readonly AmqpCatalogRecord[];
  readonly moveRecords?: readonly MoveTaskRecord[];
  readonly topics?: readonly string[];
  readonly queuesMax?: number;
}

export interface Who {
  readonly principal?: SqsPrincipal;
  readonly context?: ReadonlyMap<string, string>;
}

/** What a client of JSON sees of an error. */
export interface Refusal {
  readonly kind: string;
  readonly message: string;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Body = any;

export class SqsWorld {
  readonly clock = new ManualClock();
  readonly durability = new TestDurability(this.clock);
  readonly catalog: AmqpCatalog;
  readonly queues = new FakeQueues(this.clock, this.durability.append);
  readonly moveTasks: MoveTasks;
  readonly service: SqsService;
  readonly records: AmqpCatalogRecord[] = [];
  readonly moveRecords: MoveTaskRecord[] = [];
  readonly pressure = { hasSpace: true, isFull: false };
  /** Of requests whose clients have not hung up. */
  readonly gone = new Set<() => void>();

  constructor({ settings, records = [], moveRecords = [], topics = [], queuesMax = 1000 }: Options = {}) {
    const random = seededRandom(5 + records.length);
    const { clock, durability, queues } = this;
    this.catalog = new AmqpCatalog({
      journal: { commit: (batch) => this.#commit(batch, this.records, (record) => this.catalog.apply(record)) },
      clock,
      random,
      settings: {
        vhostsMax: 10,
        exchangesMax: 100,
        queuesMax,
        bindingsMax: 100,
        policiesMax: 100,
        argumentBytesMax: 4096,
      },
      logger: silentLogger,
      topics: { isTopic: (name) => topics.includes(name) },
    });
    this.moveTasks = new MoveTasks({
      clock,
      random,
      journal: { commit: (batch) => this.#commit(batch, this.moveRecords, (record) => this.moveTasks.apply(record)) },
      durability,
      queues,
      pressure: this.pressure,
      catalog: this.catalog,
    });
    this.catalog.subscribe(this.moveTasks);
    this.catalog.subscribe({ onQueueDeleted: ({ id }) => queues.drop(id) });
    for (const record of records) this.catalog.apply(reread(record));
    for (const record of moveRecords) this.moveTasks.apply(reread(record));
    this.catalog.createSecret();
    this.moveTasks.recovered();
    this.service = new SqsService({
      clock,
      random,
      catalog: this.catalog,
      queues,
      moveTasks: this.moveTasks,
      durability,
      pressure: this.pressure,
      settings: { ...SETTINGS, ...settings },
    });
  }

  #commit<T>(batch: readonly T[], records: T[], apply: (record: T) => void): void {
    for (const record of batch) {
      records.push(reread(record));
      apply(record);
    }
    this.durability.append();
  }

  /** What is answered when there is an answer: the clock stands still, and what can happen does. */
  async ask(request: HttpRequest, who: Who = {}): Promise<HttpResponse> {
    const answer = this.begin(request, who);
    await this.clock.settle();
    return await answer;
  }

  /** The answer comes when it may. */
  async begin(request: HttpRequest, { principal, context }: Who = {}): Promise<HttpResponse> {
    const wire = wireOf(request.headers);
    const caller = {
      origin: ORIGIN,
      principal,
      ...(context === undefined ? {} : { context }),
      onGone: (listener: () => void) => {
        this.gone.add(listener);
        return () => this.gone.delete(listener);
      },
    };
    try {
      const decoded = decodeRequest(wire, request);
      return encodeResult(wire, decoded.action, await this.service.perform(decoded, caller), 'id');
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return encodeError(wire, error, 'id');
    }
  }

  /** The result of an action that succeeds, in JSON. */
  async ok(action: string, input: object, who: Who = {}): Promise<Body> {
    const { status, body } = await this.ask(jsonRequest(action, JSON.stringify(input)), who);
    assert.equal(status, 200, body);
    return JSON.parse(body);
  }

  /** The error of an action that fails, in JSON. */
  async refused(action: string, input: object, who: Who = {}): Promise<Refusal> {
    return refusalOf(await this.ask(jsonRequest(action, JSON.stringify(input)), who));
  }

  /** The same as a client of JSON that wants Query's statuses, and as one that speaks Query. */
  async refusedInBoth(action: string, input: object): Promise<{ json: HttpResponse; query: HttpResponse }> {
    const request = jsonRequest(action, JSON.stringify(input));
    const headers = { ...request.headers, ...JSON_HEADERS, 'x-amzn-query-mode': 'true' };
    return {
      json: await this.ask({ ...request, headers }),
      query: await this.ask(formRequest(formOf(action, input))),
    };
  }

  /** Creates a queue and gives its address. */
  async create(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
    const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    const input = { QueueName: name, Attributes: { ...fifo, ...attributes } };
    return (await this.ok('CreateQueue', input)).QueueUrl;
  }

  queue(name: string): Queue {
    const queue = this.catalog.queue('/', name);
    assert.ok(queue !== undefined, `queue ${name} exists`);
    return queue;
  }

  /** The bodies of what can be received now. */
  async bodies(url: string, max = 10): Promise<string[]> {
    const { Messages = [] } = await this.ok('ReceiveMessage', { QueueUrl: url, MaxNumberOfMessages: max });
    return Messages.map(({ Body: body }: { Body: string }) => body);
  }

  async attribute(url: string, name: string): Promise<string | undefined> {
    const { Attributes = {} } = await this.ok('GetQueueAttributes', { QueueUrl: url, AttributeNames: [name] });
    return Attributes[name];
  }

  /** As after a crash, but for the messages. */
  restarted(options: Options = {}): SqsWorld {
    return new SqsWorld({ ...options, records: this.records, moveRecords: this.moveRecords });
  }
}

export function refusalOf({ status, body }: HttpResponse): Refusal {
  assert.notEqual(status, 200, body);
  const { __type: type, message } = JSON.parse(body);
  return { kind: type.split('#')[1], message };
}

function reread<T>(record: T): T {
  return JSON.parse(JSON.stringify(record)) as T;
}

/** An input in JSON as a form of Query: enough of it for the tests of errors. */
function formOf(action: string, input: object): string {
  const form = new URLSearchParams({ Action: action });
  for (const [name, value] of Object.entries(input)) addTo(form, name, value);
  return form.toString();
}

const LIST_NAMES: Readonly<Record<string, string>> = {
  AttributeNames: 'AttributeName',
  AWSAccountIds: 'AWSAccountId',
  Actions: 'ActionName',
  TagKeys: 'TagKey',
};
const MAP_NAMES: Readonly<Record<string, readonly [string, string, string]>> = {
  Attributes: ['Attribute', 'Name', 'Value'],
  Tags: ['Tag', 'Key', 'Value'],
  tags: ['Tag', 'Key', 'Value'],
  MessageAttributes: ['MessageAttribute', 'Name', 'Value'],
  MessageSystemAttributes: ['MessageSystemAttribute', 'Name', 'Value'],
};

function addTo(form: URLSearchParams, path: string, value: unknown): void {
  const [, parent = '', name = path] = /^(.*\.)?([^.]+)$/.exec(path) ?? [];
  if (Array.isArray(value)) {
    const action = form.get('Action')?.replace('Batch', '');
    const list = name === 'Entries' ? `${action}BatchRequestEntry` : (LIST_NAMES[name] ?? name);
    value.forEach((each, i) => {
      addTo(form, `${parent}${list}.${i + 1}`, each);
    });
  } else if (typeof value === 'object' && value !== null) {
    const map = MAP_NAMES[name];
    Object.entries(value).forEach(([key, each], i) => {
      if (map === undefined) {
        addTo(form, `${path}.${key}`, each);
        return;
      }
      form.append(`${parent}${map[0]}.${i + 1}.${map[1]}`, key);
      addTo(form, `${parent}${map[0]}.${i + 1}.${map[2]}`, each);
    });
  } else form.append(path, String(value));
}
