/**
 * Exchanges of type headers: the binding's arguments are compared with the message's headers. `x-match` says whether all must
 * be there (`all`, the default) or one (`any`); both pass over arguments that begin with `x-`, unless told not to
 * (`all-with-x`, `any-with-x`). An argument without a value asks only for presence. Routing keys mean nothing.
 */
import type { Binding } from '../catalog/amqp/model.ts';
import type { FieldTable, FieldValue } from '../message/field-table.ts';
import { equalValues } from '../message/field-value.ts';
import type { Matcher, Query } from './matcher.ts';
import type { Found, Target } from './target.ts';

interface Condition {
  readonly target: Target;
  readonly any: boolean;
  readonly wanted: readonly (readonly [name: string, value: FieldValue])[];
}

export class HeadersMatcher implements Matcher {
  readonly isByKey = false;
  readonly #conditions = new Map<Binding, Condition>();

  add(binding: Binding, target: Target): void {
    this.#conditions.set(binding, conditionOf(binding.arguments, target));
  }

  remove(binding: Binding): void {
    this.#conditions.delete(binding);
  }

  match(query: Query, found: Found): void {
    if (this.#conditions.size === 0) return;
    const headers = query.headers();
    for (const condition of this.#conditions.values()) if (isMet(condition, headers)) found.add(condition.target);
  }
}

function conditionOf(args: FieldTable, target: Target): Condition {
  const match = args.get('x-match');
  const mode = match?.type === 'longstr' ? match.value : 'all';
  const withX = mode.endsWith('-with-x');
  const wanted = [...args].filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
  return { target, any: mode.startsWith('any'), wanted };
}

function isMet({ any, wanted }: Condition, headers: FieldTable): boolean {
  for (const [name, value] of wanted) {
    const header = headers.get(name);
    const isThere = header !== undefined && (value.type === 'void' || equalValues(value, header));
    if (isThere === any) return any;
  }
  return !any;
}
