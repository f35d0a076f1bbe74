/** Keeps an AMQP connection to a broker that comes and goes: tries again and again, for as long as the run lasts. */
import { setTimeout as delay } from 'node:timers/promises';
import { type AmqpEnd, ConnectionLost, type Received, Refused } from '../support/amqp-end.ts';
import { connectAmqp } from '../support/amqp-socket.ts';
import { RECONNECT_MS } from './session.ts';

/** Where clients live: on this machine, or in a simulated world. */
export interface Surroundings {
  /** An open connection. @throws ConnectionLost */
  connect(listener: (received: Received) => void): Promise<AmqpEnd>;
  sleep(ms: number): Promise<void>;
  /** From an attempt to connect that failed, or a lost connection, to the next attempt. */
  readonly reconnectMs: number;
  /** Time for durations. */
  nowMs(): number;
  /** Throws when the run is given up. */
  checkGoingOn(): void;
}

/** What one connection is for. */
export interface Life {
  /** Sees everything that comes. What it throws ends the connection, and all lives. */
  readonly listener: (received: Received) => void;
  /** Runs until the work is done, or until the connection is lost. */
  readonly live: (end: AmqpEnd) => Promise<void>;
}

/** The broker shuts down. */
const CONNECTION_FORCED = 320;
/** Somebody else has the queue for himself: a connection of ours whose end the broker has not seen yet. */
const ACCESS_REFUSED = 403;

/** Lives one life after the other until one ends by itself. */
export async function liveOn(surroundings: Surroundings, born: (number: number) => Life): Promise<void> {
  for (let number = 1; ; number += 1) {
    surroundings.checkGoingOn();
    if (await endsByItself(surroundings, born(number))) return;
    await surroundings.sleep(surroundings.reconnectMs);
  }
}

async function endsByItself(surroundings: Surroundings, { listener, live }: Life): Promise<boolean> {
  let end: AmqpEnd | undefined;
  let failure: unknown;
  const guarded = (received: Received) => {
    if (end === undefined || failure !== undefined) return;
    try {
      listener(received);
    } catch (error) {
      failure = error;
      end.close();
    }
  };
  try {
    end = await surroundings.connect(guarded);
    await live(end);
    return true;
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (!isLoss(error)) throw error;
    return false;
  } finally {
    end?.close();
  }
}

export function isLoss(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  return error instanceof Refused && [CONNECTION_FORCED, ACCESS_REFUSED].includes(error.close.replyCode);
}

/** Clients of this machine; `aborted` ends them, so that a test that failed elsewhere leaves none behind. */
export function onThisMachine(port: number, aborted: AbortSignal): Surroundings {
  return {
    connect: async (listener) => {
      const end = await connectAmqp(port, { listener });
      const close = () => end.close();
      aborted.addEventListener('abort', close);
      void end.closed.then(() => aborted.removeEventListener('abort', close));
      return end;
    },
    sleep: (ms) => delay(ms),
    reconnectMs: RECONNECT_MS,
    nowMs: () => performance.now(),
    checkGoingOn: () => aborted.throwIfAborted(),
  };
}
