/** A byte connection to one client, whatever carries it: TCP in life, memory under simulation. */

export interface TransportHandler {
  /** Bytes arrived. Not called while paused. Where reads are shared they are there during the call only. */
  data(chunk: Buffer): void;
  /** Everything written has been handed to the network, after `bufferedBytes` was not 0. */
  drained(): void;
  /** The connection is gone, by whichever side. Called once; nothing else is called after it. */
  closed(): void;
}

/** Who a client's certificate says it is. */
export interface PeerCertificate {
  /** The subject as RFC 4514 writes it, the most particular name first; empty if there is none. */
  readonly distinguishedName: string;
  /** The common names of the subject, with commas between them; empty if there is none. */
  readonly commonName: string;
}

export interface Transport {
  /** Address of the client, for logs and for what clients ask about each other. */
  readonly remoteAddress: string;
  readonly remotePort?: number | undefined;
  /** Where the client connected to. */
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** Whether the connection is encrypted. */
  readonly encrypted?: boolean;
  /** Only of a client whose certificate was verified. */
  readonly peerCertificate?: PeerCertificate | undefined;
  /** Bytes written and not yet taken by the network. */
  readonly bufferedBytes: number;
  /**
   * Sends the buffers in order; what is written within one turn of the event loop leaves together. `taken` is called when the
   * network has a copy of all of them and they may be changed; never, if the connection breaks before.
   */
  write(buffers: readonly Buffer[], taken?: () => void): void;
  pause(): void;
  resume(): void;
  /** Sends what is buffered and closes; nothing that arrives is handed on any more, paused or not. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Makes the handler of a new connection; undefined refuses it. */
export type Accept = (transport: Transport) => TransportHandler | undefined;
