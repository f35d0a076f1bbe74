/** The rules for names of exchanges, queues and bindings. */
import type { Random } from '../../base/random.ts';
import { accessRefused, invalidRequest, type ResourceKind } from './refusals.ts';

/** AMQP's short strings hold no more. */
const NAME_BYTES_MAX = 255;

/** As RabbitMQ reads a name: without line breaks, which would otherwise end up in its logs. */
export function plainName(name: string): string {
  return /[\r\n]/.test(name) ? name.replace(/[\r\n]/g, '') : name;
}

/** @throws DomainError when clients can't create a thing of that name */
export function checkNewName(kind: ResourceKind, name: string): void {
  if (name.startsWith('amq.')) throw accessRefused(`${kind} name '${name}' contains reserved prefix 'amq.*'`);
  checkLength(`${kind} name`, name);
}

/** @param what how the text is called in the complaint */
export function checkLength(what: string, text: string): void {
  if (text.length * 3 <= NAME_BYTES_MAX) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > NAME_BYTES_MAX) throw invalidRequest(`${what} has ${bytes} bytes, more than ${NAME_BYTES_MAX}`);
}

/** A name that nobody has: 128 random bits. */
export function serverNamed(random: Random): string {
  return `amq.gen-${random.bytes(16).toString('base64url')}`;
}
