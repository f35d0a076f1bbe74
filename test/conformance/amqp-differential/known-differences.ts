/**
 * Answers of Trilog that differ from RabbitMQ 3.10's on purpose: `scenario / what was asked`, and the reason. A difference that is
 * gone fails, so that it is removed here.
 */
type Differences = Readonly<Record<string, string>>;

const BYTES = 'RabbitMQ prints bytes of the frame as an Erlang term, we say what is wrong with them';
const TERM = 'RabbitMQ prints an Erlang term, we say it in words';
const CRASH = 'RabbitMQ fails inside: 541, or the connection ends without a word';
const LINGERS = 'RabbitMQ tells the same code, but leaves the connection standing for a while; we end it';
const NOT_OPEN = 'RabbitMQ looks for the queue before it looks whether the channel is open, for these methods only';
const NAMELESS = 'RabbitMQ does not tell of which method the bytes are, we do';
const TOO_LARGE = 'RabbitMQ takes the whole body before it refuses its size, we refuse the header that announces it';
const FLAGS = 'RabbitMQ passes over property flags that AMQP 0-9-1 does not have, and reads wrongly what they announce';
const X_DEATH = 'RabbitMQ 3 takes an x-death that a client sent for its own, RabbitMQ 4 no longer does';
const DELIVERY_MODE = 'RabbitMQ 3 refuses delivery modes other than 1 and 2, for RabbitMQ 4 all but 2 are transient';

const NO_RETURNS = 'RabbitMQ 3 counts 0 returns where basic.get delivers for the first time, RabbitMQ 4 does not';
const REPLY_TAGS =
  'RabbitMQ 3 gives every direct reply the tag of the delivery that comes next, we never give a tag twice';

function each(scenario: string, asked: readonly string[], reason: string): [string, string][] {
  return asked.map((what) => [`${scenario} / ${what}`, reason]);
}

/** Only the text is another one; codes, methods and what is closed are the same. */
export const OTHER_WORDS: Differences = Object.fromEntries([
  ...each('connection: methods out of turn', ['channel.open after 2 steps', 'queue.declare after 2 steps'], BYTES),
  ...each(
    'connection: content out of turn',
    ['more than was announced'],
    'RabbitMQ says that the frame is no body, which it is',
  ),
  ...each(
    'connection: frames that lie',
    [
      'an unknown type',
      'type 0',
      'trace',
      'a heartbeat with a payload',
      'a heartbeat on a channel',
      'a heartbeat on a channel that is not open',
      'content on channel 0',
      'a body on channel 0',
      'an empty method',
    ],
    BYTES,
  ),
  ...each(
    'connection: methods that lie',
    [
      'qos without arguments',
      'qos cut off',
      'qos with more behind',
      'declare: a text that is longer than the rest',
      'declare: arguments cut off',
    ],
    BYTES,
  ),
  ...each(
    'exchange: names and types',
    ['"empty"  (exchange.declare)', '"atom" rabbit_exchange_type_direct (exchange.declare)'],
    'RabbitMQ calls types invalid, not unknown, whose names mean something else inside',
  ),
  ...each(
    'queue: types',
    ['quorum after none (queue.declare)'],
    'RabbitMQ 4 knows a queue without a type as classic, and says so',
  ),
  ...each('publish: refused', ['CC is no list', 'BCC is no list'], TERM),
  ...each(
    'publish: expirations',
    [`expiration "${'9'.repeat(30)}"`, `to nobody: expiration "${'9'.repeat(30)}"`],
    'RabbitMQ breaks the line of a long text',
  ),
]);

export const KNOWN_DIFFERENCES: Differences = Object.fromEntries([
  ...each('connection: protocol headers', ['AMQP 0-8'], 'RabbitMQ 4 no longer speaks it'),
  ...each(
    'connection: methods out of turn',
    ['close after 2 steps'],
    'a client may close before it has opened a vhost',
  ),
  ...each('connection: methods out of turn', ['close after 3 steps'], LINGERS),
  ...each(
    'connection: every method on a channel that is not open',
    ['queue.bind', 'queue.purge', 'queue.delete', 'queue.unbind', 'basic.consume', 'basic.get'],
    NOT_OPEN,
  ),
  ...each(
    'connection: content out of turn',
    ['properties that are cut off', 'bytes behind the properties', 'a text that is longer than the rest'],
    CRASH,
  ),
  ...each('connection: content out of turn', ['flags that nobody knows', 'more flags that never come'], FLAGS),
  ...each('connection: content out of turn', ['a larger body than may be', 'the largest body there is'], TOO_LARGE),
  ...each('connection: frames that lie', ['a wrong end', 'too large', 'far too large', 'rubbish'], LINGERS),
  ...each('connection: frames that lie', ['as large as may be', 'eight bytes larger'], CRASH),
  ...each(
    'connection: methods that lie',
    [
      'an unknown class',
      'an unknown method',
      'a method of streams',
      'declare: an argument of an unknown type',
      'declare: a table in a table that is longer',
    ],
    CRASH,
  ),
  ...each(
    'connection: methods that lie',
    ['declare: text that is no UTF-8', 'delete: text that is no UTF-8'],
    NAMELESS,
  ),
  ...each('connection: content out of turn', ['a header of half its length'], NAMELESS),
  ...each(
    'queue: words as arguments',
    ['text', 'empty', 'number', 'bool', 'list'].map((what) => `x-queue-master-locator: ${what} (queue.declare)`),
    CRASH,
  ),
  ...each('publish: refused', ['delivery mode 0', 'delivery mode 3', 'what was taken'], DELIVERY_MODE),
  ...each('publish: direct replies', ['the answers'], REPLY_TAGS),
  ...each('publish: direct replies to several', ['and the answer'], REPLY_TAGS),
  ...each(
    'dead letters: through the same queue twice',
    ['too many this time'],
    'RabbitMQ 3 puts deaths in the same queue together, RabbitMQ 4 orders all of them by their time',
  ),
  ...each(
    'publish: direct replies',
    ['by another exchange'],
    'RabbitMQ 3 returns a mandatory reply though it has delivered it; since 4.2 it is routed as to a queue',
  ),
  ...each('consume: quorum queues', ['get 1 (basic.get)'], NO_RETURNS),
  ...each('queue: quorum, with limits', ['what stayed'], NO_RETURNS),
  ...each(
    'queue: quorum, with limits',
    ['not unused (queue.delete)'],
    'RabbitMQ deletes quorum queues without a condition only (540)',
  ),
  ...each('consume: quorum queues', ['and a consumer (basic.consume)'], 'global QoS is accepted for all queues'),
  ...each('dead letters: several hops', ['round 2'], X_DEATH),
  ...each('dead letters: headers of a client', ['a death elsewhere', 'no list', 'an empty list'], X_DEATH),
]);
