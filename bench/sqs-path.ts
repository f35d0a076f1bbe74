/**
 * The path of an SQS message through one process, without sockets and disks: requests in, queued, answers out. Clients hand their
 * bytes to their connections as sockets would, each with one request at a time; what is not durable is so in the next turn. Processor
 * time, as in `amqp-path.ts`.
 *
 *   node --import tsx bench/sqs-path.ts [messages] [connections] [batch]
 *   npx esbuild bench/sqs-path.ts --bundle --platform=node --format=esm --packages=external --outfile=FILE && node --cpu-prof FILE
 */
import type { Transport, TransportHandler } from '../src/net/transport.ts';
import type { Node } from '../src/server/node.ts';
import { start, TurnClock } from './in-process.ts';
import { deleteRequest, receiveRequest, request, sendRequests } from './sqs/requests.ts';

const MESSAGES = 100_000;
const CONNECTIONS = 64;
const BATCHES = [1, 10];
const VISIBILITY_SECONDS = 600;
const HANDLE = /"ReceiptHandle":"([^"]+)"/g;

/** Makes a client's next request of the answer to the one before; undefined when it has nothing more to ask. */
type Next = (answer: string) => string | undefined;

class Client implements Transport {
  readonly remoteAddress = '127.0.0.1';
  readonly bufferedBytes = 0;
  readonly #handler: TransportHandler;
  readonly #next: Next;
  #answer: Buffer | undefined;

  constructor({ sqs }: Node, next: Next) {
    const handler = sqs.accept(this);
    if (handler === undefined) throw new Error('the connection was refused');
    this.#handler = handler;
    this.#next = next;
    this.#answer = Buffer.alloc(0);
  }

  /** Asks, if it has been answered. */
  act(): boolean {
    if (this.#answer === undefined) return true;
    const answer = this.#answer.toString('latin1');
    if (answer !== '' && !answer.startsWith('HTTP/1.1 200')) throw new Error(answer);
    const asked = this.#next(answer);
    if (asked === undefined) return false;
    this.#answer = undefined;
    this.#handler.data(Buffer.from(asked, 'latin1'));
    return true;
  }

  write(buffers: readonly Buffer[]): void {
    // One answer is one buffer.
    this.#answer = buffers[0];
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

/** Until no client asks any more; answers how many microseconds of processor time each message took. */
async function run(node: Node, clock: TurnClock, messages: number, clients: readonly Next[]): Promise<number> {
  let asking = clients.map((next) => new Client(node, next));
  const begun = process.cpuUsage();
  while (asking.length > 0) {
    asking = asking.filter((client) => client.act());
    clock.endTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / messages;
}

function sender(queueUrl: string, batch: number, left: { messages: number }): Next {
  const make = sendRequests({ queueUrl, batch });
  return () => {
    if (left.messages <= 0) return undefined;
    left.messages -= batch;
    return make();
  };
}

function receiver(queueUrl: string, batch: number): Next {
  const receive = receiveRequest(queueUrl, batch, VISIBILITY_SECONDS);
  let isReceived = false;
  return (answer) => {
    if (!isReceived) {
      isReceived = true;
      return receive;
    }
    isReceived = false;
    const handles = Array.from(answer.matchAll(HANDLE), (match) => match[1] ?? '');
    return handles.length === 0 ? undefined : deleteRequest(queueUrl, handles);
  };
}

async function main(): Promise<void> {
  const [messages = MESSAGES, connections = CONNECTIONS, ...batches] = process.argv.slice(2).map(Number);
  const clock = new TurnClock();
  const node = await start(clock);
  let QueueUrl = '';
  let isAsked = false;
  const create: Next = (answer) => {
    if (isAsked) QueueUrl = (JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as { QueueUrl: string }).QueueUrl;
    const asked = isAsked ? undefined : request('CreateQueue', { QueueName: 'bench' });
    isAsked = true;
    return asked;
  };
  await run(node, clock, 1, [create]);
  const each = (make: () => Next) => Array.from({ length: connections }, make);
  for (const batch of batches.length > 0 ? batches : [...BATCHES, ...BATCHES]) {
    const left = { messages };
    const sent = await run(
      node,
      clock,
      messages,
      each(() => sender(QueueUrl, batch, left)),
    );
    const taken = await run(
      node,
      clock,
      messages,
      each(() => receiver(QueueUrl, batch)),
    );
    const figures = [sent, taken].map((us) => us.toFixed(1).padStart(6));
    process.stdout.write(
      `batches of ${batch}: ${figures[0]} µs to send, ${figures[1]} µs to receive and delete a message\n`,
    );
  }
  process.exit(0);
}

await main();
