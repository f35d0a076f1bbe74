/** Stand-in until the catalog is merged. */
export interface QueueSettings {
  readonly type: 'classic' | 'quorum' | 'stream';
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly messageTtlMs: number | undefined;
  readonly expiresMs: number | undefined;
  readonly maxLength: number | undefined;
  readonly maxLengthBytes: number | undefined;
  readonly overflow: 'drop-head' | 'reject-publish' | 'reject-publish-dlx';
  readonly deadLetterExchange: string | undefined;
  readonly deadLetterRoutingKey: string | undefined;
  readonly maxPriority: number;
  readonly singleActiveConsumer: boolean;
  readonly deliveryLimit: number | undefined;
  readonly streamMaxAgeMs: number | undefined;
  readonly streamMaxLengthBytes: number | undefined;
  readonly streamSegmentBytes: number | undefined;
}
