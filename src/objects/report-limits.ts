import { Stack, Token } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import type { ObjectEncryptionReportProps } from './object-encryption-report-props';
import { assertTolerance } from './tolerance';
import { ValidationError } from '../private/errors';
import { printable, referentOf } from '../private/tokens';

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html */
export const LEAST_SCAN_BYTES = 10_000_000;

/** Each costs two metrics for every finding. */
const MAX_PREFIXES = 20;
const MAX_DEPTH = 8;

/** A value of a dimension is ASCII with one character that is no space. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
const DIMENSION = /^(?=.*[!-~])[ -~]+$/;

/** What CloudWatch takes; and for an alarm what the CDK takes, which is what CloudWatch once took. */
const MAX_LENGTHS = { prefixes: 1024, prefixAlarms: 255 };

/** The buckets of each app that have a report, and where it is. */
const REPORTED = new WeakMap<IConstruct, Map<string, string>>();

/** Metrics have the bucket and the prefix as their dimensions: of two reports one that is dead would look alive. */
export function assertFirst(scope: Construct, bucket: s3.IBucket): void {
  const first = REPORTED.get(scope.node.root)?.get(identityOf(scope, bucket));
  if (first !== undefined) {
    throw new ValidationError('ReportTwice', `'bucket' must have one report, got a second one for ${bucket.node.path}: its metrics and those of ${first} would be the same ones, so that neither alarm would tell when one of them is late; use the first, with 'prefixes' for parts of the bucket`, scope);
  }
}

/** From now on the bucket has one. */
export function remember(scope: Construct, bucket: s3.IBucket): void {
  const reports = REPORTED.get(scope.node.root) ?? new Map<string, string>();
  REPORTED.set(scope.node.root, reports.set(identityOf(scope, bucket), scope.node.path));
}

/** Metrics are of one account and region, and so is a bucket that is imported by its name alone. */
function identityOf(scope: Construct, bucket: s3.IBucket): string {
  const { account, region } = Stack.of(scope);
  return [referentOf(scope, bucket.bucketName), printable(scope, account), printable(scope, region)].join(' ');
}

/** What is counted by itself: prefixes with alarms too, in an order that is not that of the list of alarms. */
export function prefixesOf({ prefixes = [], prefixAlarms = [] }: ObjectEncryptionReportProps): string[] {
  return [...prefixes, ...prefixAlarms.map(({ prefix }) => prefix).filter((prefix) => !prefixes.includes(prefix)).sort()];
}

/** Numbers and prefixes, before anything is made. */
export function assertCounts(scope: Construct, props: ObjectEncryptionReportProps): void {
  const { prefixes = [], prefixAlarms = [], prefixDepth = 1 } = props;
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (!Token.isUnresolved(prefixDepth) && (!Number.isInteger(prefixDepth) || prefixDepth < 1 || prefixDepth > MAX_DEPTH)) {
    throw fail('PrefixDepthInvalid', `'prefixDepth' must be a whole number from 1 to ${MAX_DEPTH}, got ${prefixDepth}: leave it out for 1`);
  }
  assertPrefixes(scope, 'prefixes', prefixes);
  assertPrefixes(scope, 'prefixAlarms', prefixAlarms.map(({ prefix }) => prefix));
  const all = prefixesOf(props).length;
  if (all > MAX_PREFIXES) {
    throw fail('TooManyPrefixes', `'prefixes'${prefixAlarms.length > 0 ? ' together with \'prefixAlarms\'' : ''} must name at most ${MAX_PREFIXES}, got ${all}: each costs up to 3 USD a month for its metrics; the saved queries tell of every prefix`);
  }
  assertTolerance(scope, props);
  for (const one of prefixAlarms) { assertTolerance(scope, one, one.prefix); }
}

function assertPrefixes(scope: Construct, prop: keyof typeof MAX_LENGTHS, prefixes: readonly string[]): void {
  const seen = new Set<string>();
  for (const prefix of prefixes) {
    if (Token.isUnresolved(prefix) || !DIMENSION.test(prefix) || prefix.length > MAX_LENGTHS[prop]) {
      throw new ValidationError('PrefixInvalid', `'${prop}' must be known at synthesis, of 1 to ${MAX_LENGTHS[prop]} ASCII characters, which is what a dimension in CloudWatch takes, got '${prefix}': the saved queries tell of every prefix`, scope);
    }
    if (seen.has(prefix)) { throw new ValidationError('PrefixTwice', `'${prop}' must name each prefix once, got '${prefix}' twice: remove one`, scope); }
    seen.add(prefix);
  }
}
