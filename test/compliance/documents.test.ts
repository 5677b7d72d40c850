import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../emulator/install';

const FOLDER = join(__dirname, '..', '..', 'src', 'compliance', 'documents');

/** Runs the handler against a service that answers with what it is told, one answer for each look, the last one for ever. Nobody waits. */
const DRIVER = `
import json, sys
import boto3, botocore.exceptions, time
source, events, answers = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
waited = []
time.sleep = waited.append

class Service:
    def __getattr__(self, name):
        return lambda **_: {}

boto3.client = lambda name: Service()
script = {"__name__": "script"}
exec(source, script)

def read(*_):
    answer = answers.pop(0) if len(answers) > 1 else answers[0]
    if answer == "denied":
        raise botocore.exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": "not now"}}, "Get")
    return answer

script["read"] = read
script["write"] = lambda *_: None
try:
    result = script["handler"](events, {})
except RuntimeError as error:
    result = {"error": str(error)}
json.dump({**result, "waited": sum(waited)}, sys.stdout)
`;

interface Outcome { readonly Changed?: string; readonly Before?: string; readonly After?: string; readonly error?: string; readonly waited: number }

async function run(document: string, events: object, answers: readonly unknown[]): Promise<Outcome> {
  const python = await ensurePythonEnvironment();
  const { stdout, stderr } = spawnSync(python, ['-c', DRIVER, readFileSync(join(FOLDER, `${document}.py`), 'utf8'), JSON.stringify(events), JSON.stringify(answers)], { encoding: 'utf8' });
  if (stdout === '') { throw new Error(stderr); }
  return JSON.parse(stdout) as Outcome;
}

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd';
const encryption = (KMSMasterKeyID: string) => ({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID, BucketKeyEnabled: true, BlockedEncryptionTypes: ['SSE-C'] });
const READER = { Effect: 'Allow', Principal: { AWS: '1' }, Action: 's3:GetObject', Resource: '*' };
const HTTP = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const rotation = (KeyRotationEnabled: boolean) => ({ KeyRotationEnabled, RotationPeriodInDays: KeyRotationEnabled ? 365 : 0 });

describe.each<[string, object, unknown, unknown, string]>([
  ['set-bucket-encryption', { BucketName: 'b', ExpectedBucketOwner: '1', AllowedSSEAlgorithms: ['aws:kms'], ApprovedKMSKeyArns: [KEY], EnableBucketKey: 'true', BlockSSEC: 'true' },
    encryption('another'), encryption(KEY), 'another'],
  ['deny-plain-http', { BucketName: 'b', ExpectedBucketOwner: '1', Partition: 'aws' }, policy(READER), policy(READER, HTTP), 's3:GetObject'],
  ['enable-key-rotation', { KeyId: '1234abcd', RotationPeriodInDays: '365' }, rotation(false), rotation(true), '"KeyRotationEnabled": false'],
])('%s, where the service answers with what was there before', (document, events, before, after, was) => {
  test('waits until it is right, and keeps the record', async () => {
    const { Changed: changed, Before, After, waited } = await run(document, events, [before, before, 'denied', before, after]);
    expect(changed).toBe('true');
    expect(Before).toContain(was);
    expect(After).toEqual(typeof after === 'string' ? after : expect.not.stringContaining(was));
    expect(waited).toBeGreaterThan(0);
  });

  test('waits for nothing where it is right at once', async () => {
    expect(await run(document, events, [before, after])).toMatchObject({ Changed: 'true', waited: 0 });
    expect(await run(document, events, [after])).toMatchObject({ Changed: 'false', waited: 0 });
  });

  test.each([['it stays so', before], ['nobody may look', 'denied']])('gives up within the time of the step where %s, and says what was there', async (_, answer) => {
    const { error, waited } = await run(document, events, [before, answer]);
    expect(error).toContain(was);
    expect(error).toContain('before it');
    expect(waited).toBeGreaterThanOrEqual(30);
    expect(waited).toBeLessThan(90); // of 120
  });
});

test('a bucket without a policy still has none for a while', async () => {
  expect(await run('deny-plain-http', { BucketName: 'b', ExpectedBucketOwner: '1', Partition: 'aws' }, ['', '', policy(HTTP)]))
    .toMatchObject({ Changed: 'true', Before: '' });
});
