import { connect } from 'net';

export interface Load {
  readonly name: string;
  /** Of the whole run, by the clock on the wall. */
  readonly perSecond: number;
  readonly requests: number;
}

/**
 * Sends each request once, over so many sockets, one at a time on each, and only looks whether an answer has come. What
 * it reaches is what the server can do: no client that has to sign, parse and think will reach more.
 */
export async function load(name: string, port: number, sockets: number, requests: readonly Buffer[], end: string): Promise<Load> {
  let next = 0;
  const ending = Buffer.from(end);
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: sockets }, async () => new Promise<void>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const send = (): void => {
      const request = requests[next++];
      if (request === undefined) { socket.end(); resolve(); return; }
      socket.write(request);
    };
    let rest: Buffer = Buffer.alloc(0);
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      const answer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!answer.subarray(-ending.length).equals(ending)) { rest = answer; return; }
      rest = Buffer.alloc(0);
      if (answer.toString('latin1', 9, 12) !== '200') { reject(new Error(`${name} was answered with ${answer.toString('utf8', 0, 400)}`)); return; }
      send();
    });
  })));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { name, requests: requests.length, perSecond: requests.length / seconds };
}

/** Headers of the size that a client sends which signs. */
const SIGNED = 'host: 127.0.0.1\r\nuser-agent: bench\r\nx-amz-date: 20260101T000000Z\r\n' +
  'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n' +
  `authorization: AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}\r\n`;

export function headOf(bucket: string, key: string): Buffer {
  return Buffer.from(`HEAD /${bucket}/${encodeURI(key)} HTTP/1.1\r\n${SIGNED}\r\n`);
}

export function copyOf(bucket: string, key: string, keyArn: string): Buffer {
  const path = `/${bucket}/${encodeURI(key)}`;
  return Buffer.from(`PUT ${path} HTTP/1.1\r\n${SIGNED}x-amz-copy-source: ${path}\r\nx-amz-server-side-encryption: aws:kms\r\n` +
    `x-amz-server-side-encryption-aws-kms-key-id: ${keyArn}\r\ncontent-length: 0\r\n\r\n`);
}

export function updateOf(bucket: string, key: string, keyArn: string): Buffer {
  const body = `<ObjectEncryption><SSE-KMS><KMSKeyArn>${keyArn}</KMSKeyArn><BucketKeyEnabled>true</BucketKeyEnabled></SSE-KMS></ObjectEncryption>`;
  return Buffer.from(`PUT /${bucket}/${encodeURI(key)}?encryption HTTP/1.1\r\n${SIGNED}content-length: ${body.length}\r\n\r\n${body}`);
}
