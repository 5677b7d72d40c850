import { Annotations, Lazy, Stack } from 'aws-cdk-lib';
import { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { analyzerOf, onAnalyzerOf, rulesOfAnalyzerOf } from './analyzer-of-stack';
import { inAnalyzer } from './archive-rules';
import type { ExpectedAccess } from './expected-access';
import { ExpectedArchive } from './expected-archive';
import type { KeyAccessAnalysisProps } from './key-access-analysis-props';
import { DetectionSeverity, type EncryptionAlarms, type FindingRule } from '../monitoring';
import { checkAlarmsHere } from '../private/alarms-here';
import { ValidationError } from '../private/errors';
import { checkHome } from '../private/home';
import { keyByArn } from '../private/key-by-arn';
import { isKeyless } from '../private/keyless';
import { referentOf } from '../private/tokens';

const ANALYZER_ASSUMED = 'cdk-s3-encryption:KeyAccessAnalysis.analyzerAssumed';

/** A pattern has 2,048 characters, an ARN of a key up to 89 with its quotes: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const PER_RULE = 18;

/**
 * Tells somebody when a policy lets in whom nobody expected: IAM Access Analyzer proves from the policies who outside of the
 * account can reach a watched bucket or key, and on demand who inside can, whether they ever do or not.
 *
 * Its findings about what is watched go to the people of the alarms. Access that is meant to be is archived, with a reason.
 * It analyzes a changed policy within about half an hour, and others once a day.
 *
 * The analysis of access from outside costs nothing. That of access from inside costs 9 USD a month for each watched bucket.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html
 * @example
 * const data = new SecureBucket(this, 'Data');
 * const alarms = new EncryptionAlarms(this, 'Alarms', { notify: [Notify.email('security@example.com')] });
 * alarms.watch(data);
 *
 * const analysis = new KeyAccessAnalysis(this, 'Access', {
 *   alarms,
 *   externalAccess: AccessAnalyzer.existing('account-analyzer'), // or make(), where there is none yet
 *   expected: [ExpectedAccess.toBucket(data, '222222222222', 'the partner reads its reports')],
 * });
 * analysis.watch(data);
 */
export class KeyAccessAnalysis extends Construct {
  private readonly alarms: EncryptionAlarms;
  private readonly arns: string[] = [];
  private readonly bucketArns: string[] = [];
  private readonly seen = new Set<string>();
  private readonly internal: boolean;
  private readonly archive: ExpectedArchive;
  private account = false;

  constructor(scope: Construct, id: string, props: KeyAccessAnalysisProps) {
    super(scope, id);
    this.alarms = props.alarms;
    checkAlarmsHere(this, props.alarms, 'findings are delivered here only');
    if (props.externalAccess === undefined) {
      onAnalyzerOf(this, () => { Annotations.of(this).acknowledgeWarning(ANALYZER_ASSUMED, 'This stack makes the analyzer.'); });
      Annotations.of(this).addWarningV2(ANALYZER_ASSUMED,
        'the account needs an analyzer of IAM Access Analyzer for external access in this region, or nothing is ever found: give AccessAnalyzer.existing() once you looked, or AccessAnalyzer.make(); to a baseline as keyAccess: BaselineKeyAccess.make({ externalAccess })');
    }
    this.archive = new ExpectedArchive(this, props.externalAccess, props.internalAccess);
    if (props.externalAccess?._make === true) {
      analyzerOf(this, 'externalAccess', new CfnAnalyzer(this, 'ExternalAccess', {
        type: 'ACCOUNT',
        archiveRules: Lazy.uncachedAny({ produce: () => inAnalyzer(this, rulesOfAnalyzerOf(this)) }, { omitEmptyArray: true }),
      }));
    }
    this.internal = props.internalAccess?._make === true;
    if (this.internal) { this.makeInternal(); }
    for (const expected of props.expected ?? []) { this.expect(expected); }
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * Watches a bucket and its key.
   *
   * A bucket of another account or region is refused with an error: it is analyzed there.
   */
  public watch(bucket: s3.IBucket): void {
    checkHome(this, 'bucket', bucket, 'access is analyzed in its own account and region only, so make KeyAccessAnalysis there');
    if (this.add(bucket.bucketArn)) { this.bucketArns.push(bucket.bucketArn); }
    if (bucket.encryptionKey !== undefined) {
      this.watchKey(bucket.encryptionKey);
    } else if (!(bucket instanceof s3.Bucket) && !isKeyless(bucket)) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:KeyAccessAnalysis.keyNotWatched',
        `the key of the imported bucket ${bucket.node.path} is not known, so only the bucket is watched: call watchKey() with its key, or import it with s3.Bucket.fromBucketAttributes() and encryptionKey`);
    }
  }

  /**
   * Watches a key alone.
   *
   * A key known by an alias only, and one of another account or region, is refused with an error.
   */
  public watchKey(key: kms.IKey): void {
    const known = keyByArn(this, key, 'findings name keys, never aliases');
    checkHome(this, 'key', known, 'access is analyzed in its own account and region only, so make KeyAccessAnalysis there');
    this.add(known.keyArn);
  }

  /**
   * Lets people hear of access to every bucket and key of the account in this region, those of other stacks too.
   *
   * With access from inside that is made here, only the buckets that `watch` names are analyzed.
   */
  public watchAccount(): void {
    if (this.account) { return; }
    this.account = true;
    if (this.arns.length === 0) { this.hearGroup(0); }
    // The rule for the first ones is now about all, and those for more would tell of theirs twice.
    for (let group = 1; group * PER_RULE < this.arns.length; group += 1) {
      for (const id of ['access-found', 'access-not-analyzed']) { this.alarms._hearNoMore(this.nameOf(id, group)); }
    }
  }

  /**
   * Archives findings about access that is meant to be, as `expected` does: for what is made after this, such as the bucket of a baseline.
   *
   * A warning says the reason. What no analyzer would archive is an error, as with `expected`. New findings alone are archived; those that are
   * there stay active until somebody archives them.
   *
   * @example
   * const orders = new S3EncryptionBaseline(this, 'Orders', {
   *   notify: [Notify.email('security@example.com')],
   *   keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing('account-analyzer') }),
   * });
   * orders.keyAccess?.expect(ExpectedAccess.toBucket(orders.bucket, '222222222222', 'the partner reads its orders'));
   */
  public expect(expected: ExpectedAccess): void {
    this.archive.add(expected);
  }

  private add(arn: string): boolean {
    const referent = referentOf(this, arn);
    if (this.seen.has(referent)) { return false; }
    this.seen.add(referent);
    if (this.arns.length % PER_RULE === 0 && !this.account) { this.hearGroup(Math.floor(this.arns.length / PER_RULE)); }
    this.arns.push(arn);
    return true;
  }

  /**
   * Whatever kind of finding: those of access from inside have a detail-type of their own, and the resource tells enough.
   *
   * What could not be analyzed comes as a finding too, with an error and nobody who could come in.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-eventbridge.html
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-error-findings.html
   */
  private hearGroup(group: number): void {
    this.hear(group, false, {
      id: 'access-found',
      title: 'unexpected access to a watched bucket or key',
      meaning: 'A policy lets somebody in, whether they came already or not.',
      lines: ['Resource: <resource>', 'Who: <who>', 'Everybody: <everybody>', 'May: <action>', 'Finding: <finding>'],
      fields: { who: '$.detail.principal.AWS', everybody: '$.detail.isPublic', action: '$.detail.action[0]' },
    });
    this.hear(group, true, {
      id: 'access-not-analyzed',
      title: 'access to a watched bucket or key cannot be analyzed',
      meaning: 'Nobody would hear who is let in until the reason is gone.',
      lines: ['Resource: <resource>', 'Error: <error>', 'Finding: <finding>'],
      fields: { error: '$.detail.error' },
    });
  }

  private hear(group: number, failed: boolean, what: Pick<FindingRule, 'id' | 'title' | 'meaning' | 'lines' | 'fields'>): void {
    this.alarms._hear({
      ...what,
      name: this.nameOf(what.id, group),
      severity: failed ? DetectionSeverity.MEDIUM : DetectionSeverity.HIGH,
      pattern: () => ({
        source: ['aws.access-analyzer'],
        detail: {
          status: ['ACTIVE'],
          isDeleted: [false],
          error: [{ exists: failed }],
          ...this.account ? { resourceType: ['AWS::KMS::Key', 'AWS::S3::Bucket'] } : { resource: this.arns.slice(group * PER_RULE, (group + 1) * PER_RULE) },
        },
      }),
      fields: { resource: '$.detail.resource', ...what.fields, finding: '$.detail.id' },
    });
  }

  private nameOf(id: string, group: number): string {
    // Names.uniqueResourceName keeps to no maxLength this short, and a rule has at most 64 characters.
    return `${id}-${this.node.addr.slice(-8)}${group === 0 ? '' : `-${group + 1}`}`;
  }

  private makeInternal(): void {
    const { region } = Stack.of(this);
    if (region.startsWith('cn-')) {
      throw new ValidationError('NoInternalAccess', `'internalAccess' must be left out in ${region}, where CloudFormation has no analyzers of internal access, got AccessAnalyzer.make()`, this);
    }
    analyzerOf(this, 'internalAccess', new CfnAnalyzer(this, 'InternalAccess', {
      type: 'ACCOUNT_INTERNAL_ACCESS',
      archiveRules: this.archive.ofInternal,
      analyzerConfiguration: {
        internalAccessConfiguration: {
          internalAccessAnalysisRule: { inclusions: [{ resourceArns: Lazy.uncachedList({ produce: () => this.bucketArns }) }] },
        },
      },
    }));
  }

  private problems(): string[] {
    if (this.internal && this.bucketArns.length === 0) {
      return [new ValidationError('NoBucketWatched', '\'internalAccess\' analyzes buckets, and none is watched: call watch(bucket), or leave it out', this).message];
    }
    const nothing = this.arns.length === 0 && !this.account;
    return [
      ...nothing ? [new ValidationError('NothingWatched', 'nothing is watched, so nobody hears of any access: call watch(bucket), watchKey(key) or watchAccount()', this).message] : [],
      ...this.archive.problems((arn) => this.seen.has(referentOf(this, arn))),
    ];
  }
}
