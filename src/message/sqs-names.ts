/**
 * How SQS message attributes are named among AMQP headers, and headers and properties among attributes (`docs/conversions.md`).
 * Headers that begin with `aws.` are ours, as no attribute may begin so; an attribute whose name means something else as a header is
 * written behind `aws.attribute.`. Attributes that begin with `amqp.` are properties of AMQP; a header of an application that begins so,
 * or has a name that SQS gives a meaning, is written behind `amqp.header.`, as in Kafka's records.
 */
import { DEATH_HEADERS } from './death-headers.ts';
import { type PropertyName, propertyOf } from './header-names.ts';

/** System attributes of SQS that AMQP's clients can set, as headers of their own names. */
export const GROUP_HEADER = 'MessageGroupId';
export const DEDUPLICATION_HEADER = 'MessageDeduplicationId';
export const TRACE_HEADER = 'AWSTraceHeader';

/** What the broker tells of messages that came through SQS. */
export const SENT_HEADER = 'aws.sent-timestamp';
export const SENDER_HEADER = 'aws.sender-id';
export const SOURCE_HEADER = 'aws.dead-letter-source';
/** The message's id in SQS, if the property has another. */
export const ID_HEADER = 'aws.message-id';
/** JSON: of each attribute whose type its header does not say, the type. */
export const ATTRIBUTE_TYPES_HEADER = 'aws.attribute-types';
/** How many attributes AMQP has no place for. */
export const ATTRIBUTES_LEFT_OUT_HEADER = 'aws.attributes-left-out';

/** Says that the body is `base64`, because SQS has no bytes. */
export const ENCODING_ATTRIBUTE = 'Content-Transfer-Encoding';
export const ROUTING_KEY_ATTRIBUTE = 'amqp.routing-key';
export const EXCHANGE_ATTRIBUTE = 'amqp.exchange';
export const HEADERS_LEFT_OUT_ATTRIBUTE = 'amqp.headers-left-out';

const OURS_IN_HEADERS = 'aws.';
const ESCAPED_ATTRIBUTE = 'aws.attribute.';
const OURS_IN_ATTRIBUTES = 'amqp.';
const ESCAPED_HEADER = 'amqp.header.';
const SYSTEM_HEADERS: ReadonlySet<string> = new Set([GROUP_HEADER, DEDUPLICATION_HEADER, TRACE_HEADER]);
/** They route messages or tell their history: no attribute becomes one. */
const BROKERS_HEADERS: ReadonlySet<string> = new Set([...DEATH_HEADERS, 'CC', 'BCC']);
/** Properties that say what SQS says in its own way, or that the broker checks. */
const OWN_PROPERTIES: ReadonlySet<PropertyName> = new Set(['deliveryMode', 'userId']);

/** As the service checks them. */
const ATTRIBUTE_NAME = /^[a-zA-Z0-9_.\u00c0-\u017f-]+$/;
const RESERVED_ATTRIBUTE_NAME = /^(aws|amazon)\.|^\.|\.$|\.\./i;
const ATTRIBUTE_NAME_BYTES_MAX = 256;

/** The attribute that a header is, which is not one of ours; undefined if SQS has no such names. */
export function attributeNameOf(header: string): string | undefined {
  let name = header;
  if (header.startsWith(ESCAPED_ATTRIBUTE)) name = header.slice(ESCAPED_ATTRIBUTE.length);
  else if (SYSTEM_HEADERS.has(header) || header.startsWith(OURS_IN_ATTRIBUTES)) name = ESCAPED_HEADER + header;
  if (!ATTRIBUTE_NAME.test(name) || RESERVED_ATTRIBUTE_NAME.test(name)) return undefined;
  return Buffer.byteLength(name) <= ATTRIBUTE_NAME_BYTES_MAX ? name : undefined;
}

/** The header that an attribute is. */
export function headerNameOf(attribute: string): string {
  let header = attribute;
  if (attribute.startsWith(ESCAPED_HEADER)) header = attribute.slice(ESCAPED_HEADER.length);
  const isPlain =
    !SYSTEM_HEADERS.has(header) &&
    !BROKERS_HEADERS.has(header) &&
    !header.startsWith(OURS_IN_HEADERS) &&
    attributeNameOf(header) === attribute;
  return isPlain ? header : ESCAPED_ATTRIBUTE + attribute;
}

/** The property that an attribute of this name sets. */
export function propertyOfAttribute(attribute: string): PropertyName | undefined {
  const property = propertyOf(attribute);
  return property === undefined || OWN_PROPERTIES.has(property) ? undefined : property;
}

/** Whether SQS takes a text for the id of a group, or for deduplication. */
export function isSqsId(text: string): boolean {
  return /^[!-~]{1,128}$/.test(text);
}
