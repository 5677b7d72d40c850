import { Lazy, Names, Size, Stack, Token, Validations } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { AthenaOfTrail, LEAST_SCAN_BYTES } from './athena';
import { AuditedEvents } from './audited-events';
import type { EncryptionAuditTrailProps } from './encryption-audit-trail-props';
import { saveQueries } from './saved-queries';
import { selectorsFor } from './selectors';
import { noteTrail } from './trail-of-log-group';
import { identityOf, makeBucket, makeKey, makeLogGroup, makeLogsRole } from './trail-parts';
import { brokenPromises, missingSelectors, promiseOf, TrailPromise } from './trail-promise';
import type { RotatingS3Key } from '../key';
import { ValidationError } from '../private/errors';
import { resourceFinding } from '../private/findings';
import { referentOf } from '../private/tokens';

/** Letters or digits at both ends, and not in the form of an IP address. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html */
const NAME = /^(?!\d+(\.\d+){3}$)[a-zA-Z0-9](?:[a-zA-Z0-9]|[._-](?![._-]))*[a-zA-Z0-9]$/;

/** A trail has at most 500 values of conditions in all, of which the others take four; some are left for whoever adds a selector. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MAX_BUCKETS = 490;

/**
 * A trail that writes down who did what to keys, buckets and their objects, and that the ones who do
 * it cannot quietly change.
 *
 * Of all regions, with validation of log files, into a bucket that only the trail writes to and a log
 * group for queries and alarms; both under a key of their own, never one of data. Every management
 * event is there, those of KMS among them; a template in which they are excluded fails at synthesis,
 * since alarms would be blind. Reads and writes of objects are written down for the buckets that
 * `watch` names, and never for the trail's own.
 *
 * It answers questions: who decrypted objects of a bucket, from which unusual addresses, who touched a
 * key or changed a bucket, which uploads were not under the expected key, and what a principal did.
 * They are saved queries of CloudWatch Logs under `cdk-s3-encryption/<trail name>`, prepared statements
 * and named queries of Athena in a workgroup with the trail's name, and
 * `npx cdk-s3-encryption audit-log` runs them.
 *
 * Log files, log group and key are retained when the stack is deleted; the trail itself goes, and writes no more.
 * The log group has a fixed name: before the same stack is deployed once more, give another `trailName` or delete it.
 *
 * Costs the key (1 USD a month, 2 and then 3 USD after its first two rotations), 2 USD per 100,000 management events if the
 * account has another trail already, 0.10 USD per 100,000 data events, 0.50 USD per GB in
 * CloudWatch Logs, and the storage of the bucket. A query takes 5 USD per TB that it reads, in Athena
 * and, uncompressed, in CloudWatch Logs.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
 * @example
 * const data = new SecureBucket(this, 'Data');
 * const trail = new EncryptionAuditTrail(this, 'Audit');
 * trail.watch(data);
 *
 * const alarms = new EncryptionAlarms(this, 'Alarms', {
 *   notify: [Notify.email('security@example.com')],
 *   trailLogGroup: trail.logGroup,
 * });
 * alarms.watch(data);
 * alarms.watch(trail.bucket); // and its key: nobody blinds the trail unheard
 */
export class EncryptionAuditTrail extends Construct {
  /** The ARN of the trail. */
  public readonly trailArn: string;

  /** The bucket of the log files. */
  public readonly bucket: s3.IBucket;

  /** The log group of the trail: what `EncryptionAlarms` counts in. */
  public readonly logGroup: logs.ILogGroup;

  /** The key of bucket and log group. Reading log files takes `bucket.grantRead`, which gives its use too. */
  public readonly encryptionKey: kms.IKey;

  /** The workgroup of Athena with the saved questions, and the trail's name. */
  public readonly workGroupName: string;

  private readonly athena: AthenaOfTrail;
  private readonly key: RotatingS3Key;
  /**
   * Whether reads of objects are left out.
   *
   * @internal
   */
  public readonly _writesOnly: boolean;

  private readonly watched = new Map<string, string>();
  private all = false;


  constructor(scope: Construct, id: string, props: EncryptionAuditTrailProps = {}) {
    super(scope, id);
    const trailName = props.trailName ?? Names.uniqueResourceName(this, { maxLength: 100, separator: '-' });
    if (Token.isUnresolved(trailName) || trailName.length < 3 || trailName.length > 128 || !NAME.test(trailName)) {
      throw new ValidationError('TrailNameInvalid', `'trailName' must be 3 to 128 letters, digits, periods, underscores and hyphens, not in the form of an IP address and known at synthesis, got '${trailName}': leave it out for a name made from the stack's`, this);
    }
    const scanLimit = props.queryScanLimit ?? Size.gibibytes(100);
    if (!scanLimit.isUnresolved() && scanLimit.toBytes() < LEAST_SCAN_BYTES) {
      throw new ValidationError('ScanLimitInvalid', `'queryScanLimit' must be at least 10 MB, which is the least that Athena counts, got ${scanLimit.toBytes()} bytes: leave it out for 100 GiB`, this);
    }
    const trail = identityOf(this, trailName);
    const key = makeKey(this, trail);
    const bucket = makeBucket(this, trail, key, props);
    const logGroup = makeLogGroup(this, trail, key, props.logGroupRetention);
    const role = makeLogsRole(this, trail);
    this._writesOnly = props.dataEvents === AuditedEvents.WRITES;
    const events = props.dataEvents ?? AuditedEvents.READS_AND_WRITES;
    const selectors = () => selectorsFor([...this.watched.values()], events, this.all ? bucket.bucketArn : undefined);
    const resource = new CfnTrail(this, 'Resource', {
      trailName,
      s3BucketName: bucket.bucketName,
      kmsKeyId: key.keyArn,
      cloudWatchLogsLogGroupArn: logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      advancedEventSelectors: Lazy.uncachedAny({ produce: selectors }),
    });
    // CloudTrail tries them when it is created. The others it refers to, the policies it does not.
    if (bucket.policy !== undefined) { resource.node.addDependency(bucket.policy); }
    resource.node.addDependency(role.node.findChild('DefaultPolicy'));
    this.trailArn = trail.arn;
    this.bucket = bucket;
    this.logGroup = logGroup;
    noteTrail(this);
    this.encryptionKey = key;
    this.key = key;
    this.athena = new AthenaOfTrail(this, 'Athena', { trailName, logFiles: bucket, key, scanLimit });
    this.workGroupName = this.athena.workGroupName;
    saveQueries(this, trailName, logGroup);
    const streams = Stack.of(this).formatArn({
      service: 'logs', resource: `log-group:${trail.logGroupName}:log-stream:${Stack.of(this).account}_CloudTrail_${Stack.of(this).region}*`,
    });
    Validations.of(role).acknowledge({ id: resourceFinding(role, streams), reason: 'CloudTrail names its streams after the account and the region, and adds what it likes.' });
    const promised = promiseOf(resource);
    this.node.addValidation({ validate: () => this.problems(resource, promised, selectors) });
  }

  /**
   * Writes down who reads and writes the objects of a bucket.
   *
   * The trail's own bucket is refused with an error, since each log file would be an event in the
   * next; so is a bucket of another account, whose events are there.
   */
  public watch(bucket: s3.IBucket): void {
    const stack = Stack.of(this);
    const same = (name: 'bucketName' | 'bucketArn') => referentOf(this, bucket[name]) === referentOf(this, this.bucket[name]);
    if (same('bucketName') || same('bucketArn')) {
      throw new ValidationError('OwnBucket', '\'bucket\' must not be the one that the trail writes to: each log file would be an event of the next', this);
    }
    const { account } = bucket.env;
    if (!Token.isUnresolved(account) && !Token.isUnresolved(stack.account) && account !== stack.account) {
      throw new ValidationError('WatchedElsewhere', `'bucket' must be of the account of the trail, '${stack.account}', got one of '${account}': make an EncryptionAuditTrail in that account`, this);
    }
    this.watched.set(referentOf(this, bucket.bucketArn), bucket.bucketArn);
    if (this.watched.size > MAX_BUCKETS && !this.all) {
      throw new ValidationError('TooManyBuckets', `'watch' must name at most ${MAX_BUCKETS} buckets, which is what one trail can tell apart, got ${this.watched.size}: make a second EncryptionAuditTrail`, this);
    }
  }

  /**
   * Whether it writes down what happens to objects of every bucket.
   *
   * @internal
   */
  public get _allBuckets(): boolean { return this.all; }

  /**
   * Writes down who reads and writes the objects of every bucket of the account, in every region, and of those that are made later; its
   * own bucket excepted.
   *
   * Costs 0.10 USD per 100,000 requests of anybody, services of AWS among them, and what they take in CloudWatch Logs. Where another
   * trail of the account does the same, each writes down what the other delivers, every few minutes and without end: let one do it.
   */
  public watchAllBuckets(): void {
    this.all = true;
  }

  /**
   * Lets somebody ask Athena: run the saved questions and queries of their own in the workgroup, with
   * the table, the log files, the results of everybody in the workgroup, and the key of both.
   *
   * What the log says about people is theirs to read then: grant it to auditors. Questions to
   * CloudWatch Logs take `logs:StartQuery` on the log group instead.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
   */
  public grantQuery(grantee: iam.IGrantable): iam.Grant {
    return this.athena.grantQuery(grantee, this.trailArn, this.bucket, this.key);
  }

  /** Aspects and overrides may have changed it, so what is rendered counts. */
  private problems(resource: CfnTrail, promised: TrailPromise, selectors: () => CfnTrail.AdvancedEventSelectorProperty[]): string[] {
    const wanted = Stack.of(this).resolve(selectors()) as CfnTrail.AdvancedEventSelectorProperty[];
    return [...brokenPromises(resource, promised), ...missingSelectors(resource, wanted)]
      .map((why) => new ValidationError('TrailBlinded', `the trail was changed after it was made, and ${why}: alarms and audits rely on it, so take that back`, this).message);
  }
}
