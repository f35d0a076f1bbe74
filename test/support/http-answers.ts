/** Cuts the bytes that an HTTP server has sent into answers. Written against the protocol and not with the broker's own code. */
import assert from 'node:assert/strict';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Cut {
  readonly body: Buffer;
  /** Where the next answer begins. */
  readonly end: number;
}

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';

/** The answers that are whole, and what is behind them. An answer to HEAD must be the last, and be said to be one. */
export function cutAnswers(bytes: Buffer, isHead = false): { readonly answers: Answer[]; readonly rest: Buffer } {
  const answers: Answer[] = [];
  let at = 0;
  for (;;) {
    const headEnd = bytes.indexOf(HEAD_END, at);
    if (headEnd === -1) break;
    const [first = '', ...lines] = bytes.toString('latin1', at, headEnd).split(LINE_END);
    const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]));
    const from = headEnd + HEAD_END.length;
    const cut = isHead ? { body: Buffer.alloc(0), end: from } : cutBody(bytes, from, headers);
    if (cut === undefined) break;
    answers.push({ status: Number(first.split(' ')[1]), headers, body: cut.body.toString() });
    at = cut.end;
  }
  return { answers, rest: bytes.subarray(at) };
}

function cutBody(bytes: Buffer, from: number, headers: Answer['headers']): Cut | undefined {
  if (headers['transfer-encoding'] === 'chunked') return cutChunks(bytes, from);
  const end = from + Number(headers['content-length'] ?? 0);
  return end > bytes.length ? undefined : { body: bytes.subarray(from, end), end };
}

function cutChunks(bytes: Buffer, from: number): Cut | undefined {
  const chunks: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf(LINE_END, at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const begin = lineEnd + LINE_END.length;
    const end = begin + size;
    if (end + LINE_END.length > bytes.length) return undefined;
    assert.equal(bytes.toString('latin1', end, end + LINE_END.length), LINE_END, 'a chunk ends with its line');
    chunks.push(bytes.subarray(begin, end));
    at = end + LINE_END.length;
    if (size === 0) return { body: Buffer.concat(chunks), end: at };
  }
}
