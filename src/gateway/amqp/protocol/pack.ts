/** Puts bits that follow each other into octets, the first into the lowest bit, eight at most (AMQP 0-9-1 §4.2.5.2). */
import { assert } from '../../../base/assert.ts';
import type { NamedArgument } from './argument.ts';

type PackedArgument =
  | { readonly argument: NamedArgument; readonly bits?: undefined }
  | { readonly argument?: undefined; readonly bits: readonly NamedArgument[] };

export function packed(methodArguments: readonly NamedArgument[]): PackedArgument[] {
  const items: PackedArgument[] = [];
  let open: NamedArgument[] | undefined;
  for (const argument of methodArguments) {
    if (argument.kind !== 'bit') {
      open = undefined;
      items.push({ argument });
      continue;
    }
    if (open === undefined) {
      open = [];
      items.push({ bits: open });
    }
    open.push(argument);
    assert(open.length <= 8, 'no method has more than eight bits in a row');
  }
  return items;
}
