import { aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { MAIL, ofType } from './world';
import { BaselineKey, RotatingS3Key, S3EncryptionBaseline } from '../../src';
import { testStack } from '../helpers/stack';

const HALF_A_MILLION = { readsPerMonth: 400_000, writesPerMonth: 100_000, changesPerMonth: 10 };

/** A bucket that shall be under another key than it is. */
function baselineOf(props: (stack: ReturnType<typeof testStack>) => s3.BucketProps) {
  const stack = testStack();
  const bucket = new s3.Bucket(stack, 'Old', props(stack));
  const baseline = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL], key: BaselineKey.make(), expectedUsage: HALF_A_MILLION });
  const of = (measure: string) => baseline.complianceMatrix.evidence.find((one) => one.measure === measure);
  const line = (what: string) => baseline.monthlyCost.lines.find((one) => one.what === what);
  const target = baseline.node.findChild('Key') as RotatingS3Key;
  return { stack, bucket, baseline, of, line, target };
}

const underSseS3 = () => baselineOf(() => ({}));
const underKey = (key: (stack: ReturnType<typeof testStack>) => kms.IKey) => baselineOf((stack) => (
  { encryption: s3.BucketEncryption.KMS, encryptionKey: key(stack), bucketKeyEnabled: true }));

describe('a bucket under SSE-S3 that shall be under a key', () => {
  test('has what the key makes hold in the matrix, and each rule about it', () => {
    const { stack, of, target, baseline } = underSseS3();
    const id = stack.resolve((target.node.defaultChild as kms.CfnKey).logicalId);
    for (const measure of ['key-rotated', 'key-deletion-guarded', 'key-not-public']) { expect(of(measure)?.resources).toEqual([id]); }
    const checking = baseline.complianceMatrix.evidence.filter(({ measure, resources }) => /^config-rule:key-/.test(measure) && resources.length === 1);
    expect(checking).toHaveLength(5);
    const rules = ofType(stack, 'AWS::Config::ConfigRule').filter(([ruleId]) => checking.some(({ resources }) => resources.includes(ruleId)));
    expect(rules).toHaveLength(5);
    expect(of('bucket-encrypted')).toMatchObject({ resources: [], missingBecause: 'the bucket of the template does not have it' });
  });

  test('pays for the key, its rules, its changes and what KMS is asked', () => {
    const { line } = underSseS3();
    expect(line('key of the bucket')?.usd).toBe(1);
    expect(line('requests to KMS')).toMatchObject({ basis: 'one for a hundred reads and writes, with the S3 Bucket Key, once the bucket is under its key' });
    expect(line('requests to KMS')?.usd).toBeCloseTo(0.015, 5);
    // Of the bucket 5 by 10 changes; of the key 3 by 10 changes and 2 by 30 days.
    expect(line('rules of AWS Config')?.basis).toBe('140 evaluations of the bucket and its key');
    expect(line('recorded changes')?.basis).toBe('20 changes of the bucket and its key');
    expect(line('events in CloudWatch Logs')?.basis).toBe('those and 5,000 of KMS, 1.5 KB for each');
  });
});

describe('a bucket under a key that shall be under another', () => {
  test('has both keys in the matrix and in the cost', () => {
    const { of, line } = underKey((stack) => new RotatingS3Key(stack, 'Former'));
    for (const measure of ['key-rotated', 'key-deletion-guarded', 'key-not-public']) { expect(of(measure)?.resources).toHaveLength(2); }
    expect(line('recorded changes')?.basis).toBe('30 changes of the bucket and its keys');
    expect(line('requests to KMS')?.basis).toBe('one for a hundred reads and writes, with the S3 Bucket Key');
  });

  test('does not claim what one of them does not have, and says which', () => {
    const { of } = underKey((stack) => new kms.Key(stack, 'Former', { enableKeyRotation: false }));
    expect(of('key-rotated')).toMatchObject({ resources: [], missingBecause: 'Stack/Former: the key of the template does not have it' });
    expect(of('key-deletion-guarded')?.missingBecause).toBe('Stack/Former: the key is no RotatingS3Key, whose policy has it');
    expect(of('key-not-public')?.resources).toHaveLength(2);
  });
});

test('a bucket without any key has no changes of a key to pay for', () => {
  const baseline = S3EncryptionBaseline.forBucket(new s3.Bucket(testStack(), 'Old'), { notify: [MAIL] });
  expect(baseline.monthlyCost.lines.find(({ what }) => what === 'recorded changes')?.basis).toBe('10 changes of the bucket');
});
