import { Annotations, Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { KeyAccess } from './key-access';
import { KeyConsumers } from './key-consumers';
import { brokenPromisesOfKey } from './key-promise';
import { KeyRotation } from './key-rotation';
import {
  administerWithoutCryptography, ADMINISTRATION, breakGlassGuard, grantGuards, namedAdministrators, PATIENCE_DAYS,
  recentUseGuard, shortWindowGuard, throughServices, useStatements,
} from './key-statements';
import { kindOf } from '../private/crypto-actions';
import { ValidationError } from '../private/errors';
import { warnWhereGrantsDoNothing } from '../private/imported-key';
import { identityArns, isEverybody, shapeOf } from '../private/principals';
import { hasText } from '../private/tokens';
import { bindsToService } from '../private/via-service';

/** Days: the shortest waiting period that AWS KMS offers. */
const SHORTEST_WINDOW_DAYS = 7;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
const DESCRIPTION_LENGTH = 8192;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
const ALIAS = /^(alias\/)?(?!alias\/|aws\/)[a-zA-Z0-9/_-]{1,250}$/;

type Conditions = Record<string, Record<string, unknown>>;

/** Properties of a `RotatingS3Key`. */
export interface RotatingS3KeyProps {
  /**
   * When AWS KMS makes new key material. There is no way to turn it off.
   *
   * @default - once a year
   */
  readonly rotation?: KeyRotation;

  /**
   * Who may use the key for cryptography, and through which services.
   *
   * @default - KeyAccess.throughS3(): the account's IAM policies decide, and only requests that
   * Amazon S3 makes on the caller's behalf pass
   */
  readonly access?: KeyAccess;

  /**
   * An alias for the key, with or without `alias/` in front; a token needs it.
   *
   * Retained with the key, so a second deployment under the same alias must import it.
   *
   * @default - no alias
   */
  readonly alias?: string;

  /**
   * A description of the key, up to 8192 characters; a longer one is refused with an error.
   *
   * @default - names the construct's path
   */
  readonly description?: string;

  /**
   * Whether replicas of the key can be made in other regions.
   *
   * S3 treats a multi-region key as a single-region one, so replication still decrypts and
   * encrypts again. Each replica costs as much as a key. Changing this on a deployed key fails.
   *
   * @default false
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
   */
  readonly multiRegion?: boolean;

  /**
   * IAM roles and users that administer the key without needing an IAM policy for it.
   *
   * They get no cryptographic action. They can change the key policy, so choose them like
   * administrators of the data.
   *
   * @default - principals of the account whose IAM policies allow it
   */
  readonly admins?: iam.IPrincipal[];

  /**
   * IAM roles and users who alone may delete or disable the key, or turn its rotation off.
   *
   * They may disable a key in use, which is what an incident needs; deleting one still has to wait
   * until it has not been used for 30 days. With a removal policy other than RETAIN, the role
   * that deploys must be among them, or the stack cannot delete the key.
   *
   * @default - nobody can delete or disable a key that was used within the last 30 days, and
   * otherwise those whose IAM policies allow it
   */
  readonly breakGlass?: iam.IPrincipal[];

  /**
   * Why this key may be deleted after 7 days, even if it was in use until then.
   *
   * For keys of short-lived environments. Everything encrypted under the key is lost with it. The
   * text is shown in a warning that can be acknowledged.
   *
   * @default - deletion waits 30 days, and is refused for a key used within the last 30 days
   */
  readonly allowQuickDeletionBecause?: string;

  /**
   * What happens to the key and its alias when they leave the stack.
   *
   * With DESTROY, deleting the stack fails as long as the key was used within the last 30 days,
   * unless `allowQuickDeletionBecause` is given.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A KMS key made for Amazon S3: it rotates, it is used only through S3, and it is hard to destroy.
 *
 * It is a `kms.Key`, so it fits wherever a key is wanted. Its policy lets the account administer
 * the key without any cryptographic action, and lets cryptographic actions through only when S3
 * asks on the caller's behalf. IAM policies of the account decide who that caller may be, so every
 * ordinary grant is effective; an administrator who calls `kms:Decrypt` directly is refused.
 *
 * A statement that is added for an IAM principal is narrowed to S3 as well, unless it names a
 * `kms:ViaService` of its own. Costs 1 USD a month, 2 and then 3 USD after the first two rotations, and 0.03 USD
 * per 10,000 requests, of which a Bucket Key saves up to 99 percent.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @example
 * const key = new RotatingS3Key(this, 'Key', {
 *   alias: 'orders',
 *   rotation: KeyRotation.every(Duration.days(180)),
 * });
 * new SecureBucket(this, 'Orders', { encryptionKey: key });
 */
export class RotatingS3Key extends kms.Key {
  /**
   * Imports a key by its ARN.
   *
   * Where a grant on it needs a statement in its key policy, which only its owner can change, the
   * grant warns and prints the statement to add, instead of silently doing nothing.
   *
   * @param keyArn the full ARN, `arn:<partition>:kms:<region>:<account>:key/<id>`; an alias is
   * refused with an error, since S3 resolves it in the account of each requester
   */
  public static fromKeyArn(scope: Construct, id: string, keyArn: string): kms.IKey {
    if (/:alias\//.test(keyArn) || keyArn.startsWith('alias/')) {
      throw new ValidationError('AliasAsKey',
        `'keyArn' must be the ARN of a key, got '${keyArn}': use the ARN that ends in key/<id>, since S3 resolves an alias in the account of whoever makes the request`, scope);
    }
    return warnWhereGrantsDoNothing(super.fromKeyArn(scope, id, keyArn));
  }

  /**
   * Finds a key by its alias at synthesis, in the account and region of the stack.
   *
   * Like `fromKeyArn`, it warns where a grant would silently do nothing.
   */
  public static fromLookup(scope: Construct, id: string, options: kms.KeyLookupOptions): kms.IKey {
    return warnWhereGrantsDoNothing(super.fromLookup(scope, id, options));
  }

  /** AWS services that use the key by themselves: CloudTrail, S3 Inventory, SNS and others. */
  public readonly consumers: KeyConsumers;

  private readonly access: KeyAccess;
  private readonly aliasRemovalPolicy: RemovalPolicy;
  private retained: RemovalPolicy;

  constructor(scope: Construct, id: string, props: RotatingS3KeyProps = {}) {
    const access = props.access ?? KeyAccess.throughS3();
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const quick = props.allowQuickDeletionBecause !== undefined;
    if (props.allowQuickDeletionBecause !== undefined && !hasText(props.allowQuickDeletionBecause)) {
      throw new ValidationError('ReasonMissing',
        `'allowQuickDeletionBecause' must say why, got '${props.allowQuickDeletionBecause}': give a reason, or leave it out to keep the 30 days`, scope);
    }
    if (quick && props.breakGlass !== undefined) {
      throw new ValidationError('GuardsContradict',
        "'breakGlass' reserves deletion and 'allowQuickDeletionBecause' opens it, got both: keep one of them", scope);
    }
    if (props.description !== undefined && !Token.isUnresolved(props.description) && props.description.length > DESCRIPTION_LENGTH) {
      throw new ValidationError('DescriptionTooLong',
        `'description' must have at most ${DESCRIPTION_LENGTH} characters, got ${props.description.length}: shorten it`, scope);
    }
    if (props.alias !== undefined && !Token.isUnresolved(props.alias) && !ALIAS.test(props.alias)) {
      throw new ValidationError('AliasMalformed',
        `'alias' must have 1 to 250 letters, digits, '/', '_' or '-' and not start with 'aws/', got '${props.alias}': choose another name, or leave it out`, scope);
    }
    if (removalPolicy === RemovalPolicy.SNAPSHOT) {
      throw new ValidationError('NoSnapshots', "'removalPolicy' must not be SNAPSHOT, got snapshot: KMS has no snapshots of keys; leave it out to retain the key", scope);
    }
    for (const principal of access._principals ?? []) {
      if (isEverybody(scope, principal) || shapeOf(scope, principal).services.length > 0) {
        throw new ValidationError('PrincipalNotNamed',
          `'principals' of KeyAccess.namedPrincipals must name roles, users or accounts, got ${principal}: admit AWS services with key.consumers, and leave out '*'`, scope);
      }
    }
    const breakGlass = props.breakGlass === undefined ? undefined : identityArns(scope, 'breakGlass', props.breakGlass);

    const promised = () => [
      administerWithoutCryptography(),
      ...useStatements(scope, access),
      ...grantGuards(),
      ...quick ? [] : [shortWindowGuard()],
      ...breakGlass === undefined ? [] : [breakGlassGuard(breakGlass)],
      // Break glass may disable a key in use, never delete it.
      ...quick ? [] : [recentUseGuard(breakGlass === undefined ? ['kms:DisableKey', 'kms:ScheduleKeyDeletion'] : ['kms:ScheduleKeyDeletion'])],
    ];
    const rotation = props.rotation ?? KeyRotation.yearly();

    super(scope, id, {
      description: props.description ?? `Encrypts objects in S3. Made by cdk-s3-encryption for ${scope.node.path}/${id}`,
      enableKeyRotation: true,
      // A period that is only known at deployment fails the CDK's check of its range.
      rotationPeriod: rotation.period.isUnresolved() ? undefined : rotation.period,
      multiRegion: props.multiRegion,
      pendingWindow: Duration.days(quick ? SHORTEST_WINDOW_DAYS : PATIENCE_DAYS),
      removalPolicy,
      policy: new iam.PolicyDocument({
        statements: [
          ...promised(),
          ...props.admins === undefined ? [] : [namedAdministrators(identityArns(scope, 'admins', props.admins))],
        ],
      }),
    });

    if (rotation.period.isUnresolved()) {
      (this.node.defaultChild as kms.CfnKey).rotationPeriodInDays = rotation.period.toDays();
    }
    this.retained = removalPolicy;
    this.access = access;
    this.aliasRemovalPolicy = removalPolicy;
    this.consumers = KeyConsumers._of(this);
    if (access._principals !== undefined) {
      // With this off, the CDK also names each grantee in the key policy. The CDK's constructor
      // refuses it as a prop, because its own default policy trusts the account; ours does not.
      Object.defineProperty(this, 'trustAccountIdentities', { value: false });
    }
    if (props.alias !== undefined) { this.addAlias(props.alias); }

    if (quick) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:RotatingS3Key.quickDeletionAllowed',
        `this key can be deleted within ${SHORTEST_WINDOW_DAYS} days, and everything encrypted under it with it. Reason given: ${props.allowQuickDeletionBecause}`);
    } else if (removalPolicy === RemovalPolicy.DESTROY) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:RotatingS3Key.deletionIsGuarded',
        `deleting the stack fails while this key was used within the last ${PATIENCE_DAYS} days${breakGlass === undefined ? '' : ', or if the role that deploys is not in \'breakGlass\''}: retain the key, or give 'allowQuickDeletionBecause' in a short-lived environment`);
    }
    this.node.addValidation({
      validate: () => brokenPromisesOfKey(this, {
        rotation,
        pendingWindowDays: quick ? SHORTEST_WINDOW_DAYS : PATIENCE_DAYS,
        retained: this.retained === RemovalPolicy.RETAIN,
        statements: promised(),
      }),
    });
  }

  public applyRemovalPolicy(policy: RemovalPolicy): void {
    this.retained = policy;
    super.applyRemovalPolicy(policy);
  }

  public addAlias(alias: string): kms.Alias {
    const added = super.addAlias(alias);
    added.applyRemovalPolicy(this.aliasRemovalPolicy);
    return added;
  }

  public grantAdmin(grantee: iam.IGrantable): iam.Grant {
    // The CDK's own list lacks RotateKeyOnDemand, and its `kms:Create*` would include CreateGrant.
    return iam.Grant.addToPrincipalOrResource({
      grantee, actions: ADMINISTRATION, resourceArns: [this.keyArn], resourceSelfArns: ['*'], resource: this,
    });
  }

  public addToResourcePolicy(statement: iam.PolicyStatement, allowNoOp?: boolean): iam.AddToResourcePolicyResult {
    const parts = this.narrowedToServices(statement);
    const results = parts.map((part) => super.addToResourcePolicy(part, allowNoOp));
    return results[results.length - 1];
  }

  /**
   * Whether grants have to name their grantee in the key policy.
   *
   * @internal
   */
  public get _namesGrantees(): boolean {
    return this.access._principals !== undefined;
  }

  /**
   * Splits a statement so that its cryptographic part is bound to the services of the preset.
   *
   * Everything a grant adds comes through here, also that of a grant to another account, which
   * the CDK would otherwise let use the key directly.
   */
  private narrowedToServices(statement: iam.PolicyStatement): iam.PolicyStatement[] {
    const named = statement.principals.map((principal) => shapeOf(this, principal));
    if (named.some((shape) => shape.services.includes('logging.s3.amazonaws.com'))) {
      throw new ValidationError('LogsUnderKms',
        "the bucket of 'serverAccessLogsBucket' must be under SSE-S3, got one under this key: S3 would silently deliver no logs; use a bucket with EncryptionMode.s3Managed()", this);
    }
    if (statement.effect !== iam.Effect.ALLOW) { return [statement]; }
    if (statement.notPrincipals.length > 0) {
      throw new ValidationError('DirectUseOfKey',
        'a statement for the policy of this key must name its principals, got NotPrincipal, which admits everybody else: list who may use the key', this);
    }
    const services = statement.principals.filter((_, index) => named[index].services.length > 0);
    const identities = statement.principals.filter((_, index) => named[index].services.length === 0);
    if (identities.length === 0 || bindsToService(statement.conditions as Conditions)) { return [statement]; }
    if (services.length > 0) {
      return [
        statement.copy({ principals: services }),
        ...this.narrowedToServices(withoutSid(statement.copy({ principals: identities }))),
      ];
    }

    const kinds = statement.actions.map((action) => ({ action, kind: kindOf(action) }));
    const both = kinds.find(({ kind }) => kind === 'both');
    if (both !== undefined || statement.notActions.length > 0) {
      throw new ValidationError('DirectUseOfKey',
        `a statement for the policy of this key must list its actions, got '${both?.action ?? 'NotAction'}', which would also let the principal use the key directly: list the administrative actions, and grant use through the bucket`, this);
    }
    const cryptographic = kinds.filter(({ kind }) => kind === 'cryptographic').map(({ action }) => action);
    if (cryptographic.length === 0) { return [statement]; }
    const others = kinds.filter(({ kind }) => kind !== 'cryptographic').map(({ action }) => action);

    const condition = throughServices(this, this.access._services).StringEquals;
    const conditions = statement.conditions as Conditions;
    const narrowed = statement.copy({
      actions: cryptographic,
      conditions: { ...conditions, StringEquals: { ...conditions.StringEquals, ...condition } },
    });
    return others.length === 0 ? [narrowed] : [narrowed, withoutSid(statement.copy({ actions: others }))];
  }
}

/** Sids must be unique in a policy, so only the first part of a split statement keeps it. */
function withoutSid(statement: iam.PolicyStatement): iam.PolicyStatement {
  statement.sid = undefined;
  return statement;
}
