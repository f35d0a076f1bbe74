/** Requests come in in either protocol, and every answer and every error leaves in the one of its request. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import { AwsError } from '../../../src/gateway/sqs/protocol/aws-error.ts';
import type { SqsCaller } from '../../../src/gateway/sqs/sqs-caller.ts';
import { type SqsActions, SqsServer, type SqsServerSettings } from '../../../src/gateway/sqs/sqs-server.ts';
import { HttpClientEnd } from '../../support/http-client-end.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { SeededRandom } from '../../support/scheduler.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const SETTINGS: SqsServerSettings = {
  accountId: '123456789012',
  accessKeys: new Map(),
  clockSkewMs: 900_000,
  anonymousRemote: false,
  connectionsMax: 100,
  arrivingBytesMax: 16 * 1024 * 1024,
  requestTimeoutMs: 30_000,
  idleTimeoutMs: 75_000,
};

class World implements SqsActions {
  readonly clock = new ManualClock(NOW_MS);
  readonly asked: { readonly action: string; readonly input: object; readonly caller: SqsCaller }[] = [];
  readonly errors: object[] = [];
  readonly server: SqsServer;
  answer: () => unknown = () => ({ QueueUrl: 'http://h/q' });
  overloaded = false;
  isFull = false;
  relieve: () => void = () => {};

  constructor(settings: Partial<SqsServerSettings> = {}) {
    const { clock, errors } = this;
    const isOverloaded = () => this.overloaded;
    const isFull = () => this.isFull;
    this.server = new SqsServer({
      actions: this,
      clock,
      random: new SeededRandom(1),
      logger: { debug() {}, info() {}, warn() {}, error: (fields) => errors.push(fields) },
      pressure: {
        get overloaded() {
          return isOverloaded();
        },
        get isFull() {
          return isFull();
        },
        onRelieved: (listener) => {
          this.relieve = () => {
            this.relieve = () => {};
            listener();
          };
        },
      },
      settings: { ...SETTINGS, ...settings },
    });
  }

  perform({ action, input }: Parameters<SqsActions['perform']>[0], caller: SqsCaller): never {
    this.asked.push({ action, input, caller });
    return this.answer() as never;
  }

  checkSpace(): void {}
  freeze(): void {}
  stop(): void {}

  connect(address?: string): HttpClientEnd {
    return new HttpClientEnd(this.server.accept, address);
  }
}

function statuses(client: HttpClientEnd): number[] {
  return client.answers().map(({ status }) => status);
}

function http(method: string, target: string, headers: Record<string, string>, body = ''): string {
  const lines = Object.entries({
    host: 'sqs.example:9324',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  });
  return `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
const GET_URL = { ...JSON_TYPE, 'x-amz-target': 'AmazonSQS.GetQueueUrl' };
const INPUT = '{"QueueName":"q"}';
const JSON_REQUEST = http('POST', '/', GET_URL, INPUT);
const QUERY_REQUEST = http('GET', '/?Action=GetQueueUrl&QueueName=q', {});

function signed(secret: string, body = INPUT, sentBody = body): string {
  const date = '20260102T030405Z';
  const scope = '20260102/eu-west-1/sqs/aws4_request';
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = `POST\n/\n\nhost:sqs.example:9324\nx-amz-date:${date}\nx-amz-target:${GET_URL['x-amz-target']}\n\nhost;x-amz-date;x-amz-target\n${sha256(body)}`;
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`)
    .digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${signature}`;
  return http('POST', '/', { ...GET_URL, 'x-amz-date': date, authorization }, sentBody);
}

describe('the SQS server', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });

  const ask = (request: string, address?: string) => {
    const client = world.connect(address);
    client.send(request);
    const [answer] = client.answers();
    assert.ok(answer);
    return answer;
  };

  it('performs an action and answers in the protocol of the request', () => {
    const json = ask(JSON_REQUEST);
    assert.deepEqual([json.status, json.body], [200, '{"QueueUrl":"http://h/q"}']);
    const query = ask(QUERY_REQUEST);
    assert.match(query.body, /<GetQueueUrlResult><QueueUrl>http:\/\/h\/q<\/QueueUrl><\/GetQueueUrlResult>/);
    assert.match(query.headers['x-amzn-requestid'] ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    assert.notEqual(query.headers['x-amzn-requestid'], json.headers['x-amzn-requestid']);
    const [first, second] = world.asked;
    assert.deepEqual([first?.action, first?.caller.origin], ['GetQueueUrl', 'http://sqs.example:9324']);
    assert.deepEqual([first?.input, first?.caller.principal], [second?.input, undefined]);
  });

  it('answers when the promise of an action settles', async () => {
    let settle: (output: object) => void = () => {};
    world.answer = () =>
      new Promise((resolve) => {
        settle = resolve;
      });
    const client = world.connect();
    client.send(JSON_REQUEST);
    await world.clock.settle();
    assert.equal(client.text(), '');
    settle({ QueueUrl: 'later' });
    await world.clock.settle();
    assert.equal(client.answers()[0]?.body, '{"QueueUrl":"later"}');
  });

  it('tells errors of actions, thrown or rejected, in the protocol of the request', async () => {
    world.answer = () => {
      throw new AwsError('QueueDoesNotExist');
    };
    const json = ask(JSON_REQUEST);
    assert.equal(json.status, 400);
    assert.match(json.body, /"__type":"com.amazonaws.sqs#QueueDoesNotExist"/);
    world.answer = () => Promise.reject(new AwsError('QueueDoesNotExist'));
    const client = world.connect();
    client.send(QUERY_REQUEST);
    await world.clock.settle();
    assert.match(client.answers()[0]?.body ?? '', /<Code>AWS.SimpleQueueService.NonExistentQueue<\/Code>/);
    assert.deepEqual(world.errors, []);
  });

  it('says InternalFailure for what nobody foresaw, and logs it', () => {
    const error = new Error('a bug, with secrets in it');
    world.answer = () => {
      throw error;
    };
    const answer = ask(JSON_REQUEST);
    assert.equal(answer.status, 500);
    assert.match(answer.body, /#InternalFailure/);
    assert.doesNotMatch(answer.body, /secrets/);
    assert.deepEqual(world.errors, [{ error, action: 'GetQueueUrl', requestId: answer.headers['x-amzn-requestid'] }]);
  });

  it('says InternalFailure for a result that is none, and logs it', () => {
    world.answer = () => null;
    assert.equal(ask(JSON_REQUEST).status, 500);
    assert.equal(world.errors.length, 1);
  });

  it('refuses what cannot be understood, and goes on', () => {
    const client = world.connect();
    client.send(http('POST', '/', GET_URL, '{'), http('POST', '/', { ...JSON_TYPE }, '{}'), JSON_REQUEST);
    assert.deepEqual(
      client.answers().map(({ status }) => status),
      [400, 400, 200],
    );
  });

  it('refuses too large a body in the protocol of the request, before it has come', () => {
    const large = { 'content-length': '4194305' };
    const json = ask(http('POST', '/', { ...GET_URL, ...large }));
    assert.equal(json.status, 413);
    assert.match(json.body, /#RequestEntityTooLargeException/);
    assert.match(ask(http('POST', '/', large)).body, /<Code>RequestEntityTooLarge<\/Code>/);
    assert.match(ask('rubbish\r\n\r\n').body, /<Code>MalformedInput<\/Code>/);
  });

  it('serves only clients on its own machine while there are no access keys', () => {
    const refused = ask(JSON_REQUEST, '192.0.2.1');
    assert.equal(refused.status, 403);
    assert.match(refused.body, /sqs-access-keys/);
    assert.equal(ask(JSON_REQUEST, '::ffff:127.0.0.1').status, 200);
    world = new World({ anonymousRemote: true });
    assert.equal(ask(JSON_REQUEST, '192.0.2.1').status, 200);
  });

  it('lets pages of other machines come with a signature alone', () => {
    const fromPage = (origin: string) => ask(http('POST', '/', { ...GET_URL, origin }, INPUT));
    assert.equal(fromPage('https://example.com').status, 403);
    assert.equal(fromPage('http://localhost:3000').headers['access-control-allow-origin'], 'http://localhost:3000');
    const preflight = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
    assert.equal(ask(http('OPTIONS', '/', preflight)).headers['access-control-allow-origin'], undefined);
    world = new World({ accessKeys: new Map([['AKID', 'secret']]) });
    assert.equal(ask(http('OPTIONS', '/', preflight)).headers['access-control-allow-origin'], 'https://example.com');
    const unsigned = fromPage('https://example.com');
    assert.match(unsigned.body, /#MissingAuthenticationTokenException/);
    assert.equal(unsigned.headers['access-control-allow-origin'], 'https://example.com');
  });

  it('asks for signatures once there are access keys', () => {
    world = new World({ accessKeys: new Map([['AKID', 'secret']]) });
    assert.match(ask(JSON_REQUEST).body, /#MissingAuthenticationTokenException/);
    assert.match(ask(signed('wrong'), '192.0.2.1').body, /#InvalidSignatureException/);
    assert.match(ask(signed('secret', INPUT, '{"QueueName":"x"}')).body, /#InvalidSignatureException/);
    assert.equal(world.asked.length, 0);
    assert.equal(ask(signed('secret'), '192.0.2.1').status, 200);
    assert.deepEqual(world.asked[0]?.caller.principal, {
      accountId: '123456789012',
      arn: 'arn:aws:iam::123456789012:user/AKID',
      senderId: 'AKID',
    });
    assert.equal(world.asked[0]?.caller.context?.get('aws:sourceip'), '192.0.2.1');
    world.clock.jumpWallClock(900_001);
    assert.match(ask(signed('secret')).body, /Signature expired/);
  });

  it('says that it is there, without asking who wants to know', () => {
    world = new World({ accessKeys: new Map([['AKID', 'secret']]) });
    const answer = ask(http('GET', '/health', {}), '192.0.2.1');
    assert.deepEqual([answer.status, answer.body], [200, 'OK']);
    assert.equal(ask(http('POST', '/health', {})).status, 403);
    world.server.freeze();
    assert.notEqual(ask(http('GET', '/health', {})).status, 200);
  });

  it('takes nothing while too much waits for the disk', () => {
    const client = world.connect();
    world.overloaded = true;
    client.send(JSON_REQUEST, JSON_REQUEST);
    assert.equal(client.answers().length, 1);
    world.overloaded = false;
    world.relieve();
    assert.equal(client.answers().length, 1);
  });

  it('goes on after every relief, of which it is told once', () => {
    const client = world.connect();
    for (let round = 0; round < 3; round += 1) {
      world.overloaded = true;
      client.send(JSON_REQUEST, JSON_REQUEST);
      assert.equal(client.answers().length, 1, `round ${round}`);
      world.overloaded = false;
      world.relieve();
      assert.equal(client.answers().length, 1, `round ${round}`);
    }
  });

  it('refuses requests instead of leaving them when the disk takes nothing any more', () => {
    const client = world.connect();
    world.overloaded = true;
    client.send(JSON_REQUEST, JSON_REQUEST);
    assert.equal(client.answers().length, 1);
    world.server.checkSpace();
    assert.equal(client.answers().length, 0, 'there may be relief soon');
    world.isFull = true;
    world.server.checkSpace();
    assert.deepEqual(statuses(client), [503]);
    client.send(JSON_REQUEST);
    assert.deepEqual(statuses(client), [503]);
    assert.equal(world.asked.length, 1);
    world.overloaded = false;
    world.isFull = false;
    world.relieve();
    client.send(JSON_REQUEST);
    assert.deepEqual(statuses(client), [200]);
  });

  it('tells a waiting action when its client hangs up, and answers nobody then', async () => {
    let settle: (output: object) => void = () => {};
    let gone = false;
    world.answer = () =>
      new Promise((resolve) => {
        settle = resolve;
      });
    const client = world.connect();
    client.send(JSON_REQUEST);
    world.asked[0]?.caller.onGone(() => {
      gone = true;
    });
    client.hangUp();
    assert.equal(gone, true);
    settle({});
    await world.clock.settle();
    assert.equal(client.text(), '');
  });

  it('stops: what comes is refused, what waits is answered, connections end', async () => {
    let settle: (output: object) => void = () => {};
    const answers = [new Promise((resolve) => (settle = resolve)), new Promise(() => {})];
    world.answer = () => answers.shift();
    const [durable, lost, idle, late] = [world.connect(), world.connect(), world.connect(), world.connect()];
    durable.send(JSON_REQUEST);
    lost.send(JSON_REQUEST);
    world.server.freeze();
    late.send(JSON_REQUEST);
    assert.match(late.answers()[0]?.body ?? '', /#ServiceUnavailableException/);
    settle({ QueueUrl: 'durable' });
    world.server.stop();
    await world.clock.settle();
    assert.equal(durable.answers()[0]?.body, '{"QueueUrl":"durable"}');
    assert.equal(lost.answers()[0]?.status, 503);
    assert.ok([durable, lost, idle, late].every(({ isEnded }) => isEnded));
  });
});
