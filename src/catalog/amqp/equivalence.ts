/**
 * A second declaration must say the same as the first (AMQP 0-9-1, exchange.declare and queue.declare). Refuses, in
 * RabbitMQ's words, another property or another value of an argument that matters; a missing one is another value.
 */
import type { FieldTable } from '../../message/field-table.ts';
import { inequivalentText } from '../../message/field-text.ts';
import { equivalentValues } from '../../message/field-value.ts';
import { preconditionFailed } from './refusals.ts';

/** @param what the thing as texts name it. @throws DomainError `precondition_failed` */
export function checkSameProperty(
  what: string,
  property: string,
  received: boolean | string,
  current: boolean | string,
): void {
  if (received !== current) throw inequivalent(what, property, `received '${received}' but current is '${current}'`);
}

/** @param what the thing as texts name it. @throws DomainError `precondition_failed` */
export function checkSameArguments(
  what: string,
  names: Iterable<string>,
  received: FieldTable,
  current: FieldTable,
): void {
  if (received.size === 0 && current.size === 0) return;
  for (const name of names) {
    const wanted = received.get(name);
    const present = current.get(name);
    if (wanted === undefined && present === undefined) continue;
    if (wanted !== undefined && present !== undefined && equivalentValues(present, wanted)) continue;
    throw inequivalent(what, name, inequivalentText(wanted, present));
  }
}

function inequivalent(what: string, name: string, difference: string) {
  return preconditionFailed(`inequivalent arg '${name}' for ${what}: ${difference}`);
}
