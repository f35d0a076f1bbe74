/** Random properties of SQS messages, for what must hold of all of them. */
import fc from 'fast-check';
import type { SqsAttribute, SqsProperties } from '../../src/message/sqs-properties.ts';

const NAME_CHARACTERS = [...'abcXYZ019_.-é'];

/** As the service takes them: not empty, of characters that XML can have. */
const sqsText = fc
  .string({
    unit: fc.oneof(fc.constantFrom('\t', '\n', '\r', ' ', '<', '😀', 'é'), fc.string({ minLength: 1, maxLength: 1 })),
  })
  .filter((text) => text !== '' && Buffer.byteLength(text) < 200);

/** They mean something, or look as if they did. */
const awkwardName = fc.constantFrom(
  ...['MessageGroupId', 'AWSTraceHeader', 'CC', 'x-death', 'x-first-death-reason', 'Content-Transfer-Encoding'],
  ...['amqp.content-type', 'amqp.message-id', 'amqp.priority', 'amqp.timestamp', 'amqp.user-id', 'amqp.exchange'],
  ...['amqp.header.MessageGroupId', 'amqp.header.amqp.type', 'amqp.header.x', 'amqp.headers-left-out', 'amqp.x'],
  ...['__proto__', 'constructor', '1', 'x'.repeat(256), 'y'.repeat(250)],
);

const sqsAttributeName = fc
  .string({ unit: fc.constantFrom(...NAME_CHARACTERS), minLength: 1, maxLength: 20 })
  .filter((name) => !/^(aws|amazon)\.|^\.|\.$|\.\./i.test(name));

const suffix = fc.oneof(
  fc.constantFrom('', '', '.int', '.json', '.', '.é'),
  fc.constantFrom('.int32', '.bool', '.void', '.empty', '.text', '.table', '.array', '.double', '.float', '.timestamp'),
);

const number = fc.oneof(
  fc.integer().map(String),
  fc.nat(255).map(String),
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 })
    .filter((it) => it === 0 || Math.abs(it) > 1e-100)
    .map(String),
  fc.constantFrom('0', '-0', '+5', '007', '1.0', '1.50', '.5', '5.', '1e3', '1E-5', '12345678901234567890123', '-7'),
);

const sqsAttribute: fc.Arbitrary<SqsAttribute> = fc.oneof(
  fc
    .tuple(suffix, fc.oneof(sqsText, fc.constantFrom('true', 'null', ' ', 'base64', '[["x","int8",1]]', '[]')))
    .map(([more, StringValue]) => ({ DataType: `String${more}`, StringValue })),
  fc.tuple(suffix, number).map(([more, StringValue]) => ({ DataType: `Number${more}`, StringValue })),
  fc
    .tuple(suffix, fc.uint8Array({ minLength: 1, maxLength: 20 }))
    .map(([more, bytes]) => ({ DataType: `Binary${more}`, BinaryValue: Buffer.from(bytes) })),
);

const id = fc.option(fc.string({ unit: fc.constantFrom(...'abc!#-~'), minLength: 1, maxLength: 128 }), {
  nil: undefined,
});

export const arbitrarySqsProperties: fc.Arbitrary<SqsProperties> = fc.record(
  {
    messageId: fc.uuid(),
    senderId: id,
    attributes: fc
      .array(fc.tuple(fc.oneof(sqsAttributeName, awkwardName), sqsAttribute), { maxLength: 10 })
      .map((attributes) => (attributes.length === 0 ? undefined : new Map(attributes))),
    messageGroupId: id,
    deduplicationId: id,
    traceHeader: fc.option(sqsText, { nil: undefined }),
    deadLetterSource: fc.option(fc.constantFrom('orders', 'orders.fifo'), { nil: undefined }),
    bodyMd5: fc.option(fc.stringMatching(/^[0-9a-f]{32}$/), { nil: undefined }),
  },
  { noNullPrototype: true },
);
