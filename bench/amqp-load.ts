/**
 * How the broker bears many connections and many queues: `npm run build && node --import tsx bench/amqp-load.ts [CONNECTIONS] [QUEUES]`.
 * Says what each step took and what the broker's process holds then. No comparison and no threshold: a look by hand.
 */
import { readFileSync } from 'node:fs';
import { type AmqpEnd, ConnectionLost } from '../test/support/amqp-end.ts';
import { connectAmqp } from '../test/support/amqp-socket.ts';
import { startTrilog, type TrilogProcess } from '../test/support/broker-process.ts';

const connectionCount = Number(process.argv[2] ?? 5_000);
const queueCount = Number(process.argv[3] ?? 50_000);
const AT_ONCE = 100;
const DECLARERS = 10;

let trilog = await startTrilog({ args: ['--amqp-connections-max', String(connectionCount + 100)] });
let lastMs = performance.now();
told('started');

const connections = await connectAll();
told(`${connectionCount} connections, each with a channel, an exclusive queue and a consumer`);
await Promise.all(connections.map(echo));
told('a message through each of them');
for (const { end } of connections) end.close();
await Promise.all(connections.map(({ end }) => end.closed));
const probe = await connectAmqp(trilog.amqpPort);
await probe.openChannel(1);
told('all closed');

await overQueues((end, queue) => end.ask(1, 'queue.declare', { queue, durable: true }, 'queue.declare-ok'));
told(`${queueCount} durable queues declared`);
await overQueues((end, queue) =>
  end.ask(1, 'queue.bind', { queue, exchange: 'amq.topic', routingKey: `${queue}.#` }, 'queue.bind-ok'),
);
told('each bound to a topic exchange');
await publishToAll();
told('a persistent message to each, confirmed');
const { dataDir, amqpPort, port } = trilog;
await trilog.kill9();
lastMs = performance.now();
trilog = await startTrilog({ dataDir, amqpPort, port });
told('started again after kill -9');
await overQueues(async (end, queue) => {
  const got = await end.ask(1, 'basic.get', { queue, noAck: true }, 'basic.get-ok');
  if (got.body?.toString() !== queue) throw new Error(`${got.body} came from ${queue}`);
});
told('each message gotten');
await overQueues((end, queue) => end.ask(1, 'queue.delete', { queue }, 'queue.delete-ok'));
told('all queues deleted');
await trilog.stop();
process.exit(0);

function told(what: string): void {
  const tookMs = performance.now() - lastMs;
  console.log(`${what}: ${(tookMs / 1000).toFixed(1)} s, ${megabytesOf(trilog)} MB resident`);
  lastMs = performance.now();
}

function megabytesOf({ pid }: TrilogProcess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

interface Open {
  readonly end: AmqpEnd;
  readonly queue: string;
  readonly delivered: Promise<void>;
}

async function connectAll(): Promise<Open[]> {
  const all: Open[] = [];
  while (all.length < connectionCount) {
    const some = Math.min(AT_ONCE, connectionCount - all.length);
    all.push(...(await Promise.all(Array.from({ length: some }, open))));
  }
  return all;
}

async function open(): Promise<Open> {
  let seen: () => void = () => {};
  const delivered = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const listener = ({ method }: { method: string }) => {
    if (method === 'basic.deliver') seen();
  };
  const end = await connectAmqp(trilog.amqpPort, { heartbeat: 60, listener });
  await end.openChannel(1);
  const { queue } = await end.ask(1, 'queue.declare', { exclusive: true }, 'queue.declare-ok');
  await end.ask(1, 'basic.consume', { queue, noAck: true }, 'basic.consume-ok');
  return { end, queue, delivered };
}

/** A message to a queue of one's own, and back. */
async function echo({ end, queue, delivered }: Open): Promise<void> {
  end.publish(1, '', queue, 'x');
  await delivered;
}

async function overQueues(act: (end: AmqpEnd, queue: string) => Promise<unknown>): Promise<void> {
  const ends = await Promise.all(Array.from({ length: DECLARERS }, () => channel()));
  await Promise.all(
    ends.map(async (end, first) => {
      for (let i = first; i < queueCount; i += DECLARERS * AT_ONCE) {
        const some: Promise<unknown>[] = [];
        for (let at = i; at < Math.min(queueCount, i + DECLARERS * AT_ONCE); at += DECLARERS)
          some.push(act(end, `q${at}`));
        await Promise.all(some);
      }
      end.close();
    }),
  );
}

async function channel(): Promise<AmqpEnd> {
  const end = await connectAmqp(trilog.amqpPort);
  await end.openChannel(1);
  return end;
}

async function publishToAll(): Promise<void> {
  let confirmed = 0;
  let seen: () => void = () => {};
  const end = await connectAmqp(trilog.amqpPort, {
    listener: (received) => {
      if (received.method !== 'basic.ack') return;
      confirmed = received.deliveryTag;
      seen();
    },
  });
  await end.openChannel(1);
  await end.ask(1, 'confirm.select', {}, 'confirm.select-ok');
  const all = new Promise<void>((resolve, reject) => {
    seen = () => {
      if (confirmed === queueCount) resolve();
    };
    void end.closed.then(() => reject(new ConnectionLost('the connection was lost')));
  });
  for (let i = 0; i < queueCount; i += 1) end.publish(1, 'amq.topic', `q${i}.key`, `q${i}`, { deliveryMode: 2 });
  await all;
  end.close();
}
