/** Nominal types for numbers and strings that must not be swapped. They cost nothing at run time. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Identifies one log of the node for ever; never reused. */
export type LogId = Brand<number, 'LogId'>;
/** A point in the node's write-ahead log; only comparable. See `storage/`. */
export type Position = Brand<number, 'Position'>;
