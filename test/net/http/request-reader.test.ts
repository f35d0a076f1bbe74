/** Requests are read the same wherever chunks end, and whatever could be read in two ways is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError } from '../../../src/net/http/http-error.ts';
import { type ReadRequest, RequestReader } from '../../../src/net/http/request-reader.ts';
import { SeededRandom } from '../../support/scheduler.ts';
import { SAMPLES, type Sample } from './requests.ts';

const LIMITS = { headBytesMax: 2048, bodyBytesMax: 1000 };
const ROUNDS = 3000;

function readable({ method, target, headers, body }: ReadRequest): object {
  return { method, target, headers: Object.entries(headers).sort(), body: body.toString('latin1') };
}

function expected({ method, target, headers, body }: Sample): object {
  return { method, target, headers: Object.entries(headers).sort(), body };
}

/** Reads chunk by chunk, with memory that is used for something else after each. */
function readAll(reader: RequestReader, pieces: readonly Buffer[]): object[] {
  const requests: object[] = [];
  for (const piece of pieces) {
    const chunk = Buffer.from(piece);
    reader.push(chunk);
    for (let request = reader.next(); request !== undefined; request = reader.next()) requests.push(readable(request));
    reader.keep();
    chunk.fill(0xee);
  }
  return requests;
}

function read(text: string): object | undefined {
  return readAll(new RequestReader(LIMITS), [Buffer.from(text, 'latin1')])[0];
}

function statusOf(text: string): number {
  try {
    const read1 = read(text);
    return read1 === undefined ? 0 : 200;
  } catch (error) {
    if (error instanceof HttpError) return error.status;
    throw error;
  }
}

test('pipelined requests are cut at every byte, whatever becomes of the chunks', () => {
  const stream = Buffer.concat(SAMPLES.map(({ bytes }) => bytes));
  const all = SAMPLES.map(expected);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    assert.deepEqual(readAll(new RequestReader(LIMITS), [stream.subarray(0, cut), stream.subarray(cut)]), all);
  }
  const bytes = [...stream].map((byte) => Buffer.from([byte]));
  assert.deepEqual(readAll(new RequestReader(LIMITS), bytes), all);
});

test('empty lines before a request are forgiven', () => {
  const { bytes } = SAMPLES[0] as Sample;
  assert.equal(
    readAll(new RequestReader(LIMITS), [Buffer.from('\r\n'), Buffer.from('\r\n\r'), Buffer.from('\n'), bytes]).length,
    1,
  );
});

const HOST = 'Host: h\r\n';
for (const [what, text, status] of [
  ['two lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`, 400],
  ['a list of lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\n\r\na`, 400],
  ['a length that is signed', `POST / HTTP/1.1\r\n${HOST}Content-Length: +1\r\n\r\na`, 400],
  ['a length that is hexadecimal', `POST / HTTP/1.1\r\n${HOST}Content-Length: 0x1\r\n\r\na`, 400],
  ['an empty length', `POST / HTTP/1.1\r\n${HOST}Content-Length:\r\n\r\n`, 400],
  ['length and chunks', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ['chunks in HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`, 400],
  ['chunks in something else', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
  ['chunks twice', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ['an unknown coding', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n`, 501],
  ['a chunk without its end', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`, 400],
  ['a chunk that ends with LF', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\na\r\n`, 400],
  ['a signed size', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n-1\r\n`, 400],
  ['a size that is none', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nx\r\n`, 400],
  ['a size that overflows', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n100000001\r\n`, 400],
  ['a name followed by a space', `POST / HTTP/1.1\r\n${HOST}Content-Length : 1\r\n\r\na`, 400],
  ['a folded header', `POST / HTTP/1.1\r\n${HOST}A: b\r\n c\r\n\r\n`, 400],
  ['a header without a name', `POST / HTTP/1.1\r\n${HOST}: b\r\n\r\n`, 400],
  ['a line that ends with LF', `POST / HTTP/1.1\r\n${HOST}A: b\nContent-Length: 1\r\n\r\na`, 400],
  ['a lone CR', `POST / HTTP/1.1\r\n${HOST}A: b\rc\r\n\r\n`, 400],
  ['a zero byte', `POST / HTTP/1.1\r\n${HOST}A: b\0c\r\n\r\n`, 400],
  ['no host', 'POST / HTTP/1.1\r\n\r\n', 400],
  ['two hosts', `POST / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
  ['a host that is none', 'POST / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['no version', `POST /\r\n${HOST}\r\n`, 400],
  ['HTTP/2', `POST / HTTP/2.0\r\n${HOST}\r\n`, 505],
  ['a version that is none', `POST / http/1.1\r\n${HOST}\r\n`, 400],
  ['a path with a space', `POST /a b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['no path', `POST  HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['a path that is none', `POST a HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['a method that is none', `PO(ST / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['TLS', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n', 400],
  ['another expectation', `POST / HTTP/1.1\r\n${HOST}Expect: 200-ok\r\n\r\n`, 417],
  ['a body that is too large', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1001\r\n\r\n`, 413],
  ['chunks that are too large', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3e9\r\n`, 413],
  ['a head that is too long', `POST / HTTP/1.1\r\n${HOST}A: ${'b'.repeat(2048)}`, 431],
  ['too many headers', `POST / HTTP/1.1\r\n${HOST}${'A: b\r\n'.repeat(101)}\r\n`, 431],
] as const) {
  test(`refused: ${what}`, () => assert.equal(statusOf(text), status));
}

test('HTTP/1.0 and "close" end the connection', () => {
  const keepAlive = (text: string) => {
    const reader = new RequestReader(LIMITS);
    reader.push(Buffer.from(text));
    return reader.next()?.keepAlive;
  };
  assert.equal(keepAlive(`GET / HTTP/1.1\r\n${HOST}\r\n`), true);
  assert.equal(keepAlive(`GET / HTTP/1.1\r\n${HOST}Connection: foo, Close\r\n\r\n`), false);
  assert.equal(keepAlive(`GET / HTTP/1.0\r\n${HOST}\r\n`), false);
});

test('memory grows with what is there, not with what is announced', () => {
  const reader = new RequestReader({ headBytesMax: 2048, bodyBytesMax: 2 ** 30 });
  reader.push(Buffer.from(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${2 ** 30}\r\n\r\nab`));
  assert.equal(reader.next(), undefined);
  reader.keep();
  assert.ok(reader.heldBytes < 10_000);
});

test('damaged requests are refused or read, and nothing else', () => {
  const random = new SeededRandom(7);
  const stream = Buffer.concat(SAMPLES.map(({ bytes }) => bytes));
  let refused = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = Buffer.from(stream);
    for (let changes = random.below(4); changes >= 0; changes -= 1) {
      const at = random.below(bytes.length);
      if (random.below(3) === 0) bytes.copy(bytes, at, random.below(bytes.length));
      else bytes[at] = random.below(2) === 0 ? random.below(256) : (stream[random.below(stream.length)] as number);
    }
    const cut = random.below(bytes.length);
    try {
      readAll(new RequestReader(LIMITS), [bytes.subarray(0, cut), bytes.subarray(cut)]);
    } catch (error) {
      assert.ok(error instanceof HttpError, String(error));
      refused += 1;
    }
  }
  assert.ok(refused > ROUNDS / 2 && refused < ROUNDS, `${refused} refused`);
});
