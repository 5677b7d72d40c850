import { Annotations, Names, Stack } from 'aws-cdk-lib';
import * as config from 'aws-cdk-lib/aws-config';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { asksFor, looksAtAll, parametersOf } from './asked-rules';
import { checkOneAutomatic } from './automatic-once';
import { checkKeysTaken, checkLooked, checkPeriodTaken } from './check-looked';
import { checkTag } from './check-tag';
import { chosenRules } from './chosen-rules';
import type { ComplianceOrganizationOptions, ComplianceScopeOptions, ComplianceTagOptions, ComplianceWatchOptions } from './compliance-scope-options';
import type { EncryptionComplianceProps } from './encryption-compliance-props';
import { checkKeys, type ExpectedEncryption, expectedOf } from './expected-encryption';
import { holdToExpected } from './hold-to-expected';
import { makeRecorder, onRecorderOf } from './recorder-parts';
import { Remedies } from './remedies';
import { cannotRotate, maximumDaysOf, rotationDaysOf } from './rotation-days';
import { RotationPeriod } from './rotation-period-rule';
import { addOrganizationRule, addRule, logicalName, MOST_BUCKETS, NO_PARAMETERS, ruleInPack } from './rule-resources';
import type { RuleSpec } from './rule-spec';
import { ValidationError } from '../private/errors';
import { checkHome } from '../private/home';
import { knownToDiffer, referentOf } from '../private/tokens';

const BUCKET = 'AWS::S3::Bucket';

const RECORDER_ASSUMED = 'cdk-s3-encryption:EncryptionCompliance.recorderAssumed';

interface MadeRule {
  readonly spec: RuleSpec;
  readonly rule: config.IRule;
  readonly resource: IConstruct;
  /** What it looks at and nothing else. */
  readonly about?: string;
}

/**
 * Standing proof, by rules of AWS Config, that encryption at rest still holds: for buckets of this library,
 * for any other bucket, for those with a tag, for a whole account, or for an organization.
 *
 * For each watched bucket: its default encryption is under its key, the S3 Bucket Key is on, SSE-C is blocked,
 * plain HTTP is denied. For each of their keys: it is rotated, and often enough, enabled, not public and not about to be deleted. For the
 * account: its trails are encrypted and signed, and record who reads the watched buckets. Rules look at
 * configuration as soon as AWS Config records a change, those about trails once a day; none of them looks at objects.
 *
 * A bucket under SSE-S3 on purpose, as the targets of access logs are, is not asked for a key, and one
 * under DSSE-KMS not for a Bucket Key, which it cannot have. One whose template admits SSE-C by name, as with
 * `allowSseCBecause`, is not asked to block it.
 *
 * Costs 0.001 USD for each evaluation: about 0.01 USD for a bucket and its key at first and with each of their
 * changes, 0.06 USD a month for each key and 0.09 USD for the trails by those that are run daily, and what the recorder
 * costs. A bucket with a key of its own takes 10 of the 1,000 rules that a region has, and 16 resources of a stack with
 * remediation: watch a tag or the account where there are more than a few dozen.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config.html
 * @example
 * const data = new SecureBucket(this, 'Data');
 * const compliance = new EncryptionCompliance(this, 'Compliance', {
 *   recorder: ComplianceRecorder.existing(),
 * });
 * compliance.watch(data);
 */
export class EncryptionCompliance extends Construct {
  /**
   * The role that automations act as, to be named where changes are reserved to some, as by
   * `reserveEncryptionChangesOrLockOut`.
   *
   * Undefined without `remediation`.
   */
  public readonly remediationRole?: iam.IRole;

  /**
   * The rules that it makes for what each of them is about.
   *
   * @internal
   */
  public readonly _chosen: readonly RuleSpec[];

  /**
   * The rules that it does not make, and why: turned off with a reason, or not to be had in the region.
   *
   * @internal
   */
  public readonly _off: readonly { readonly spec: RuleSpec; readonly because: string }[];

  private readonly made: MadeRule[] = [];
  private readonly seen = new Set<string>();
  private readonly asked = new Map<string, string>();
  private readonly bucketNames: string[] = [];
  private recorder?: Construct;
  private readonly remedies?: Remedies;
  private readonly automatic: boolean;
  private readonly maximumDays?: number;
  private readonly early: IConstruct[] = [];
  private trails = false;
  private watching = false;

  constructor(scope: Construct, id: string, props: EncryptionComplianceProps = {}) {
    super(scope, id);
    const { rules, off, warnings } = chosenRules(this, props.choices);
    const { region } = Stack.of(this);
    const missing = rules.filter(({ notIn }) => notIn?.includes(region));
    this._chosen = rules.filter((rule) => !missing.includes(rule));
    this._off = [...off, ...missing.map((spec) => ({ spec, because: `AWS Config does not offer the rule in ${region}` }))];
    for (const { id: rule } of missing) {
      Annotations.of(this).addWarningV2(`cdk-s3-encryption:EncryptionCompliance.ruleNotInRegion.${rule}`,
        `AWS Config does not offer the rule ${rule} in ${region}, so nobody looks at it: acknowledge this, or leave the rule out with ComplianceChoice.off()`);
    }
    for (const { id: warning, text } of warnings) { Annotations.of(this).addWarningV2(warning, text); }
    if (props.recorder === undefined) {
      Annotations.of(this).addWarningV2(RECORDER_ASSUMED,
        'the account needs a recorder of AWS Config in this region that records AWS::S3::Bucket and AWS::KMS::Key: without one the deployment fails, and what it does not record is never looked at. Give ComplianceRecorder.existing() once you looked, or ComplianceRecorder.make(); to a baseline as compliance: BaselineCompliance.make({ recorder })');
    }
    if (props.recorder?._make !== undefined) { makeRecorder(this, props.recorder._make); }
    onRecorderOf(this, (recorder) => { this.take(recorder); });
    this.maximumDays = maximumDaysOf(this, props.maximumKeyRotationPeriod);
    if (this.maximumDays !== undefined) { checkPeriodTaken(this, this._chosen, props.remediation !== undefined); }
    this.automatic = props.remediation?._automatic === true;
    if (props.remediation !== undefined) {
      this.remedies = new Remedies(this, 'Remediation', props.remediation);
      this.remediationRole = this.remedies.role;
    }
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** Every rule of this account that it has made, in the order of making. */
  public get rules(): config.IRule[] { return this.made.map(({ rule }) => rule); }

  /**
   * Watches a bucket and its key.
   *
   * A bucket of another account or region is refused with an error: AWS Config looks at its own. So is one whose
   * key is not known, unless `approvedKeys` says which, or `sseS3Because` why it has none.
   *
   * @param bucket a `SecureBucket`, any other bucket of this app, or an imported one
   */
  public watch(bucket: s3.IBucket, options: ComplianceWatchOptions = {}): void {
    checkHome(this, 'bucket', bucket, 'AWS Config looks at its own account and region only, so make EncryptionCompliance there');
    const expected = expectedOf(this, bucket, options);
    this.checkSame(bucket, expected);
    if (!this.isNew(bucket.bucketName)) { return; }
    if (this.automatic) { checkOneAutomatic(this, bucket); }
    holdToExpected(this, bucket, expected);
    if (expected.ownKeyLeftOut) {
      Annotations.of(this).addWarningV2(ownKeyLeftOut(bucket),
        `the bucket ${bucket.node.path} is under a key that is not one of its approvedKeys, so rules find it${this.remedies === undefined ? '' : ', and automations set it to the first of them'}: add its key to approvedKeys, or acknowledge this if the bucket shall leave that key`);
    }
    if (expected.perhapsByMistake) {
      Annotations.of(this).addWarningV2(sseS3(bucket),
        `the bucket ${bucket.node.path} is under SSE-S3, so nobody looks at its key: give approvedKeys if it should be under one, or sseS3Because if it is on purpose`);
    }
    if (options.sseS3Because !== undefined) { Annotations.of(this).addInfoV2(sseS3(bucket), `nobody looks for a key of the bucket ${bucket.node.path}: ${options.sseS3Because}`); }
    const scope = new Construct(this, nameOf(bucket));
    const ruleScope = config.RuleScope.fromResource(config.ResourceType.S3_BUCKET, bucket.bucketName);
    const asked = this._chosen.filter((rule) => asksFor(rule, expected));
    checkLooked(this, `the bucket ${bucket.node.path}`, [...asked, ...this._chosen.filter(({ subject }) => subject === 'data-events')]);
    if (expected.keys.length > 0) { checkKeysTaken(this, this._chosen, asked, `${expected.keys.length} approvedKeys`); }
    for (const spec of asked) {
      const rule = this.keep(spec, addRule(scope, spec, { ...NO_PARAMETERS, ...expected }, ruleScope), bucket.bucketName);
      this.remedies?.ofBucket(rule, spec, bucket, expected, asked);
    }
    this.watchOwn(expected.keys);
    this.watchTrails();
    this.watchDataEvents(bucket.bucketName);
  }

  /**
   * Watches a key alone.
   *
   * A key known by an alias only, and one of another account or region, is refused with an error.
   */
  public watchKey(key: kms.IKey): void {
    checkKeys(this, [key], true);
    checkHome(this, 'key', key, 'AWS Config looks at its own account and region only, so make EncryptionCompliance there');
    checkLooked(this, `the key ${key.node.path}`, this.rulesFor(key));
    this.watchKeyHere(key);
  }

  /**
   * Watches every bucket of the account in this region, whoever made it, and the approved keys.
   *
   * Costs about 0.005 USD for each bucket at first and with each of its changes.
   */
  public watchAccount(options: ComplianceScopeOptions): void {
    const scope = this.watchAll('Account', options, config.RuleScope.fromResources([config.ResourceType.S3_BUCKET]));
    this.addDataEvents(scope);
  }

  /**
   * Watches every bucket of the account in this region that has a tag, and the approved keys.
   *
   * Both are known at synthesis, since they name what is watched: a token is refused with an error, and so is an empty text, which AWS Config does not take.
   *
   * Whoever may tag a bucket decides whether it is looked at. What trails record of them is not: no rule of AWS
   * takes a tag there.
   */
  public watchTagged(tagKey: string, options: ComplianceTagOptions): void {
    const { tagValue } = options;
    checkTag(this, 'tagKey', tagKey, 128);
    if (tagValue !== undefined) { checkTag(this, 'tagValue', tagValue, 256); }
    this.watchAll(tagValue === undefined ? `Tagged-${tagKey}` : `Tagged-${tagKey}|${tagValue}`, options, config.RuleScope.fromTag(tagKey, tagValue));
  }

  /**
   * Watches every bucket of every account of the organization in this region, the trails of its accounts, and the
   * approved keys.
   *
   * Belongs in a stack of the management account or of a delegated administrator for AWS Config. The organization trusts the service for
   * that (`aws organizations enable-aws-service-access --service-principal config-multiaccountsetup.amazonaws.com`), and the management
   * account names the administrator (`aws organizations register-delegated-administrator` with the same principal); CloudFormation does
   * neither, and without them the deployment fails. Every account needs a recorder in this region, or it fails too: leave out with
   * `excludedAccounts` those that have none.
   *
   * Keys of the other accounts are not looked at, but for the approved ones that this account has: watch them there.
   *
   * @see https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html
   */
  public watchOrganization(options: ComplianceOrganizationOptions): void {
    const scope = this.scopeOf('Organization', options);
    const wanted = [
      ...this._chosen.filter((rule) => looksAtAll(rule, options)).map((spec) => ({ spec, parameters: parametersOf(options), types: [BUCKET] })),
      ...this._chosen.filter(({ subject }) => subject === 'trails' || subject === 'data-events')
        .map((spec) => ({ spec, parameters: NO_PARAMETERS, types: [] })),
    ];
    // 64 characters at most: https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConfigRule.html
    const prefix = Names.uniqueResourceName(this, { maxLength: 24, separator: '-' });
    if (options.asConformancePack) {
      this.after(new config.CfnOrganizationConformancePack(scope, 'Pack', {
        organizationConformancePackName: `${prefix}-encryption`,
        excludedAccounts: options.excludedAccounts,
        templateBody: Stack.of(this).toJsonString({
          Resources: Object.fromEntries(wanted.map(({ spec, parameters, types }) => (
            [logicalName(spec.id), ruleInPack(scope, spec, parameters, spec.id, types)]))),
        }),
      }));
    } else {
      for (const { spec, parameters, types } of wanted) {
        this.after(addOrganizationRule(scope, spec, parameters, { name: `${prefix}-${spec.id}`, types, excludedAccounts: options.excludedAccounts }));
      }
    }
    this.watchOwn(options.approvedKeys);
  }

  /**
   * Which rules look at a bucket, its keys, or the account.
   *
   * @internal
   */
  public _rulesAbout(bucketName: string, keyArns: readonly string[]): { readonly spec: RuleSpec; readonly resource: IConstruct }[] {
    const wanted = new Set([bucketName, ...keyArns].map((name) => referentOf(this, name)));
    return this.made.filter(({ about }) => about === undefined || wanted.has(about));
  }

  /**
   * For whoever says by itself that a bucket is not under the key yet that it shall be under.
   *
   * @internal
   */
  public _mayLeaveItsKey(bucket: s3.IBucket, because: string): void { Annotations.of(this).acknowledgeWarning(ownKeyLeftOut(bucket), because); }

  private watchAll(id: string, options: ComplianceScopeOptions, ruleScope: config.RuleScope): Construct {
    const scope = this.scopeOf(id, options);
    for (const spec of this._chosen.filter((rule) => looksAtAll(rule, options))) {
      this.keep(spec, addRule(scope, spec, parametersOf(options), ruleScope));
    }
    this.watchOwn(options.approvedKeys);
    this.watchTrails();
    return scope;
  }

  /**
   * Watches the trails of the account, and no bucket and no key.
   *
   * For a stack that is deployed once in an account, whose buckets and keys are watched where they are made.
   * Costs 0.06 USD a month.
   */
  public watchTrailsAlone(): void {
    this.watchTrails();
    this.watching ||= this.made.length > 0;
  }

  private scopeOf(id: string, { approvedKeys, sseS3BucketNames }: ComplianceScopeOptions): Construct {
    checkKeys(this, approvedKeys, true);
    if (sseS3BucketNames?.length === 0) {
      throw new ValidationError('NoBuckets', '\'sseS3BucketNames\' must name at least one bucket, got []: leave it out', this);
    }
    if (this.node.tryFindChild(id) !== undefined) {
      throw new ValidationError('WatchedTwice', `what is watched as '${id}' must be watched once, got a second call: give all approvedKeys in one`, this);
    }
    const rules = this._chosen.filter((rule) => looksAtAll(rule, { approvedKeys, sseS3BucketNames }));
    // What trails record of buckets is looked at for all of them, and not by a tag.
    checkLooked(this, `what is watched as '${id}'`, [...rules, ...this._chosen.filter(({ subject }) => subject === 'data-events' && !id.startsWith('Tagged-'))]);
    checkKeysTaken(this, this._chosen, rules, sseS3BucketNames === undefined ? `${approvedKeys.length} approvedKeys` : '\'sseS3BucketNames\'');
    this.watching = true;
    if (this.remedies !== undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:EncryptionCompliance.remediationOfNamed',
        `'remediation' sets right what watch() and watchKey() name, and of what is watched as '${id}' the approved keys alone: nobody sets its buckets right. Name those that should be with watch(), or acknowledge this`);
    }
    return new Construct(this, id);
  }

  /** Keys of other accounts and regions may be approved, but AWS Config does not look at them here. */
  private watchOwn(keys: readonly kms.IKey[]): void {
    const { account, region } = Stack.of(this);
    for (const key of keys) {
      if (!knownToDiffer(key.env.account, account) && !knownToDiffer(key.env.region, region)) {
        this.watchKeyHere(key);
      } else {
        Annotations.of(this).addWarningV2(`cdk-s3-encryption:EncryptionCompliance.keyElsewhere.${key.node.addr}`,
          `nobody here looks at the key ${key.node.path}, which is of another account or region: watch it in a stack there, or acknowledge this if somebody does`);
      }
    }
  }

  private watchKeyHere(key: kms.IKey): void {
    if (!this.isNew(key.keyArn)) { return; }
    const scope = new Construct(this, nameOf(key));
    const ruleScope = config.RuleScope.fromResource(config.ResourceType.KMS_KEY, key.keyId);
    const days = this.maximumDays?.toString() ?? rotationDaysOf(key);
    for (const spec of this.rulesFor(key)) {
      const own = spec.own ? this.rotationPeriod().addRule(scope, spec, key, days) : undefined;
      const rule = this.keep(spec, own?.rule ?? addRule(scope, spec, { ...NO_PARAMETERS, keys: [key] }, ruleScope), key.keyArn, own?.resource);
      this.remedies?.ofKey(rule, spec, key, days);
    }
  }

  private rulesFor(key: kms.IKey): RuleSpec[] {
    return this._chosen.filter(({ subject, remedy }) => subject === 'key' && !(remedy === 'key-rotation' && cannotRotate(key)));
  }

  /** Once, for all keys. */
  private rotationPeriod(): RotationPeriod {
    return this.node.tryFindChild('RotationPeriod') as RotationPeriod | undefined ?? new RotationPeriod(this, 'RotationPeriod');
  }

  /** Once, since trails are of the account. */
  private watchTrails(): void {
    if (this.trails) { return; }
    this.trails = true;
    const scope = new Construct(this, 'Trails');
    for (const spec of this._chosen.filter(({ subject }) => subject === 'trails')) { this.keep(spec, addRule(scope, spec, NO_PARAMETERS)); }
  }

  /** As many buckets as a rule takes, then another rule. */
  private watchDataEvents(bucketName: string): void {
    const group = Math.floor(this.bucketNames.length / MOST_BUCKETS);
    if (this.bucketNames.length % MOST_BUCKETS === 0) {
      const names = () => this.bucketNames.slice(group * MOST_BUCKETS, (group + 1) * MOST_BUCKETS);
      this.addDataEvents(new Construct(this, `Reads${group === 0 ? '' : group + 1}`), names);
    }
    this.bucketNames.push(bucketName);
  }

  private addDataEvents(scope: Construct, bucketNames?: () => readonly string[]): void {
    for (const spec of this._chosen.filter(({ subject }) => subject === 'data-events')) {
      this.keep(spec, addRule(scope, spec, { ...NO_PARAMETERS, bucketNames }));
    }
  }

  /** @param about the name of a bucket or the ARN of a key, where the rule looks at nothing else */
  private keep(spec: RuleSpec, rule: config.IRule, about?: string, resource: IConstruct = rule): config.IRule {
    this.after(resource);
    const referent = about === undefined ? undefined : referentOf(this, about);
    this.made.push({ spec, rule, resource: resource.node.defaultChild ?? resource, about: referent });
    return rule;
  }

  /** Rules need the recorder, where it is made in their stack. */
  private after(rule: IConstruct): void {
    if (this.recorder === undefined) { this.early.push(rule); } else { rule.node.addDependency(this.recorder); }
  }

  /** The recorder of the stack, whichever construct made it, before this one or after. */
  private take(recorder: Construct): void {
    this.recorder = recorder;
    for (const rule of this.early.splice(0)) { rule.node.addDependency(recorder); }
    Annotations.of(this).acknowledgeWarning(RECORDER_ASSUMED, 'This stack makes the recorder.');
  }

  /** What is asked of a bucket is asked once. */
  private checkSame(bucket: s3.IBucket, { keys }: ExpectedEncryption): void {
    const referent = referentOf(this, bucket.bucketName);
    const asked = keys.map(({ keyArn }) => referentOf(this, keyArn)).sort().join(' ');
    const before = this.asked.get(referent);
    if (before !== undefined && before !== asked) {
      throw new ValidationError('WatchedTwice', `'approvedKeys' of ${bucket.node.path} must be the same in every call of watch(), got other ones in a second call: give all of them in one call`, this);
    }
    this.asked.set(referent, asked);
  }

  private isNew(name: string): boolean {
    const referent = referentOf(this, name);
    if (this.seen.has(referent)) { return false; }
    this.seen.add(referent);
    this.watching = true;
    return true;
  }

  private problems(): string[] {
    if (this.watching && this.remedies?.idle === true) {
      return [new ValidationError('RemediationForNothing',
        '\'remediation\' sets right what watch() and watchKey() name, and nothing is named that has an automation: name buckets, or leave it out', this).message];
    }
    return !this.watching ? [new ValidationError('NothingWatched',
      'nothing is watched, so no rule is made: call watch(bucket), watchKey(key), watchTagged(), watchAccount() or watchOrganization()', this).message] : [];
  }
}

/** The id of the warning that the key of a bucket is not approved. */
function ownKeyLeftOut({ node }: s3.IBucket): string { return `cdk-s3-encryption:EncryptionCompliance.ownKeyLeftOut.${node.addr}`; }

/** The id of what is said of a bucket whose key nobody looks at. */
function sseS3({ node }: s3.IBucket): string { return `cdk-s3-encryption:EncryptionCompliance.sseS3.${node.addr}`; }

/** Two constructs of one name in different places are two. */
function nameOf({ node }: s3.IBucket | kms.IKey): string { return `${node.id}${node.addr.slice(-8)}`; }
