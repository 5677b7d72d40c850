import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handler as watchStack } from '../../../src/backfill/watch-stack.lambda';
import { handler as macie } from '../../../src/exposure/macie.lambda';

jest.mock('../../../src/runtime/stack-watch', () => ({ start: async () => 'started' }));
jest.mock('../../../src/runtime/macie/answer', () => ({ answer: async ({ RequestId }: { RequestId: string }) => ({ Status: 'SUCCESS', RequestId }) }));

/** What came in as somebody called, with its body. */
async function sentBy(call: (url: string) => Promise<void>): Promise<{ request: IncomingMessage; body: string }> {
  let sent!: { request: IncomingMessage; body: string };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += String(chunk); }).on('end', () => {
      sent = { request, body };
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await call(`http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=1`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return sent;
}

test.each([['a backfill', watchStack], ['Macie', macie]])('the function of %s answers CloudFormation without a type, for which the URL is signed', async (_, handler) => {
  jest.spyOn(console, 'log').mockReturnValue();
  const { request, body } = await sentBy(async (ResponseURL) => {
    await handler({ RequestType: 'Create', ResponseURL, RequestId: 'request', StackId: 'stack', LogicalResourceId: 'Watch', ResourceProperties: {} } as never);
  });
  expect([request.method, request.url, request.headers['content-type']]).toEqual(['PUT', '/answer?signature=1', '']);
  expect(request.headers['content-length']).toBe(`${body.length}`);
  expect(JSON.parse(body)).toMatchObject({ Status: 'SUCCESS', RequestId: 'request' });
});
