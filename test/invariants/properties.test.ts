import { readFileSync } from 'fs';
import { join } from 'path';
import type { Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import type { InvariantId } from './checks';
import { BUCKET_CHOICES, type Choices, KEY_CHOICES } from './choices';
import { broken, type Setting, SETTINGS, stackIn, subjectOf } from './synthesis';
import { RotatingS3Key, SecureBucket } from '../../src';
import { propsOf } from '../helpers/cdk-props';
import { keepReportsQuiet } from '../helpers/quiet';

keepReportsQuiet();

/** Names of values by the names of their props: what a failing run prints. */
type Given = Record<string, string | undefined>;

/** Mostly a few props at a time: with all of them, the first refusal hides the rest. */
function some(choices: Record<string, Choices>): fc.Arbitrary<Given> {
  const values = Object.entries(choices).map(([prop, named]) => [prop, fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(undefined), weight: Math.ceil(Object.keys(choices).length / 4) },
    { arbitrary: fc.constantFrom(...Object.keys(named)), weight: 1 },
  )] as const);
  return fc.record(Object.fromEntries(values)).map((given) =>
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}

const settings = fc.constantFrom(...SETTINGS.map(({ title }) => title));

function settingOf(title: string): Setting {
  return SETTINGS.find((setting) => setting.title === title) as Setting;
}

function propsIn(stack: Stack, choices: Record<string, Choices>, given: Given): object {
  return Object.fromEntries(Object.entries(given).map(([prop, value]) => [prop, choices[prop][value as string](stack)]));
}

/** Props of our own signatures that a refusal may name beside those of the construct. */
const PARAMETERS = ['period', 'services', 'keyArn', 'principals', 'sseKmsEncryptedObjects', 'kmsKey'];

/** Whether an error of ours says which prop, what it got and what to do. */
function explains(error: Error, given: Given): boolean {
  const { message } = error;
  const named = [...message.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  return 'code' in error && named.some((name) => name in given || PARAMETERS.includes(name)) && /\bgot\b/.test(message) && /: \S+ \S+/.test(message);
}

/** What the CDK refuses by itself, in features of s3.Bucket that this library leaves as they are. */
const LEFT_TO_THE_CDK: [prop: string, message: RegExp][] = [
  ['bucketName', /Invalid S3 bucket name|'bucketName'/],
  ['bucketNamePrefix', /Invalid S3 bucket name prefix|'bucketNamePrefix'/],
  ['bucketNamespace', /'bucketNamespace'/],
  ['autoDeleteObjects', /'autoDeleteObjects'/],
  ['replicationRole', /replicationRole/],
  ['replicationRules', /'priority' must be specified/],
  ['objectLockDefaultRetention', /Object Lock must be enabled/],
  ['lifecycleRules', /`lifecycleRules`|'5 hours' cannot be converted into a whole number of days/],
  ['inventories', /inventoryId should not exceed 64 characters/],
  // References between stacks of different regions are the business of whoever makes the stacks.
  ['encryptionKey', /Cross stack\/region references|Cannot generate a physical name/],
  ['encryptionMode', /Cross stack\/region references|Cannot generate a physical name/],
  ['replicationRules', /Cross stack\/region references|Cannot generate a physical name/],
];

/** Synthesizes, and says what is wrong with the answer. */
function outcome(make: (stack: Stack) => void, given: Given, setting: Setting, exempt: InvariantId[]): 'refused' | 'left to the CDK' | 'accepted' {
  let subject;
  try {
    subject = subjectOf(stackIn(setting, make), setting.partition);
  } catch (error) {
    if (!(error instanceof Error)) { throw error; }
    if (explains(error, given)) { return 'refused'; }
    if (LEFT_TO_THE_CDK.some(([prop, message]) => prop in given && message.test(error.message))) { return 'left to the CDK'; }
    throw new Error(`no good refusal: ${error.message.slice(0, 600)}`, { cause: error });
  }
  const found = Object.entries(broken(subject)).filter(([id]) => !exempt.includes(id as InvariantId));
  if (found.length > 0) { throw new Error(`accepted, and breaks ${JSON.stringify(Object.fromEntries(found), undefined, 1)}`); }
  return 'accepted';
}

/** Promises that a bucket is told to break. */
function ofBucket(given: Given): InvariantId[] {
  const mentions = (pattern: RegExp) => Object.values(given).some((value) => pattern.test(value ?? ''));
  return [
    ...given.allowSseCBecause === undefined ? [] : ['sseC' as const],
    ...given.allowAnyUploadEncryptionBecause === undefined ? [] : ['uploads' as const],
    ...given.allowUnversionedBecause === undefined ? [] : ['versioned' as const],
    ...given.allowNoAccessLogsBecause === undefined ? [] : ['logged' as const],
    ...given.bucketKeyEnabled === 'false' ? ['bucketKey' as const] : [],
    ...given.removalPolicy === 'DESTROY' || given.removalPolicy === 'RETAIN_ON_UPDATE_OR_DELETE' ? ['retained' as const] : [],
    ...given.encryptionMode === 's3Managed' || given.encryption === 'S3_MANAGED' ? ['encrypted' as const] : [],
    // Keys and buckets that the run brings are not made by this library.
    ...mentions(/kms\.Key|imported from an L1/) ? ['throughS3' as const, 'retained' as const] : [],
    ...mentions(/RSA|HMAC/) ? ['rotates' as const, 'throughS3' as const] : [],
    ...mentions(/SSE-S3 bucket/) ? ['encrypted' as const] : [],
    ...mentions(/s3\.Bucket/) ? ['encrypted', 'tls', 'sseC', 'closed', 'versioned', 'logged', 'tidy', 'bucketKey'] as InvariantId[] : [],
  ];
}

/** Promises that a key is told to break. */
function ofKey(given: Given): InvariantId[] {
  return given.removalPolicy === 'DESTROY' || given.removalPolicy === 'RETAIN_ON_UPDATE_OR_DELETE' ? ['retained'] : [];
}

interface Subject {
  readonly choices: Record<string, Choices>;
  readonly make: (stack: Stack, props: object) => void;
  readonly exempt: (given: Given) => InvariantId[];
  readonly props: string[];
  readonly runs: number;
}

/** The props that an interface of this library declares itself. */
function own(file: string): string[] {
  return [...readFileSync(join(__dirname, '../../src', file), 'utf8').matchAll(/^ {2}readonly (\w+)\?: /gm)].map(([, name]) => name);
}

const SUBJECTS: [string, Subject][] = [
  ['SecureBucket', {
    choices: BUCKET_CHOICES,
    make: (stack, props) => { new SecureBucket(stack, 'Made', props); },
    exempt: ofBucket,
    props: [...own('bucket/secure-bucket-props.ts'), ...propsOf('aws-s3/lib/bucket.d.ts', 'BucketProps')],
    runs: 1500,
  }],
  ['RotatingS3Key', {
    choices: KEY_CHOICES,
    make: (stack, props) => { new RotatingS3Key(stack, 'Made', props); },
    exempt: ofKey,
    props: own('key/rotating-s3-key.ts'),
    runs: 800,
  }],
];

// One value at a time comes first: its failures are the easiest to read. The seed is fixed, so that
// a run tells about the code and not about its luck.
describe.each(SUBJECTS)('%s with any props', (_, { choices, make, exempt, props, runs }) => {
  const answer = (given: Given, setting: Setting) =>
    outcome((stack) => { make(stack, propsIn(stack, choices, given)); }, given, setting, exempt(given));

  test('has values for every prop', () => {
    expect(Object.keys(choices).sort()).toEqual([...new Set(props)].sort());
  });

  test.each(Object.keys(choices))('refuses each value of %s with a reason, or keeps its promises', (prop) => {
    const wrong = Object.keys(choices[prop]).flatMap((value) => SETTINGS.slice(0, 2).flatMap((setting) => {
      try {
        answer({ [prop]: value }, setting);
        return [];
      } catch (error) {
        return [`${value} ${setting.title}: ${error instanceof Error ? error.message.split('\n').slice(0, 3).join('\n') : String(error)}`];
      }
    }));
    expect(wrong).toEqual([]);
  });

  test('refuses each combination with a reason, or keeps its promises', () => {
    const answers = { 'refused': 0, 'left to the CDK': 0, 'accepted': 0 };
    fc.assert(fc.property(some(choices), settings, (given, title) => {
      answers[answer(given, settingOf(title))] += 1;
    }), { seed: 20261123, numRuns: runs });
    // Were nearly all refused, or nearly all accepted, the runs would show little.
    expect(answers.refused).toBeGreaterThan(runs / 5);
    expect(answers.accepted).toBeGreaterThan(runs / 5);
  });
});
