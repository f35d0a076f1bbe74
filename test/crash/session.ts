/** Keeps a connection to a broker that comes and goes: tries again soon, for as long as the run lasts. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionLost, WireClient } from './wire-client.ts';

/** Not less: a dozen clients that try at once take from the broker the processor that it starts on. */
export const RECONNECT_MS = 25;

export class Session {
  #client: WireClient | undefined;

  constructor(
    readonly port: number,
    /** Ends every attempt: a test that failed elsewhere must not leave its actors behind. */
    private readonly aborted: AbortSignal,
  ) {
    aborted.addEventListener('abort', () => this.close());
  }

  async connected(): Promise<WireClient> {
    for (;;) {
      this.aborted.throwIfAborted();
      if (this.#client !== undefined && !this.#client.isLost) return this.#client;
      try {
        this.#client = await WireClient.open(this.port);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        await delay(RECONNECT_MS);
      }
    }
  }

  /** Runs `step` until it ends without losing the connection. `onLost` may throw to give up. */
  async retrying<T>(step: (client: WireClient) => Promise<T>, onLost: () => void = () => {}): Promise<T> {
    for (;;) {
      const client = await this.connected();
      try {
        return await step(client);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        onLost();
      }
    }
  }

  close(): void {
    this.#client?.close();
  }
}
