import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, aws_s3 as s3, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { evaluate } from './guard';
import type { Item } from './items';
import {
  BackfillSource, BaselineBackfill, BaselineKey, BaselineObjectReport, EncryptionBackfillJob, EncryptionMode, Notify, ObjectSource, RotatingS3Key,
  S3EncryptionBaseline, SecureBucket,
} from '../../src';
import { IRELAND } from '../helpers/stack';

const RULES = join(__dirname, '..', '..', 'src', 'compliance');
const TARGETS = ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey'];

type Resources = Record<string, { readonly Type: string; readonly Properties?: unknown }>;

/** As CloudFormation gives a resource to a hook: with values in place of references. */
function deployed(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(deployed); }
  if (value === null || typeof value !== 'object') { return value; }
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && name === 'Ref') { return String(argument).toLowerCase(); }
  if (more.length === 0 && name === 'Fn::GetAtt') { return `arn:aws:service:eu-west-1:111122223333:${(argument as string[]).join('.')}`; }
  if (more.length === 0 && name === 'Fn::Join') { const [separator, parts] = argument as [string, unknown[]]; return parts.map(deployed).join(separator); }
  const unread = Object.keys(value).find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (unread !== undefined) { throw new Error(`the hook would get a value in place of ${unread}: ${JSON.stringify(value)}`); }
  return Object.fromEntries(Object.entries(value).map(([key, nested]) => [key, deployed(nested)]));
}

/** What a hook stops, of each resource by itself and of the template as a whole. */
function stopped(stack: Stack): string[] {
  const resources = (Template.fromStack(stack).toJSON() as { Resources: Resources }).Resources;
  const alone = Object.entries(resources).filter(([, { Type }]) => TARGETS.includes(Type));
  expect(alone.length).toBeGreaterThan(5);
  const items = alone.map(([id, resource]): Item => ({ Resources: { [id]: deployed(resource) } }));
  const judge = (folder: string, names: readonly string[], judged: readonly Item[]) => readdirSync(join(RULES, folder)).flatMap((file) =>
    evaluate(readFileSync(join(RULES, folder, file), 'utf8'), judged).flatMap((verdict, at) => (verdict === 'NON_COMPLIANT' ? [`${file} ${names[at]}`] : [])));
  return [...judge('template-rules', alone.map(([id]) => id), items), ...judge('stack-rules', ['template'], [{ Resources: resources }])];
}

const inStack = (define: (stack: Stack) => void) => {
  const stack = new Stack(new App(), 'Stack', { env: IRELAND });
  define(stack);
  return stopped(stack);
};
const NOTIFY = { notify: [Notify.email('security@example.com')] };

test('a hook lets pass everything that a baseline makes', () => {
  expect(inStack((stack) => { new S3EncryptionBaseline(stack, 'Orders', NOTIFY); })).toEqual([]);
});

test('and all that it can make', () => {
  expect(inStack((stack) => {
    new S3EncryptionBaseline(stack, 'Orders', {
      ...NOTIFY,
      objectReport: BaselineObjectReport.make({ source: ObjectSource.inventory() }),
      backfill: BaselineBackfill.ofReport(),
    });
    new SecureBucket(stack, 'Twice', { encryptionMode: EncryptionMode.dsse() });
    new EncryptionBackfillJob(stack, 'Backfill', { bucket: new SecureBucket(stack, 'Data'), sources: [BackfillSource.unencrypted()] });
  })).toEqual([]);
});

test('also where the key was left out for a reason', () => {
  expect(inStack((stack) => { new S3EncryptionBaseline(stack, 'Orders', { ...NOTIFY, key: BaselineKey.leaveOut('public pictures, "free" for all') }); })).toEqual([]);
});

test('it stops a stack that leaves out a policy', () => {
  expect(inStack((stack) => {
    new SecureBucket(stack, 'Data');
    new SecureBucket(stack, 'Open').node.tryRemoveChild('Policy');
  })).toEqual(['bucket-policy.guard template']);
});

test('it stops a policy of a part of the bucket, once it is given ARNs', () => {
  expect(inStack((stack) => {
    new SecureBucket(stack, 'Data');
    const bucket = new s3.CfnBucket(stack, 'Open', {
      bucketEncryption: {
        serverSideEncryptionConfiguration: [{
          serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: new RotatingS3Key(stack, 'Key').keyArn }, bucketKeyEnabled: true, blockedEncryptionTypes: { encryptionType: ['SSE-C'] },
        }],
      },
    });
    const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [`${bucket.attrArn}/in/*`, `${bucket.attrArn}/*`], Condition: { Bool: { 'aws:SecureTransport': 'false' } } }];
    new s3.CfnBucketPolicy(stack, 'Part', { bucket: bucket.ref, policyDocument: { Statement } });
  })).toEqual(['tls-only.guard Part']);
});

test('a reason that is known on deployment only is one', () => {
  expect(inStack((stack) => {
    const { valueAsString: reason } = new CfnParameter(stack, 'Reason');
    new S3EncryptionBaseline(stack, 'Orders', { ...NOTIFY, key: BaselineKey.leaveOut(reason) });
  })).toEqual([]);
});

test('it stops a bucket under SSE-S3 that does not say why', () => {
  expect(inStack((stack) => {
    new SecureBucket(stack, 'Data');
    new SecureBucket(stack, 'Pictures', { encryptionMode: EncryptionMode.s3Managed() });
  })).toEqual([expect.stringMatching(/^default-key\.guard Pictures/)]);
});
