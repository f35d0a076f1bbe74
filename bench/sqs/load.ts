/** Loads on an SQS server: so many connections, each with one request at a time, for a while or until there is nothing left. */
import { percentile } from '../measure.ts';
import { HttpClient } from './http-client.ts';
import { deleteRequest, handlesOf, receiveRequest, request, type SendOptions, sendRequests } from './requests.ts';

export interface Figures {
  readonly messages: number;
  readonly perSecond: number;
  /** Of one request. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Limits {
  readonly connections: number;
  /** Ends when so much time is up, or so many messages are done. */
  readonly seconds: number;
  readonly messages?: number;
}

interface Step {
  readonly request: Buffer | string;
  /** Undefined ends the connection's work: there is nothing left. */
  readonly answered: (body: string) => number | undefined;
}

/** Runs the steps of every connection, each after the answer to the one before; a step's answer counts messages. */
async function run(port: number, limits: Limits, stepsOf: () => () => Step): Promise<Figures> {
  const { connections, seconds, messages = Number.POSITIVE_INFINITY } = limits;
  const clients: HttpClient[] = [];
  for (let i = 0; i < connections; i++) clients.push(await HttpClient.open(port));
  const latencies: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let done = 0;
  try {
    await Promise.all(
      clients.map(
        (client) =>
          new Promise<void>((resolve, reject) => {
            const next = stepsOf();
            const step = () => {
              const atMs = performance.now();
              if (atMs >= endMs || done >= messages) return resolve();
              const { request: bytes, answered } = next();
              const take = (body: string) => {
                latencies.push(performance.now() - atMs);
                const count = answered(body);
                if (count === undefined) return resolve();
                done += count;
                step();
              };
              client.ask(bytes, take, reject);
            };
            step();
          }),
      ),
    );
  } finally {
    for (const client of clients) client.close();
  }
  const perSecond = (done / (performance.now() - startMs)) * 1000;
  return { messages: done, perSecond, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}

export function send(port: number, limits: Limits, options: SendOptions): Promise<Figures> {
  const { batch } = options;
  return run(port, limits, () => {
    const make = sendRequests(options);
    const answered = (body: string) => {
      if (batch > 1 && body.includes('"SenderFault"')) throw new Error(`not all were sent: ${body.slice(0, 500)}`);
      return batch;
    };
    return () => ({ request: make(), answered });
  });
}

/** Receives and deletes, in turn; ends early when nothing is left. */
export function consume(port: number, limits: Limits, queueUrl: string, batch: number): Promise<Figures> {
  return run(port, limits, () => {
    const receive = receiveRequest(queueUrl, batch, 600);
    let handles: string[] = [];
    const received = (body: string) => {
      handles = handlesOf(body);
      return handles.length === 0 ? undefined : 0;
    };
    const deleted = () => {
      const count = handles.length;
      handles = [];
      return count;
    };
    return () =>
      handles.length === 0
        ? { request: receive, answered: received }
        : { request: deleteRequest(queueUrl, handles), answered: deleted };
  });
}

/** Receives without deleting. */
export function take(port: number, limits: Limits, queueUrl: string): Promise<Figures> {
  const receive = receiveRequest(queueUrl, 10, 40_000);
  return run(port, limits, () => () => ({ request: receive, answered: (body) => handlesOf(body).length || undefined }));
}

let queues = 0;

export async function createQueue(port: number, fifo: boolean): Promise<string> {
  queues += 1;
  const QueueName = `bench-${process.pid}-${queues}${fifo ? '.fifo' : ''}`;
  const client = await HttpClient.open(port);
  try {
    const Attributes = fifo ? { FifoQueue: 'true' } : {};
    const answer = await client.call(request('CreateQueue', { QueueName, Attributes }));
    return (JSON.parse(answer) as { QueueUrl: string }).QueueUrl;
  } finally {
    client.close();
  }
}

export async function deleteQueue(port: number, QueueUrl: string): Promise<void> {
  const client = await HttpClient.open(port);
  try {
    await client.call(request('DeleteQueue', { QueueUrl }));
  } finally {
    client.close();
  }
}
