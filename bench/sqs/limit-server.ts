/** The least that an SQS server over Node's own HTTP could do: reads a request and answers a constant. Prints its port. */
import { createServer } from 'node:http';

const ID = '9b8c7a6e-0000-4000-8000-000000000001';
const BODY = JSON.stringify({ MD5OfMessageBody: 'd41d8cd98f00b204e9800998ecf8427e', MessageId: ID });
const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amzn-requestid': ID,
  'content-length': String(BODY.length),
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(200, HEADERS);
    response.end(BODY);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(address.port);
});
process.on('SIGTERM', () => process.exit(0));
