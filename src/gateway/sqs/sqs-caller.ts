/** Who asks for an action, and from where. */

export interface SqsPrincipal {
  readonly accountId: string;
  readonly arn: string;
  /** As receivers of a message are told who sent it. */
  readonly senderId: string;
}

export interface SqsCaller {
  /** Such as `http://localhost:9324`: how the client reaches this server, for the addresses of queues. */
  readonly origin: string;
  /** Undefined: nobody has to say who they are. */
  readonly principal: SqsPrincipal | undefined;
  /** The listener, the only one, is called when the client hangs up before it is answered. Returns a function that ends it. */
  onGone(listener: () => void): () => void;
}
