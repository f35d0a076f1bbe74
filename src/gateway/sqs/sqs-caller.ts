/** Who sent a request, as the server knows it: what actions need of HTTP and of signatures, and nothing more. */
export interface SqsPrincipal {
  readonly accountId: string;
  readonly arn: string;
  /** What receivers of its messages are told as `SenderId`. */
  readonly senderId: string;
}

export interface SqsCaller {
  /** Scheme, host and port as the client used them: addresses of queues begin with it. */
  readonly origin: string;
  /** Undefined: the request was not signed and need not be; then everything is permitted. */
  readonly principal: SqsPrincipal | undefined;
  /** What conditions of policies may look at, by lower-case key: `aws:sourceip`, `aws:securetransport`, … */
  readonly context?: ReadonlyMap<string, string>;
  /** Calls `listener` when the client hangs up. Returns a function that ends it. */
  onGone(listener: () => void): () => void;
}
