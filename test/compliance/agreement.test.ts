import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases';
import { ensurePythonEnvironment } from '../../emulator/install';

const SCRIPT = join(__dirname, '..', '..', 'src', 'compliance', 'documents', 'deny-plain-http.py');

/** Asks the automation of each policy whether it would leave the bucket alone. */
const DRIVER = `
import json, sys
script = {"__name__": "script"}
exec(sys.argv[1], script)
for partition, bucket, policy in json.loads(sys.argv[2]):
    statements = json.loads(policy)["Statement"]
    print(any(script["denies"](one, f"arn:{partition}:s3:::{bucket}") for one in statements))
`;

test('the rule about plain HTTP and the automation agree: what the one reports, the other changes', async () => {
  const cases = CASES['tls-only'].flatMap(({ says, item, verdict }) => {
    const { BucketPolicy: policy } = (item.supplementaryConfiguration ?? {}) as { BucketPolicy?: { policyText?: unknown } | null };
    const text = policy?.policyText;
    return typeof text === 'string' && text !== '' && item.resourceType === 'AWS::S3::Bucket' && verdict !== 'NOT_APPLICABLE'
      ? [{
        says,
        text,
        partition: /"arn:(aws[a-z-]*):s3:::amzn-s3-demo-bucket"/.exec(text)?.[1] ?? 'aws',
        bucket: text.includes('My_Old.Bucket') ? 'My_Old.Bucket' : 'amzn-s3-demo-bucket',
        verdict,
      }] : [];
  });
  expect(cases.length).toBeGreaterThan(35);
  const python = await ensurePythonEnvironment();
  const answers = execFileSync(python, ['-c', DRIVER, readFileSync(SCRIPT, 'utf8'), JSON.stringify(cases.map(({ partition, bucket, text }) => [partition, bucket, text]))], { encoding: 'utf8' });
  const alone = answers.trim().split('\n').map((line) => line === 'True');
  expect(cases.map(({ says }, at) => [says, alone[at]])).toEqual(cases.map(({ says, verdict }) => [says, verdict === 'COMPLIANT']));
});
