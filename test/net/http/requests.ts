/** Requests of clients as bytes, and what must be read in them. */

export interface Sample {
  readonly bytes: Buffer;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

function sample(head: string[], body: string, read: Omit<Sample, 'bytes'>): Sample {
  return { bytes: Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1'), ...read };
}

export const SAMPLES: readonly Sample[] = [
  sample(['GET /?Action=ListQueues HTTP/1.1', 'Host: localhost:9324'], '', {
    method: 'GET',
    target: '/?Action=ListQueues',
    headers: { host: 'localhost:9324' },
    body: '',
  }),
  sample(['POST / HTTP/1.1', 'Host: [::1]', 'Content-Length: 5', 'X-A:  b c \t', 'x-a: d'], 'he\r\nl', {
    method: 'POST',
    target: '/',
    headers: { host: '[::1]', 'content-length': '5', 'x-a': ['b c', 'd'] },
    body: 'he\r\nl',
  }),
  sample(
    ['POST /q HTTP/1.1', 'host: h', 'Transfer-Encoding: Chunked'],
    '5;name="va;lue"\r\nhello\r\n001\r\n \r\n6 \r\nworld!\r\n0\r\nTrailer: x\r\n\r\n',
    {
      method: 'POST',
      target: '/q',
      headers: { host: 'h', 'transfer-encoding': 'Chunked' },
      body: 'hello world!',
    },
  ),
  sample(['PUT http://example.com:80/p?q=1 HTTP/1.1', 'Host: other', '__proto__: x', 'Empty:'], '', {
    method: 'PUT',
    target: '/p?q=1',
    headers: { host: 'example.com:80', ['__proto__']: 'x', empty: '' },
    body: '',
  }),
];
