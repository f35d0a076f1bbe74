/**
 * AMQP field tables as values: the arguments of exchanges, queues, bindings and consumers, and the headers of messages.
 * Each value keeps its type, because a broker must compare and echo arguments as they were declared (RabbitMQ's field types,
 * https://www.rabbitmq.com/amqp-0-9-1-errata, §3). The bytes are read and written in `field-table-codec.ts`.
 */

/** Every type that RabbitMQ accepts; the comment is its tag on the wire. */
export type FieldValue =
  | { readonly type: 'bool'; readonly value: boolean } // t
  | { readonly type: 'int8'; readonly value: number } // b
  | { readonly type: 'uint8'; readonly value: number } // B
  | { readonly type: 'int16'; readonly value: number } // s
  | { readonly type: 'uint16'; readonly value: number } // u
  | { readonly type: 'int32'; readonly value: number } // I
  | { readonly type: 'uint32'; readonly value: number } // i
  | { readonly type: 'int64'; readonly value: bigint } // l, L
  | { readonly type: 'float'; readonly value: number } // f
  | { readonly type: 'double'; readonly value: number } // d
  | { readonly type: 'decimal'; readonly scale: number; readonly value: number } // D
  | { readonly type: 'longstr'; readonly value: string } // S, valid UTF-8
  | { readonly type: 'binary'; readonly value: Buffer } // S that is not valid UTF-8, and x
  | { readonly type: 'timestamp'; readonly value: bigint } // T, seconds since the Unix epoch
  | { readonly type: 'array'; readonly value: readonly FieldValue[] } // A
  | { readonly type: 'table'; readonly value: FieldTable } // F
  | { readonly type: 'void' }; // V

/** In the order of the wire; a name that comes twice keeps its last value. */
export type FieldTable = ReadonlyMap<string, FieldValue>;

/** How deep tables and arrays may nest; the outermost table counts as one. RabbitMQ has no limit; headers that brokers write themselves nest three deep. */
export const NESTING_MAX = 64;

export const EMPTY_TABLE: FieldTable = new Map();
