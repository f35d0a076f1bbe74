/**
 * Hostile clients of SQS against a whole node: valid requests in either protocol with bytes changed, cut off, repeated or put in another
 * order, values of other types, heads that lie, and plain rubbish. Whatever comes, each gets answers in the protocol or a closed
 * connection, the node goes on, no error is ours, and another client notices nothing.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GOLDEN_REQUESTS } from '../gateway/sqs/protocol/golden-requests.ts';
import { HttpClientEnd } from '../support/http-client-end.ts';
import { SeededRandom } from '../support/scheduler.ts';
import { SqsEnd } from '../support/sqs-end.ts';
import { TestNode } from './node.ts';

const ROUNDS = 1500;
const MIB = 1024 * 1024;

class World {
  readonly bystander: SqsEnd;
  readonly #transport: HttpClientEnd;

  private constructor(readonly node: TestNode) {
    this.#transport = this.connect();
    this.bystander = new SqsEnd({
      write: (bytes) => this.#transport.send(bytes),
      close: () => this.#transport.hangUp(),
    });
  }

  static async start(flags: Readonly<Record<string, string>> = {}): Promise<World> {
    return new World(await TestNode.start(5, { 'sqs-recreate-delay-ms': '0', 'sqs-purge-delay-ms': '0', ...flags }));
  }

  connect(): HttpClientEnd {
    return new HttpClientEnd((transport) => this.node.running.sqs.accept(transport));
  }

  async ask(action: Parameters<SqsEnd['ask']>[0], input: object): Promise<unknown> {
    const asked = this.bystander.ask(action, input);
    await this.node.scheduler.settle(() => {
      const text = this.#transport.text();
      if (text !== '') this.bystander.push(Buffer.from(text));
      return text !== '';
    });
    return asked;
  }

  /** The node goes on, and nothing that went wrong was its own fault. */
  check(what: string): void {
    assert.equal(this.node.fatal, undefined, what);
    const ours = this.node.lines.filter(({ level }) => level === 'error');
    assert.deepEqual(ours, [], what);
    this.node.lines.length = 0;
  }
}

/** What a client may put into a member of JSON that is to be something else. */
function oddValue(random: SeededRandom): unknown {
  const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], null);
  const choices = [
    null,
    true,
    -1,
    1e308,
    2 ** 53,
    '',
    '\u0000',
    '\ud800',
    [],
    {},
    [[]],
    { a: {} },
    'x'.repeat(3000),
    deep,
  ];
  return choices[random.below(choices.length)];
}

function request(random: SeededRandom): Buffer {
  const { action, input, form } = GOLDEN_REQUESTS[random.below(GOLDEN_REQUESTS.length)] as (typeof GOLDEN_REQUESTS)[0];
  if (random.chance(15)) return http('GET', `/?${form}`, {}, '');
  if (random.chance(40)) return http('POST', '/', { 'content-type': 'application/x-www-form-urlencoded' }, form);
  const names = Object.keys(input);
  const odd = random.chance(30) ? { [names[random.below(names.length)] ?? 'QueueUrl']: oddValue(random) } : {};
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` };
  return http('POST', '/', headers, JSON.stringify({ ...input, ...odd }), random);
}

function http(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  random?: SeededRandom,
): Buffer {
  const isChunked = random?.chance(30) ?? false;
  const length = isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(Buffer.byteLength(body)) };
  const lying = random?.chance(10) ? oddHeader(random) : {};
  const lines = Object.entries({ host: 'h', ...headers, ...length, ...lying }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  if (!isChunked) return Buffer.concat([head, Buffer.from(body)]);
  return Buffer.concat([head, Buffer.from(`${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`)]);
}

function oddHeader(random: SeededRandom): Readonly<Record<string, string>> {
  const choices: Readonly<Record<string, string>>[] = [
    { 'content-length': '99999999999999999999' },
    { 'content-length': '-1' },
    { 'content-length': '3, 4' },
    { 'transfer-encoding': 'gzip, chunked' },
    { 'Transfer-Encoding': 'chunked', 'Content-Length': '5' },
    { expect: '100-continue' },
    { connection: 'close' },
    { connection: 'upgrade', upgrade: 'websocket' },
    { 'x-amz-target': '../../../../etc' },
    { 'x-amzn-query-mode': 'true' },
    { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=;, Signature=' },
    { 'content-type': 'text/html' },
    { 'content-encoding': 'gzip' },
  ];
  return choices[random.below(choices.length)] ?? {};
}

function changed(random: SeededRandom, requests: readonly Buffer[]): Buffer[] {
  const copy: Buffer[] = requests.map((each) => Buffer.from(each));
  for (let changes = random.below(5); changes > 0 && copy.length > 0; changes -= 1) {
    const at = random.below(copy.length);
    const bytes = copy[at] as Buffer;
    const place = random.below(Math.max(1, bytes.length));
    switch (random.below(6)) {
      case 0:
        if (bytes.length > 0) bytes[place] = random.below(256);
        break;
      case 1:
        copy[at] = Buffer.concat([bytes.subarray(0, place), random.bytes(1 + random.below(20)), bytes.subarray(place)]);
        break;
      case 2:
        copy[at] = bytes.subarray(0, place);
        break;
      case 3:
        copy.splice(random.below(copy.length), 0, bytes);
        break;
      case 4:
        copy[at] = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + random.below(10))]);
        break;
      default:
        copy.splice(at, 0, random.bytes(1 + random.below(60)));
    }
  }
  return copy;
}

/** Everything that came is whole answers of the protocol, each with a status that it knows. Answers how many were done. */
function checkAnswers(text: string, what: string): number {
  let done = 0;
  for (let rest = text; rest !== ''; ) {
    const headEnd = rest.indexOf('\r\n\r\n');
    const head = rest.slice(0, headEnd);
    assert.match(head, /^HTTP\/1\.1 (100|200|400|403|404|405|408|411|413|414|417|431|501|503|505) /, what);
    const length = head.startsWith('HTTP/1.1 100') ? 0 : Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1]);
    const bytes = Buffer.from(rest.slice(headEnd + 4));
    assert.ok(bytes.length >= length, `${what}: ${rest}`);
    const body = bytes.toString('utf8', 0, length);
    if (body.startsWith('{')) JSON.parse(body);
    else assert.ok(body === '' || body.startsWith('<'), `${what}: ${body}`);
    if (head.startsWith('HTTP/1.1 200')) done += 1;
    rest = bytes.toString('utf8', length);
  }
  return done;
}

describe('hostile clients of SQS', () => {
  it('hurt nobody but themselves', async () => {
    const world = await World.start();
    const { scheduler } = world.node;
    const random = new SeededRandom(77);
    await world.ask('CreateQueue', { QueueName: 'mine' });
    let done = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      // What theirs are about, as often as they delete it.
      await world.ask('CreateQueue', { QueueName: 'q' });
      const client = world.connect();
      const bytes = Buffer.concat(
        changed(
          random,
          Array.from({ length: 1 + random.below(4) }, () => request(random)),
        ),
      );
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + 1 + random.below(random.chance(30) ? 20 : 5000));
        client.send(bytes.subarray(at, end));
        if (random.chance(50)) await scheduler.settle();
        at = end;
      }
      await scheduler.settle();
      const what = `round ${round}: ${bytes.toString('latin1')}`;
      done += checkAnswers(client.text(), what);
      // Whoever is told to go is not waited for.
      if (client.isEnded || client.isDestroyed || random.chance(90)) client.hangUp();
      await world.ask('SendMessage', { QueueUrl: 'mine', MessageBody: String(round) });
      world.check(what);
    }
    const counts = { QueueUrl: 'mine', AttributeNames: ['ApproximateNumberOfMessages'] };
    assert.deepEqual(await world.ask('GetQueueAttributes', counts), {
      Attributes: { ApproximateNumberOfMessages: String(ROUNDS) },
    });
    assert.ok(done > ROUNDS / 4, `only ${done} requests got as far as the queues`);
  });

  it('are gone when they are silent', async () => {
    const world = await World.start();
    const random = new SeededRandom(78);
    const clients = Array.from({ length: 100 }, () => {
      const client = world.connect();
      const bytes = request(random);
      client.send(bytes.subarray(0, random.below(bytes.length)));
      return client;
    });
    await world.node.scheduler.advance(200_000);
    for (const client of clients) {
      assert.ok(client.isEnded || client.isDestroyed);
      checkAnswers(client.text(), 'a request that never arrived');
    }
    world.check('silent clients');
  });

  it('take no more memory than there is for them', async () => {
    const world = await World.start({ 'sqs-arriving-bytes-max': String(8 * MIB) });
    const head =
      'POST / HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 4000000\r\n\r\n';
    const clients = Array.from({ length: 40 }, () => world.connect());
    for (const client of clients) client.send(head);
    for (let sent = 0; sent < 3; sent += 1) for (const client of clients) client.send(Buffer.alloc(MIB, 0x20));
    const going = clients.filter(({ isEnded }) => !isEnded);
    assert.ok(going.length > 0 && going.length <= 8, `${going.length} clients are still listened to`);
    for (const client of clients) checkAnswers(client.text(), 'too much arrives at once');
    for (const client of clients) client.hangUp();
    await world.ask('CreateQueue', { QueueName: 'mine' });
    await world.ask('SendMessage', { QueueUrl: 'mine', MessageBody: 'x'.repeat(MIB) });
    world.check('too much arrives at once');
  });
});
