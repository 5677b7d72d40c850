import { Annotations, Lazy, Names, Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { CfnAllowList } from 'aws-cdk-lib/aws-macie';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DiscoveryJob } from './discovery-job';
import type { MacieAllowList } from './macie-allow-list';
import { MacieFindings } from './macie-findings';
import { MacieParts } from './macie-parts';
import { checkAllowLists, lacksMacie } from './macie-regions';
import { MacieSession } from './macie-session';
import { MacieSeverity } from './macie-severity';
import type { SensitiveDataDiscoveryProps } from './sensitive-data-discovery-props';
import { checkAlarmsHere } from '../private/alarms-here';
import { ValidationError } from '../private/errors';
import { warnOwnerMustAdd, warnsByItself } from '../private/imported-key';
import { keyBehind } from '../private/key-by-arn';
import { isKeyless } from '../private/keyless';
import { macieReads } from '../private/macie-role';
import { knownToDiffer, referentOf } from '../private/tokens';

/** https://docs.aws.amazon.com/macie/latest/user/macie-quotas.html */
const MOST_BUCKETS = 1000;
const MOST_ALLOW_LISTS = 10;

/**
 * Finds out which of the watched buckets hold personal data, credentials or numbers of cards, and tells somebody: Amazon Macie inspects
 * their objects. Encryption protects nothing that lies in a bucket where nobody expects it.
 *
 * It makes a job of Macie over the watched buckets, lets Macie read under their keys, and sends findings about them to the people of the
 * alarms: of sensitive data from `minimumSeverity` on, and of each bucket that becomes public, is shared, or loses its encryption.
 *
 * Objects under SSE-C and those that were encrypted before they were uploaded cannot be read by Macie: nothing is ever found in them.
 *
 * Macie costs 1 USD for each GB that it inspects and 0.10 USD a month for each bucket of the account. A job that could inspect more
 * than `maximumGigabytes`, 100 where nobody says more, is not made. The function that makes it costs nothing to speak of.
 *
 * @see https://docs.aws.amazon.com/macie/latest/user/what-is-macie.html
 * @see https://aws.amazon.com/macie/pricing/
 * @example
 * const data = new SecureBucket(this, 'Data');
 * const alarms = new EncryptionAlarms(this, 'Alarms', { notify: [Notify.email('security@example.com')] });
 * alarms.watch(data);
 *
 * const discovery = new SensitiveDataDiscovery(this, 'Discovery', {
 *   alarms,
 *   session: MacieSession.make(),
 *   job: DiscoveryJob.weekly({ exceptPrefixes: ['public/'] }),
 * });
 * discovery.watch(data);
 */
export class SensitiveDataDiscovery extends Construct {
  /**
   * What one month costs that can be foreseen: the most that a job inspects, in GB. Undefined where that is not bounded.
   *
   * @internal
   */
  public readonly _maximumGigabytes?: number;

  private readonly parts: MacieParts;
  private readonly makesSession: boolean;
  private readonly findings: MacieFindings;
  private readonly names: string[] = [];
  private readonly byAccount = new Map<string, { readonly accountId: string; readonly buckets: Map<string, string> }>();
  private readonly seen = new Set<string>();
  private job?: Construct;

  constructor(scope: Construct, id: string, props: SensitiveDataDiscoveryProps) {
    super(scope, id);
    const { alarms, session = MacieSession.existing(), job = DiscoveryJob.once(), allowLists = [] } = props;
    checkAlarmsHere(this, alarms, 'findings are delivered here only');
    this.checkLooked(job, props);
    this._maximumGigabytes = job._maximumGigabytes;
    this.makesSession = session._make !== undefined;
    this.parts = MacieParts.of(this);
    this.parts.useSession(this, session);
    if (!this.makesSession && lacksMacie(this)) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:SensitiveDataDiscovery.regionWithoutMacie',
        `Macie is not known to be offered in ${Stack.of(this).region}, and the deployment fails where it is not: make SensitiveDataDiscovery in the region of the buckets, and leave it out here`);
    }
    if (props.automatedDiscovery !== undefined) { this.parts.useDiscovery(props.automatedDiscovery); }
    const lists: string[] = [];
    if (job._settings !== undefined) { this.makeJob(job, lists); }
    allowLists.forEach((list, at) => { lists.push(this.listId(list, at)); });
    this.findings = new MacieFindings(this, alarms, props.minimumSeverity ?? MacieSeverity.MEDIUM, this.names);
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * Watches a bucket, and lets Macie read under its key.
   *
   * A bucket of another region is refused with an error. One of another account is analyzed where this account administers Macie
   * for that one; a warning says so.
   *
   * Where the key was imported, a warning prints what its owner has to add to its policy. Where it is in another stack, Macie
   * has to be enabled before that is deployed: with `MacieSession.make()` it is an error.
   */
  public watch(bucket: s3.IBucket): void {
    const referent = referentOf(this, bucket.bucketName);
    if (this.seen.has(referent)) { return; }
    const { account, region } = Stack.of(this);
    const { account: owner, region: home } = bucket.env;
    if (knownToDiffer(home, region)) {
      throw new ValidationError('WatchedElsewhere', `'bucket' must be in the region of the stack that watches it, '${region}', got '${home}': Macie analyzes buckets of its own region only, so make SensitiveDataDiscovery there`, bucket);
    }
    this.seen.add(referent);
    if (knownToDiffer(owner, account)) {
      Annotations.of(this).addWarningV2(`cdk-s3-encryption:SensitiveDataDiscovery.otherAccount.${bucket.node.path}`,
        `the bucket ${bucket.node.path} is of account ${owner}, and Macie of ${account} analyzes it only if it administers Macie for that account: deploy this in the administrator account of Macie`);
    }
    this.names.push(bucket.bucketName);
    const of = referentOf(this, owner);
    const known = this.byAccount.get(of) ?? { accountId: owner, buckets: new Map<string, string>() };
    known.buckets.set(referent, bucket.bucketName);
    this.byAccount.set(of, known);
    if (this.job !== undefined && this._maximumGigabytes !== undefined && !knownToDiffer(owner, account)) {
      this.parts.letList(bucket.bucketName, this.job);
    }
    this.findings.grow();
    if (bucket.encryptionKey !== undefined) {
      this.letRead(bucket.encryptionKey, owner);
    } else if (!(bucket instanceof s3.Bucket) && !isKeyless(bucket)) {
      Annotations.of(this).addWarningV2(`cdk-s3-encryption:SensitiveDataDiscovery.keyNotKnown.${bucket.node.path}`,
        `the key of the imported bucket ${bucket.node.path} is not known, and Macie reads nothing under a key that does not let it: import it with s3.Bucket.fromBucketAttributes() and encryptionKey, or acknowledge this if it has no key of a customer`);
    }
  }

  /** What makes no findings at all, or is looked at by nobody. */
  private checkLooked(job: DiscoveryJob, { automatedDiscovery, allowLists = [] }: SensitiveDataDiscoveryProps): void {
    if (allowLists.length > MOST_ALLOW_LISTS) {
      throw new ValidationError('TooManyAllowLists', `'allowLists' must have at most ${MOST_ALLOW_LISTS}, as an account may, got ${allowLists.length}: join patterns with '|', or give MacieAllowList.words()`, this);
    }
    if (job._settings !== undefined) { return; }
    if (automatedDiscovery === undefined) {
      throw new ValidationError('NothingLooks', '\'job\' must be one where \'automatedDiscovery\' is left out, got DiscoveryJob.none(): nothing would look for sensitive data. Give DiscoveryJob.once(), or AutomatedDiscovery.existing()', this);
    }
    if (allowLists.length > 0) {
      throw new ValidationError('AllowListsUnused', `'allowLists' are for a job, got ${allowLists.length} with DiscoveryJob.none(): leave them out, and add them to the settings of automated discovery in Macie`, this);
    }
  }

  private makeJob(job: DiscoveryJob, allowListIds: string[]): void {
    const stack = Stack.of(this);
    const { scoping, ...settings } = job._settings ?? {};
    this.job = this.parts.addJob(this, {
      JobName: Names.uniqueResourceName(this, { maxLength: 200, separator: '-' }),
      AccountId: stack.account,
      Settings: Lazy.uncachedString({
        produce: () => stack.toJsonString({
          ...settings,
          description: `SensitiveDataDiscovery ${this.node.path}`.slice(0, 200),
          allowListIds: allowListIds.length === 0 ? undefined : allowListIds,
          s3JobDefinition: { bucketDefinitions: this.definitions(), scoping },
        }),
      }),
      MaximumGigabytes: job._maximumGigabytes,
    });
  }

  /** In an order of their own: another one of the calls of `watch` is no other job, which would be paid again. */
  private definitions(): { readonly accountId: string; readonly buckets: string[] }[] {
    return inOrder(this.byAccount).map(({ accountId, buckets }) => ({ accountId, buckets: inOrder(buckets) }));
  }

  private listId({ _because: because, _source: { id, pattern, bucket, objectKey } }: MacieAllowList, at: number): string {
    if (id !== undefined) { return id; }
    checkAllowLists(this);
    Annotations.of(this).addWarningV2(`cdk-s3-encryption:SensitiveDataDiscovery.allowList${at + 1}`,
      `nothing is found in text of ${pattern === undefined ? `the file ${objectKey}` : `the pattern ${pattern}`}. Reason given: ${because}`);
    const list = new CfnAllowList(this, `AllowList${at + 1}`, {
      name: `${Names.uniqueResourceName(this, { maxLength: 110, separator: '-' })}-${at + 1}`,
      description: because,
      criteria: bucket === undefined ? { regex: pattern } : { s3WordsList: { bucketName: bucket.bucketName, objectKey: objectKey! } },
    });
    this.parts.afterSession(list);
    if (bucket?.encryptionKey !== undefined) { this.letRead(bucket.encryptionKey, bucket.env.account); }
    return list.attrId;
  }

  private letRead(named: kms.IKey, account: string): void {
    const key = keyBehind(named);
    const resource = key.node.defaultChild;
    if (this.makesSession && resource !== undefined && Stack.of(key) !== Stack.of(this)) {
      throw new ValidationError('KeyElsewhere', `'session' must be there before the stack of the key ${key.node.path} is deployed, since KMS takes no policy that names the role of Macie while nobody enabled Macie, got MacieSession.make(): make SensitiveDataDiscovery in the stack of the key, or enable Macie first (aws macie2 enable-macie) and give MacieSession.existing()`, this);
    }
    const statement = macieReads(key, account);
    const { statementAdded } = key.addToResourcePolicy(statement);
    if (!statementAdded) {
      if (!warnsByItself(key)) { warnOwnerMustAdd(this, key, statement); }
    } else if (resource !== undefined && Stack.of(key) === Stack.of(this)) {
      this.parts.afterSession(resource);
      this.job?.node.addDependency(resource); // what it cannot decrypt, a job skips
    }
  }

  private problems(): string[] {
    const count = this.names.length;
    if (count === 0) { return [new ValidationError('NothingWatched', 'nothing is watched, so nobody hears of sensitive data: call watch(bucket)', this).message]; }
    return count <= MOST_BUCKETS ? [] : [new ValidationError('TooManyBuckets', `one job analyzes at most ${MOST_BUCKETS} buckets, got ${count}: divide them among several SensitiveDataDiscovery`, this).message];
  }
}

/** The values, in the order of their keys. */
function inOrder<T>(values: ReadonlyMap<string, T>): T[] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
