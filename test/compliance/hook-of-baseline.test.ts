import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { evaluate } from './guard';
import type { Item } from './items';
import {
  BackfillSource, BaselineBackfill, BaselineKey, BaselineObjectReport, EncryptionBackfillJob, EncryptionMode, Notify, ObjectSource,
  S3EncryptionBaseline, SecureBucket,
} from '../../src';
import { IRELAND } from '../helpers/stack';

const RULES = join(__dirname, '..', '..', 'src', 'compliance');
const TARGETS = ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key'];

type Resources = Record<string, { readonly Type: string; readonly Properties?: unknown }>;

/** As CloudFormation gives a resource to a hook: with values in place of references. */
function deployed(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(deployed); }
  if (value === null || typeof value !== 'object') { return value; }
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && name === 'Ref') { return String(argument).toLowerCase(); }
  if (more.length === 0 && name === 'Fn::GetAtt') { return `arn:aws:service:eu-west-1:111122223333:${(argument as string[]).join('.')}`; }
  if (more.length === 0 && name === 'Fn::Join') { const [separator, parts] = argument as [string, unknown[]]; return parts.map(deployed).join(separator); }
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

test('it stops a bucket under SSE-S3 that does not say why', () => {
  expect(inStack((stack) => {
    new SecureBucket(stack, 'Data');
    new SecureBucket(stack, 'Pictures', { encryptionMode: EncryptionMode.s3Managed() });
  })).toEqual([expect.stringMatching(/^default-key\.guard Pictures/)]);
});
