import { parseArgs } from 'node:util';
import { startEmulator } from './server';

const HELP = `Example: npm run emulator -- --port 4566

Starts a local AWS whose S3 encryption behaves as AWS documents it, for tests of your own.
It listens on 127.0.0.1 only, keeps everything in memory, and ends with Ctrl-C.

  --port PORT      where to listen (default: a free port)
  --region REGION  the region of its S3 and KMS (default: us-east-1)
  --help           this text

Exit codes: 0 ended as asked, 1 could not start, 64 bad usage.
`;

const BAD_USAGE = 64;

async function main(argv: string[]): Promise<number> {
  let values: { port?: string; region?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: argv,
      strict: true,
      options: { port: { type: 'string' }, region: { type: 'string' }, help: { type: 'boolean' } },
    }));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return BAD_USAGE;
  }
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65535)) {
    process.stderr.write(`--port must be 0 to 65535, got ${values.port}: leave it out for a free port\n`);
    return BAD_USAGE;
  }
  const region = values.region ?? 'us-east-1';
  const emulator = await startEmulator({ port, region, log: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`export AWS_ENDPOINT_URL=${emulator.endpoint}
export AWS_REGION=${region}
export AWS_ACCESS_KEY_ID=test
export AWS_SECRET_ACCESS_KEY=test
`);
  process.stderr.write('The credentials above are those of the account root. Ctrl-C ends the local AWS.\n');
  const asked = new Promise<true>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) { process.once(signal, () => resolve(true)); }
  });
  if (await Promise.race([asked, emulator.ended])) {
    await emulator.stop();
    return 0;
  }
  process.stderr.write('The local AWS ended by itself\n');
  return 1;
}

main(process.argv.slice(2)).then((code) => { process.exitCode = code; }, (error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
