import { Duration, FeatureFlags, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as cxapi from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { MINIMUM_TLS } from './bucket-statements';
import { EncryptionMode } from './encryption-mode';
import { withoutGrantsOfTheCdk } from './replication';
import { SecureBucketProps, UploadHeaders } from './secure-bucket-props';
import { assertUsableKey } from './usable-key';
import { ValidationError } from '../private/errors';
import { hasText } from '../private/tokens';

/** The values of `s3:TlsVersion` that are not obsolete. */
const TLS_VERSIONS = [1.2, 1.3];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-set-lifecycle-configuration-intro.html */
const MAX_LIFECYCLE_RULES = 1000;

/** What a SecureBucket decided from its props, before anything is made. */
export interface ResolvedProps {
  /** What `s3.Bucket` is given: nothing about encryption, logs or TLS, which the subclass sets. */
  readonly bucketProps: s3.BucketProps;
  readonly mode: EncryptionMode;
  readonly bucketKeyEnabled: boolean;
  readonly blockedEncryptionTypes: string[];
  readonly minimumTls: number;
  readonly uploadHeaders: UploadHeaders;
  readonly sseCAllowed: boolean;
  readonly anyUploadAllowed: boolean;
  readonly versioned: boolean;
  readonly removalPolicy: RemovalPolicy;
  readonly accessLogs: boolean;
  /** What was weakened on purpose. */
  readonly weakened: Weakness[];
}

/** Something that was weakened on purpose. */
export interface Weakness {
  /** The id of the warning. */
  readonly id: string;
  /** What it means, with the owner's reason. */
  readonly text: string;
  /** The findings of cdk-nag that follow from it. */
  readonly findings: string[];
}

/** Decides what the props mean, and refuses what contradicts itself or weakens the bucket. */
export function resolveProps(scope: Construct, id: string, props: SecureBucketProps): ResolvedProps {
  const fail = (code: string, message: string): never => { throw new ValidationError(code, `${message} (bucket '${id}')`, scope); };
  refusePublicAndPlain(scope, props, fail);
  const reasons = readReasons(props, fail);

  const mode = resolveMode(props, fail);
  if (mode._key !== undefined) {
    assertUsableKey(scope, Stack.of(scope).region, props.encryptionKey === undefined ? 'encryptionMode' : 'encryptionKey', mode._key);
  }
  const bucketKeyEnabled = resolveBucketKey(props, mode, fail);
  const uploadHeaders = props.uploadHeaders ?? UploadHeaders.OPTIONAL;
  if (uploadHeaders === UploadHeaders.REQUIRED && !mode._usesKms) {
    fail('HeadersWithoutKey', "'uploadHeaders' REQUIRED asks for the bucket's key in every upload, got EncryptionMode.s3Managed(), which has none: use EncryptionMode.kms()");
  }
  if (uploadHeaders === UploadHeaders.REQUIRED && reasons.anyUpload !== undefined) {
    fail('UploadRulesContradict', "'uploadHeaders' REQUIRED restricts uploads and 'allowAnyUploadEncryptionBecause' opens them, got both: keep one of them");
  }
  if (reasons.anyUpload !== undefined && !mode._usesKms) {
    fail('NothingToAllow', "'allowAnyUploadEncryptionBecause' has no effect with SSE-S3, which admits every stronger encryption already, got both: leave it out");
  }
  if (mode._usesKms) { refuseReplicationThatSkipsKms(props, fail); }
  for (const { destination, kmsKey } of props.replicationRules ?? []) {
    // An imported bucket may be anywhere: what the CDK says of its region is a guess.
    const region = destination instanceof s3.Bucket ? destination.env.region : kmsKey?.env.region;
    if (kmsKey !== undefined && region !== undefined) { assertUsableKey(scope, region, 'replicationRules', kmsKey); }
  }

  const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    fail('NoSnapshots', "'removalPolicy' must not be SNAPSHOT, got snapshot: S3 has no snapshots of buckets; leave it out to retain the bucket");
  }
  const versioned = reasons.unversioned === undefined;
  return {
    bucketProps: {
      ...props,
      encryption: undefined,
      encryptionKey: undefined,
      bucketKeyEnabled: undefined,
      blockedEncryptionTypes: undefined,
      enforceSSL: undefined,
      minimumTLSVersion: undefined,
      publicReadAccess: undefined,
      serverAccessLogsBucket: undefined,
      serverAccessLogsPrefix: undefined,
      targetObjectKeyFormat: undefined,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned,
      replicationRules: withoutGrantsOfTheCdk(props.replicationRules),
      lifecycleRules: withAbortOfStaleUploads(props.lifecycleRules ?? [], fail),
      removalPolicy,
    },
    mode,
    bucketKeyEnabled,
    blockedEncryptionTypes: resolveBlockedTypes(props, reasons.sseC !== undefined, fail),
    minimumTls: props.minimumTLSVersion ?? MINIMUM_TLS,
    uploadHeaders,
    sseCAllowed: reasons.sseC !== undefined,
    anyUploadAllowed: reasons.anyUpload !== undefined,
    versioned,
    removalPolicy,
    accessLogs: reasons.noAccessLogs === undefined,
    weakened: weaknesses(reasons),
  };
}

type Fail = (code: string, message: string) => never;

function refusePublicAndPlain(scope: Construct, props: SecureBucketProps, fail: Fail): void {
  if (props.publicReadAccess === true) {
    fail('PublicReadAccess', "'publicReadAccess' must not be true, got true: serve public content through CloudFront with origin access control, and admit it with key.consumers.cloudFront()");
  }
  // Without its newer flag, the CDK leaves off what a BlockPublicAccess does not mention.
  const mentioned = FeatureFlags.of(scope).isEnabled(cxapi.S3_PUBLIC_ACCESS_BLOCKED_BY_DEFAULT);
  const block = props.blockPublicAccess;
  const open = block === undefined ? [] : (['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'] as const)
    .filter((name) => (mentioned ? block[name] === false : block[name] !== true));
  if (open.length > 0) {
    fail('PublicAccessNotBlocked', `'blockPublicAccess' must block everything, got ${open.join(', ')} off: leave it out, or use s3.Bucket for a public bucket`);
  }
  for (const name of ['websiteIndexDocument', 'websiteErrorDocument', 'websiteRedirect', 'websiteRoutingRules'] as const) {
    if (props[name] !== undefined) {
      fail('WebsiteHosting', `'${name}' must be left out, got ${JSON.stringify(props[name])}: website endpoints of S3 speak plain HTTP to anonymous users; serve the bucket through CloudFront`);
    }
  }
  if (props.enforceSSL === false) {
    fail('PlainHttp', "'enforceSSL' must not be false, got false: leave it out, a SecureBucket always refuses plain HTTP");
  }
  const tls = props.minimumTLSVersion;
  if (tls !== undefined && !Token.isUnresolved(tls) && !TLS_VERSIONS.includes(tls)) {
    fail('TlsVersion', `'minimumTLSVersion' must be ${TLS_VERSIONS.join(' or ')}, got ${tls}: leave it out to refuse what is older than ${MINIMUM_TLS}`);
  }
  if (props.accessControl !== undefined && props.accessControl !== s3.BucketAccessControl.PRIVATE) {
    fail('AclsAreOff', `'accessControl' must be left out, got ${props.accessControl}: ACLs are off in a SecureBucket; grant access by policy, such as bucket.grantRead()`);
  }
  if (props.objectOwnership !== undefined && props.objectOwnership !== s3.ObjectOwnership.BUCKET_OWNER_ENFORCED) {
    fail('AclsAreOff', `'objectOwnership' must be ${s3.ObjectOwnership.BUCKET_OWNER_ENFORCED}, got ${props.objectOwnership}: leave it out, ACLs are off in a SecureBucket`);
  }
}

interface Reasons {
  readonly sseC?: string;
  readonly anyUpload?: string;
  readonly unversioned?: string;
  readonly noAccessLogs?: string;
}

function readReasons(props: SecureBucketProps, fail: Fail): Reasons {
  for (const name of ['allowSseCBecause', 'allowAnyUploadEncryptionBecause', 'allowUnversionedBecause', 'allowNoAccessLogsBecause'] as const) {
    const reason = props[name];
    if (reason !== undefined && !hasText(reason)) {
      fail('ReasonMissing', `'${name}' must say why, got '${reason}': give a reason, or leave it out to keep the safe default`);
    }
  }
  if (props.versioned === false && props.allowUnversionedBecause === undefined) {
    fail('Unversioned', "'versioned' must not be false, got false: leave it out, or say why in 'allowUnversionedBecause'");
  }
  if (props.versioned === true && props.allowUnversionedBecause !== undefined) {
    fail('VersioningContradicts', "'versioned' is true and 'allowUnversionedBecause' turns it off, got both: keep one of them");
  }
  if (props.allowUnversionedBecause !== undefined && (props.objectLockEnabled === true || props.objectLockDefaultRetention !== undefined)) {
    fail('ObjectLockNeedsVersions', "'objectLockEnabled' and 'objectLockDefaultRetention' need versions, which 'allowUnversionedBecause' turns off, got both: keep one of them");
  }
  if (props.allowUnversionedBecause !== undefined && (props.replicationRules ?? []).length > 0) {
    fail('ReplicationNeedsVersions', "'replicationRules' need versions, which 'allowUnversionedBecause' turns off, got both: keep one of them");
  }
  const logs = ['serverAccessLogsBucket', 'serverAccessLogsPrefix', 'targetObjectKeyFormat'] as const;
  const given = logs.filter((name) => props[name] !== undefined);
  if (props.allowNoAccessLogsBecause !== undefined && given.length > 0) {
    fail('AccessLogsContradict', `'allowNoAccessLogsBecause' turns access logs off, got it with '${given.join("', '")}': keep one of them`);
  }
  return {
    sseC: props.allowSseCBecause,
    anyUpload: props.allowAnyUploadEncryptionBecause,
    unversioned: props.allowUnversionedBecause,
    noAccessLogs: props.allowNoAccessLogsBecause,
  };
}

function resolveMode(props: SecureBucketProps, fail: Fail): EncryptionMode {
  const { encryption, encryptionKey, encryptionMode } = props;
  if (encryptionMode !== undefined) {
    if (encryption !== undefined) {
      fail('EncryptionTwice', `'encryptionMode' and 'encryption' say the same thing twice, got 'encryption' ${encryption}: keep 'encryptionMode'`);
    }
    if (encryptionKey === undefined) { return encryptionMode; }
    if (!encryptionMode._usesKms) {
      fail('KeyWithoutKms', "'encryptionKey' has no effect with EncryptionMode.s3Managed(), got both: leave one of them out");
    }
    if (encryptionMode._key !== undefined) {
      fail('KeyTwice', "'encryptionKey' and 'encryptionMode' both name a key, got both: keep one of them");
    }
    return encryptionMode._algorithm === 'aws:kms' ? EncryptionMode.kms(encryptionKey) : EncryptionMode.dsse(encryptionKey);
  }
  switch (encryption) {
    case undefined:
    case s3.BucketEncryption.KMS:
      return EncryptionMode.kms(encryptionKey);
    case s3.BucketEncryption.DSSE:
      return EncryptionMode.dsse(encryptionKey);
    case s3.BucketEncryption.S3_MANAGED:
      if (encryptionKey !== undefined) {
        fail('KeyWithoutKms', "'encryptionKey' has no effect with 'encryption' S3_MANAGED, got both: leave one of them out");
      }
      return EncryptionMode.s3Managed();
    default:
      return fail('EncryptionRefused',
        `'encryption' must be KMS, DSSE or S3_MANAGED, got ${encryption}: leave it out to get SSE-KMS under a key of the bucket's own; the keys that AWS manages have a policy that nobody can change or share, and S3 encrypts every object since 2023`);
  }
}

function resolveBucketKey(props: SecureBucketProps, mode: EncryptionMode, fail: Fail): boolean {
  if (props.bucketKeyEnabled === true && mode._algorithm !== 'aws:kms') {
    fail('BucketKeyUnsupported', mode._algorithm === 'AES256'
      ? "'bucketKeyEnabled' must not be true with SSE-S3, got true: a Bucket Key saves KMS requests, and SSE-S3 makes none; leave it out"
      : "'bucketKeyEnabled' must not be true with DSSE-KMS, got true: S3 does not support Bucket Keys for DSSE-KMS; leave it out, or use EncryptionMode.kms()");
  }
  return props.bucketKeyEnabled ?? mode._algorithm === 'aws:kms';
}

function resolveBlockedTypes(props: SecureBucketProps, sseCAllowed: boolean, fail: Fail): string[] {
  const given = props.blockedEncryptionTypes?.map((type) => type.name);
  if (given === undefined) {
    return [(sseCAllowed ? s3.BlockedEncryptionType.NONE : s3.BlockedEncryptionType.SSE_C).name];
  }
  const blocksSseC = given.includes(s3.BlockedEncryptionType.SSE_C.name);
  if (sseCAllowed && blocksSseC) {
    fail('SseCContradicts', "'blockedEncryptionTypes' blocks SSE-C and 'allowSseCBecause' admits it, got both: keep one of them");
  }
  if (!sseCAllowed && !blocksSseC) {
    fail('SseCNotBlocked', `'blockedEncryptionTypes' must include SSE-C, got ${JSON.stringify(given)}: leave it out, or say why in 'allowSseCBecause'`);
  }
  if (given.includes(s3.BlockedEncryptionType.NONE.name) && given.length > 1) {
    fail('BlockedTypesContradict', `'blockedEncryptionTypes' must not mix NONE with others, got ${JSON.stringify(given)}: leave NONE out`);
  }
  return given;
}

/**
 * Every object of the bucket is under KMS, and S3 replicates those only where a rule says so: a
 * rule that does not would replicate nothing.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
function refuseReplicationThatSkipsKms(props: SecureBucketProps, fail: Fail): void {
  for (const rule of props.replicationRules ?? []) {
    if (rule.sseKmsEncryptedObjects !== true || rule.kmsKey === undefined) {
      fail('ReplicationSkipsKms',
        `'replicationRules' must set 'sseKmsEncryptedObjects' and 'kmsKey' in each rule, got ${rule.id === undefined ? 'a rule' : `rule '${rule.id}'`} without: S3 would not replicate the objects of this bucket, which are all under KMS; set sseKmsEncryptedObjects to true and kmsKey to the key of the destination`);
    }
  }
}

/**
 * Parts of unfinished uploads are billed and invisible.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
 */
function withAbortOfStaleUploads(rules: s3.LifecycleRule[], fail: Fail): s3.LifecycleRule[] {
  const aborts = rules.some((rule) => rule.abortIncompleteMultipartUploadAfter !== undefined && rule.enabled !== false
    && rule.prefix === undefined && rule.tagFilters === undefined
    && rule.objectSizeGreaterThan === undefined && rule.objectSizeLessThan === undefined);
  if (!aborts && rules.length >= MAX_LIFECYCLE_RULES) {
    fail('TooManyLifecycleRules', `'lifecycleRules' must leave room for the one that ends unfinished uploads, got ${rules.length} of at most ${MAX_LIFECYCLE_RULES}: remove one, or give one of them abortIncompleteMultipartUploadAfter`);
  }
  return aborts ? rules : [...rules, { id: 'AbortStaleUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) }];
}

function weaknesses(reasons: Reasons): Weakness[] {
  const found = [
    { id: 'sseCAllowed', what: 'uploads may use keys that clients provide (SSE-C), which nobody else can read or re-encrypt', why: reasons.sseC, findings: [] },
    { id: 'anyUploadEncryptionAllowed', what: 'uploads may choose another key or a weaker algorithm', why: reasons.anyUpload, findings: [] },
    {
      id: 'unversioned',
      what: 'overwritten and deleted objects are gone',
      why: reasons.unversioned,
      findings: ['NIST.800.53.R5-S3BucketVersioningEnabled'],
    },
    {
      id: 'noAccessLogs',
      what: 'no server access logs are kept',
      why: reasons.noAccessLogs,
      findings: ['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'],
    },
  ];
  return found.filter(({ why }) => why !== undefined).map(({ id, what, why, findings }) => ({
    id: `cdk-s3-encryption:SecureBucket.${id}`, text: `${what}. Reason given: ${why}`, findings,
  }));
}
