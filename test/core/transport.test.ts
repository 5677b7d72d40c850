import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureServer } from 'node:tls';
import { buildSync } from 'esbuild';
import { Transport } from '../../src/core/lean/transport';

/** What the server does with the request of this number (from 1) on this connection (from 1). */
type Script = (socket: Socket, request: string, connection: number, number: number) => void;

const HEAD = { bodiless: true, repeatable: true };
const AGAIN = { bodiless: false, repeatable: true };
const COPY = { bodiless: false, repeatable: false };
const get = (name: string): string => `GET /${name} HTTP/1.1\r\nhost: h\r\n\r\n`;
const answer = (body: string, more = ''): string => `HTTP/1.1 200 OK\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;
const echo: Script = (socket, request) => { socket.write(answer(/^\S+ \/(\S*)/.exec(request)![1])); };

const closers: (() => void)[] = [];
afterEach(() => { for (const close of closers.splice(0)) { close(); } });

interface World { transport: Transport; port: number; sockets: Socket[]; requests: () => number }

async function world(script: Script, { limit = 4, timeout = 300, server = createServer(), secure = false } = {}): Promise<World> {
  const sockets: Socket[] = [];
  let total = 0;
  server.on('tlsClientError', () => undefined);
  server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.push(socket);
    const connection = sockets.length;
    let number = 0;
    let pending = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        const request = pending.slice(0, end);
        pending = pending.slice(end + 4);
        total++;
        script(socket, request, connection, ++number);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = new Transport({ protocol: secure ? 'https:' : 'http:', hostname: 'localhost', port, base: '' }, limit, timeout);
  closers.push(() => {
    transport.close();
    server.close();
    for (const socket of sockets) { socket.destroy(); }
  });
  return { transport, port, sockets, requests: () => total };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'transport-'));
  const source = join(__dirname, '..', '..', 'src', 'core', 'lean', 'transport.ts');
  buildSync({ entryPoints: [source], bundle: true, platform: 'node', logLevel: 'error', outfile: join(folder, 'transport.js') });
});

/** One request of a process of its own, that does not close the transport, and what it says of it. */
async function inProcess(
  about: { protocol: string; port: number; timeout?: number; times?: number; environment?: Record<string, string> },
): Promise<{ said: string; code: unknown }> {
  const program = `
    const { Transport } = require('./transport.js');
    const transport = new Transport({ protocol: '${about.protocol}', hostname: 'localhost', port: ${about.port}, base: '' }, 4, ${about.timeout ?? 2000});
    const send = () => transport.send(${JSON.stringify(get('a'))}, { bodiless: false, repeatable: true })
      .then(({ body }) => console.log(body), ({ code, meaning }) => console.log(code, meaning));
    (async () => { for (let i = 0; i < ${about.times ?? 1}; i++) { await send(); } })();`;
  const child = spawn(process.execPath, ['-e', program], { cwd: folder, env: { PATH: process.env.PATH, ...about.environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const late = setTimeout(() => child.kill(), 10_000);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(late);
  return { said: said.trim(), code };
}

const tick = async (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('connections', () => {
  test('each request gets its own answer, over no more connections than allowed, which are kept', async () => {
    const { transport, sockets } = await world((socket, request, connection, number) => {
      setTimeout(() => echo(socket, request, connection, number), (number * 7) % 5);
    });
    const names = Array.from({ length: 500 }, (_, index) => `k${index}`);
    const bodies = await Promise.all(names.map(async (name) => (await transport.send(get(name), COPY)).body));
    expect(bodies).toEqual(names);
    expect(sockets).toHaveLength(4);
  });

  test('one that says close is not used again', async () => {
    const { transport, sockets } = await world((socket) => { socket.end(answer('x', 'connection: close\r\n')); });
    for (let i = 0; i < 3; i++) { expect((await transport.send(get('k'), COPY)).body).toBe('x'); }
    expect(sockets).toHaveLength(3);
  });

  test('one that says something more than it was asked is not used again', async () => {
    const { transport, sockets } = await world((socket, request, connection, number) => {
      echo(socket, request, connection, number);
      if (connection === 1) { socket.write(answer('evil')); }
    });
    expect((await transport.send(get('a'), COPY)).body).toBe('a');
    await tick(20);
    expect((await transport.send(get('b'), COPY)).body).toBe('b');
    expect(sockets).toHaveLength(2);
  });

  test('one that says something when nobody asked is not used again', async () => {
    const { transport, sockets } = await world(echo);
    await transport.send(get('a'), COPY);
    sockets[0].write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n');
    await tick(20);
    expect(await transport.send(get('b'), COPY)).toMatchObject({ status: 200, body: 'b' });
    expect(sockets).toHaveLength(2);
  });

  test('an idle one that the server closes is forgotten', async () => {
    const { transport, sockets } = await world(echo);
    await transport.send(get('a'), COPY);
    sockets[0].end();
    await tick(20);
    expect((await transport.send(get('b'), COPY)).body).toBe('b');
    expect(sockets).toHaveLength(2);
  });

  test('an answer that ends when the connection ends is whole', async () => {
    const { transport } = await world((socket) => { socket.end('HTTP/1.1 200 OK\r\n\r\nhello'); });
    expect((await transport.send(get('a'), COPY)).body).toBe('hello');
  });

  test('idle ones do not keep the process', async () => {
    const { port } = await world(echo);
    expect(await inProcess({ protocol: 'http:', port, timeout: 60_000 })).toEqual({ said: 'a', code: 0 });
  });

  test('closing ends what is on its way and what waits, and nothing is sent after it', async () => {
    const { transport, requests } = await world(() => undefined, { limit: 1 });
    const all = Promise.allSettled(['a', 'b', 'c', 'd'].map(async (name) => transport.send(get(name), HEAD)));
    await tick(20);
    transport.close();
    const rejected = { status: 'rejected', reason: expect.objectContaining({ code: 'Closed' }) };
    expect(await all).toEqual(Array(4).fill(rejected));
    await expect(transport.send(get('e'), HEAD)).rejects.toMatchObject({ code: 'Closed' });
    expect(requests()).toBe(1);
  });
});

describe('a request that meets a connection that was just closed', () => {
  /** The first request of the first connection is answered; the second finds it closed, without a byte. */
  const stale: Script = (socket, request, connection, number) => {
    if (connection === 1 && number > 1) { socket.destroy(); } else { echo(socket, request, connection, number); }
  };

  test('is sent again at once, when that is the same as once', async () => {
    const { transport, sockets } = await world(stale);
    await transport.send(get('a'), COPY);
    expect((await transport.send(get('b'), AGAIN)).body).toBe('b');
    expect(sockets).toHaveLength(2);
  });

  test('is not, when it is not', async () => {
    const { transport, requests } = await world(stale);
    await transport.send(get('a'), COPY);
    await expect(transport.send(get('b'), COPY)).rejects.toMatchObject({ code: 'ECONNRESET', meaning: 'retryable' });
    expect(requests()).toBe(2);
  });

  test('on a new connection it is a failure: who closes that would close the next', async () => {
    const { transport, requests } = await world((socket) => { socket.destroy(); });
    await expect(transport.send(get('a'), HEAD)).rejects.toMatchObject({ code: 'ECONNRESET', meaning: 'retryable' });
    expect(requests()).toBe(1);
  });

  test('of which a byte of the answer has come is a failure', async () => {
    const { transport, requests } = await world((socket, request, connection, number) => {
      if (number === 1) { echo(socket, request, connection, number); } else { socket.end('H'); }
    });
    await transport.send(get('a'), COPY);
    await expect(transport.send(get('b'), HEAD)).rejects.toMatchObject({ code: 'ECONNRESET', meaning: 'retryable' });
    expect(requests()).toBe(2);
  });

  test('the same for all that are idle', async () => {
    const { transport, sockets } = await world((socket, request, connection, number) => {
      if (connection <= 4 && number > 1) { socket.destroy(); } else { setTimeout(() => echo(socket, request, connection, number), 5); }
    });
    const send = async () => Promise.all(['a', 'b', 'c', 'd'].map(async (name) => (await transport.send(get(name), AGAIN)).body));
    await send();
    expect(await send()).toEqual(['a', 'b', 'c', 'd']);
    expect(sockets).toHaveLength(8);
  });
});

describe('failures', () => {
  test.each<[string, Script]>([
    ['half a head', (socket) => { socket.end('HTTP/1.1 200 OK\r\ncontent-le'); }],
    ['half a body', (socket) => { socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'); }],
    ['half a chunk', (socket) => { socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel'); }],
    ['a reset within the answer', (socket) => { socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello', () => socket.resetAndDestroy()); }],
  ])('%s', async (_name, script) => {
    const { transport } = await world(script);
    await expect(transport.send(get('a'), COPY)).rejects.toMatchObject({ code: 'ECONNRESET', meaning: 'retryable' });
  });

  test('an answer that cannot be read: not the next one on the same connection', async () => {
    const { transport, sockets } = await world((socket, request, connection, number) => {
      if (connection === 1) { socket.write('HTTP/1.1 200 OK\nhello\r\n\r\n'); } else { echo(socket, request, connection, number); }
    });
    await expect(transport.send(get('a'), COPY)).rejects.toMatchObject({ code: 'MalformedAnswer', meaning: 'retryable' });
    expect((await transport.send(get('b'), COPY)).body).toBe('b');
    expect(sockets).toHaveLength(2);
  });

  test('silence, also in the middle of an answer; blanks in between are no silence', async () => {
    const silent = await world(() => undefined);
    await expect(silent.transport.send(get('a'), HEAD)).rejects.toMatchObject({ code: 'ETIMEDOUT', meaning: 'retryable' });
    expect(silent.requests()).toBe(1); // not sent again at once: it is not known what became of it
    const half = await world((socket) => { socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'); });
    await expect(half.transport.send(get('a'), COPY)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    const slow = await world((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n');
      for (let i = 1; i <= 10; i++) { setTimeout(() => socket.write(' '), i * 60); }
    });
    expect((await slow.transport.send(get('a'), COPY)).body).toBe(' '.repeat(10));
  });

  test('silence of a connection that has answered before', async () => {
    const { transport, requests } = await world((socket, request, connection, number) => {
      if (number === 1) { echo(socket, request, connection, number); }
    });
    await transport.send(get('a'), AGAIN);
    await expect(transport.send(get('b'), AGAIN)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(requests()).toBe(2);
  });

  test('nobody there, and a name that nobody has', async () => {
    const { port } = await world(echo);
    closers.pop()!();
    const send = async (hostname: string) => {
      const other = new Transport({ protocol: 'http:', hostname, port, base: '' }, 1, 2000);
      return other.send(get('a'), HEAD).finally(() => other.close());
    };
    await expect(send('127.0.0.1')).rejects.toMatchObject({ code: 'ECONNREFUSED', meaning: 'retryable' });
    await expect(send('nobody.invalid')).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/), meaning: 'retryable' });
  });

  test('those that wait are sent when a connection breaks', async () => {
    const { transport } = await world((socket, request, connection, number) => {
      if (connection === 1) { socket.destroy(); } else { echo(socket, request, connection, number); }
    }, { limit: 1 });
    const [first, second] = await Promise.allSettled([transport.send(get('a'), COPY), transport.send(get('b'), COPY)]);
    expect(first).toMatchObject({ status: 'rejected' });
    expect(second).toMatchObject({ status: 'fulfilled', value: { body: 'b' } });
  });
});

describe('TLS', () => {
  /** A certificate of its own authority, for this name. */
  function secureServer(name: string): { server: ReturnType<typeof createSecureServer>; certificate: string } {
    const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
      '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', certificate,
    ], { stdio: 'pipe' });
    return { certificate, server: createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }) };
  }

  test('a certificate of nobody: nothing is sent, and nothing else will help', async () => {
    const { transport, requests } = await world(echo, { ...secureServer('localhost'), secure: true });
    await expect(transport.send(get('a'), AGAIN)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', meaning: 'fatal' });
    expect(requests()).toBe(0);
  });

  test('an authority that NODE_EXTRA_CA_CERTS names', async () => {
    const { server, certificate } = secureServer('localhost');
    const { port, requests } = await world(echo, { server, secure: true });
    expect(await inProcess({ protocol: 'https:', port, environment: { NODE_EXTRA_CA_CERTS: certificate } })).toEqual({ said: 'a', code: 0 });
    expect(requests()).toBe(1);
  });

  test('a certificate for another name', async () => {
    const { server, certificate } = secureServer('other.example');
    const { port, requests } = await world(echo, { server, secure: true });
    const refused = 'ERR_TLS_CERT_ALTNAME_INVALID fatal';
    // Also the second time, when a session could be resumed in which the name was never looked at.
    expect(await inProcess({ protocol: 'https:', port, times: 2, environment: { NODE_EXTRA_CA_CERTS: certificate } })).toEqual({ said: `${refused}\n${refused}`, code: 0 });
    expect(requests()).toBe(0);
  });
});
