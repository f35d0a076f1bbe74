/** Keeps an AMQP connection to a broker that comes and goes: tries again at once, for as long as the run lasts. */
import { setTimeout as delay } from 'node:timers/promises';
import { type AmqpEnd, ConnectionLost, type Received } from '../support/amqp-end.ts';
import { connectAmqp } from '../support/amqp-socket.ts';

const RETRY_MS = 5;

/** What one connection is for. */
export interface Life {
  /** Sees everything that comes. What it throws ends the connection, and all lives. */
  readonly listener: (received: Received, end: AmqpEnd) => void;
  /** Runs until the work is done, or until the connection is lost. */
  readonly live: (end: AmqpEnd) => Promise<void>;
}

/** Lives one life after the other until one ends by itself. */
export async function liveOn(port: number, aborted: AbortSignal, born: (number: number) => Life): Promise<void> {
  for (let number = 1; ; number += 1) {
    aborted.throwIfAborted();
    if (await endsByItself(port, aborted, born(number))) return;
    await delay(RETRY_MS);
  }
}

async function endsByItself(port: number, aborted: AbortSignal, { listener, live }: Life): Promise<boolean> {
  let end: AmqpEnd | undefined;
  let failure: unknown;
  const close = () => end?.close();
  try {
    end = await connectAmqp(port, {
      listener: (received) => {
        if (end === undefined || failure !== undefined) return;
        try {
          listener(received, end);
        } catch (error) {
          failure = error;
          end.close();
        }
      },
    });
    aborted.addEventListener('abort', close);
    await live(end);
    return true;
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (!(error instanceof ConnectionLost)) throw error;
    return false;
  } finally {
    aborted.removeEventListener('abort', close);
    end?.close();
  }
}
