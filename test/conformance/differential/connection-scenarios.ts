/** The first bytes of a connection: versions, frames that lie, requests that do not exist. */
import type { Conversation } from '../../support/clients-probe.ts';
import type { Scenario } from './scenario.ts';

const API_VERSIONS = 18;
const METADATA = 3;
const HEARTBEAT = 12;
/** A correlation id, the client id `probe`. */
const HEADER_REST = Buffer.concat([Buffer.from([0, 0, 0, 7, 0, 5]), Buffer.from('probe')]);

export const connectionScenarios: readonly Scenario[] = [
  { title: 'connection: ApiVersions of every kind', run: apiVersions },
  { title: 'connection: what closes it', run: closing },
];

function frame(apiKey: number, version: number, body = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt16BE(apiKey, 0);
  head.writeInt16BE(version, 2);
  return lengthPrefixed(Buffer.concat([head, HEADER_REST, body]));
}

function lengthPrefixed(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return Buffer.concat([length, content]);
}

async function apiVersions(broker: Conversation): Promise<void> {
  const future = await broker.raw(frame(API_VERSIONS, 99, Buffer.from([0])));
  if (typeof future === 'string') {
    broker.note('an unknown version', future);
  } else {
    broker.note('an unknown version', { correlationId: future.readInt32BE(0), errorCode: future.readInt16BE(4) });
    const count = future.readInt32BE(6);
    const ranges = Array.from({ length: count }, (_, i) => [0, 2, 4].map((at) => future.readInt16BE(10 + i * 6 + at)));
    broker.note('its range for itself', ranges.find(([key]) => key === API_VERSIONS) ?? null);
  }
  const software = { clientSoftwareName: 'probe', clientSoftwareVersion: '1.0' };
  for (const version of [0, 1, 2, 3, 4]) {
    const answer = await broker.quietly('ApiVersions', version, version >= 3 ? software : {});
    broker.note(`errorCode (ApiVersions v${version})`, answer.errorCode ?? null);
  }
  for (const [name, bad] of Object.entries({
    name: { clientSoftwareName: '' },
    version: { clientSoftwareVersion: '-bad-' },
  })) {
    const answer = await broker.quietly('ApiVersions', 3, { ...software, ...bad });
    broker.note(`a bad software ${name}`, answer.errorCode ?? null);
  }
}

async function closing(broker: Conversation): Promise<void> {
  const end = async (title: string, bytes: Buffer) => {
    const answer = await broker.raw(bytes, title);
    broker.note(title, typeof answer === 'string' ? answer : `a frame of ${answer.length} bytes`);
  };
  await end('an unknown api', frame(9999, 0));
  await end('an unknown version', frame(METADATA, 99));
  await end('bytes behind the body', frame(HEARTBEAT, 1, Buffer.from([0, 1, 103, 0, 0, 0, 1, 0, 1, 109, 1, 2, 3])));
  await end('a truncated body', frame(METADATA, 1, Buffer.from([0, 0, 0, 5])));
  await end('a count that lies', frame(METADATA, 1, Buffer.from([0x7f, 0xff, 0xff, 0xff])));
  await end('a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await end('a length over the limit', Buffer.from([0x7f, 0xff, 0xff, 0xff]));
  await end('an empty frame', lengthPrefixed(Buffer.alloc(0)));
  await end('text', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
}
