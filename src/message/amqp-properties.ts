/** The properties of the basic class, in the order of the wire; the first has the highest flag (AMQP 0-9-1 §4.2.6.1). */
import type { FieldTable } from './field-table.ts';

export interface BasicProperties {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly headers: FieldTable | undefined;
  /** 2: survives a restart. */
  readonly deliveryMode: number | undefined;
  readonly priority: number | undefined;
  readonly correlationId: string | undefined;
  readonly replyTo: string | undefined;
  /** Milliseconds, as text. */
  readonly expiration: string | undefined;
  readonly messageId: string | undefined;
  /** Seconds since the Unix epoch. */
  readonly timestamp: bigint | undefined;
  readonly type: string | undefined;
  readonly userId: string | undefined;
  readonly appId: string | undefined;
  readonly clusterId: string | undefined;
}

export type PropertyKind = 'shortstr' | 'table' | 'octet' | 'timestamp';

export const PROPERTY_KINDS = {
  contentType: 'shortstr',
  contentEncoding: 'shortstr',
  headers: 'table',
  deliveryMode: 'octet',
  priority: 'octet',
  correlationId: 'shortstr',
  replyTo: 'shortstr',
  expiration: 'shortstr',
  messageId: 'shortstr',
  timestamp: 'timestamp',
  type: 'shortstr',
  userId: 'shortstr',
  appId: 'shortstr',
  clusterId: 'shortstr',
} as const satisfies Record<keyof BasicProperties, PropertyKind>;

export const PROPERTY_NAMES = Object.keys(PROPERTY_KINDS) as (keyof BasicProperties)[];

export const FLAGS_BYTES = 2;
const FIRST_FLAG = 0x8000;

export function flagOf(index: number): number {
  return FIRST_FLAG >> index;
}

/** Content without properties. */
export const NO_PROPERTIES = Buffer.alloc(FLAGS_BYTES);
