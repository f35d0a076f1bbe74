/**
 * The watermark that replies wait for. `appended` is the end of everything accepted so far, `durable` the end of what
 * survives a crash. A reply made when `appended` was P may leave once `durable >= P`.
 */
import type { Position } from './brand.ts';

export interface Durability {
  readonly appended: Position;
  readonly durable: Position;
  /** Called after every move of `durable`. Returns a function that ends the subscription. */
  onDurable(listener: () => void): () => void;
}
