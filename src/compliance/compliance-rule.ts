import * as catalogue from './catalogue';
import type { RuleSpec } from './rule-spec';
import type { ControlMappings } from '../controls';

/**
 * Something that AWS Config keeps looking at.
 *
 * The constants are the catalogue. All but two are on by default; `ComplianceChoice` turns them on or off.
 * Those that AWS wrote are named after what they check, and their documentation says which rule of AWS it is.
 */
export class ComplianceRule {
  /** The default encryption of the bucket is under an approved KMS key: `s3-default-encryption-kms`, with the approved keys. Not for buckets under SSE-S3 on purpose. */
  public static readonly BUCKET_DEFAULT_ENCRYPTION_KMS = new ComplianceRule(catalogue.bucketDefaultEncryptionKms);

  /** The default encryption names an approved key by its ARN or its id, never by an alias, and has the algorithm of the bucket. Not for buckets under SSE-S3 on purpose. */
  public static readonly BUCKET_DEFAULT_KEY = new ComplianceRule(catalogue.defaultKey);

  /** The S3 Bucket Key is on. Not for DSSE-KMS, which has none, and not for buckets that leave it out. */
  public static readonly BUCKET_KEY = new ComplianceRule(catalogue.bucketKey);

  /** SSE-C is blocked by the default encryption, or denied to everybody by the bucket policy. */
  public static readonly BUCKET_SSE_C_BLOCKED = new ComplianceRule(catalogue.sseCBlocked);

  /** The bucket policy denies plain HTTP to everybody, for the bucket and its objects. */
  public static readonly BUCKET_TLS_ONLY = new ComplianceRule(catalogue.tlsOnly);

  /** The same as AWS checks it: `s3-bucket-ssl-requests-only`. Off by default. */
  public static readonly BUCKET_SSL_REQUESTS_ONLY = new ComplianceRule(catalogue.bucketSslRequestsOnly);

  /**
   * `s3-bucket-server-side-encryption-enabled`, for those whose auditors ask for it by name. Off by default: it
   * passes for every bucket since January 2023, when S3 began to encrypt everything, and proves nothing.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
   */
  public static readonly BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED = new ComplianceRule(catalogue.bucketServerSideEncryptionEnabled);

  /** KMS rotates the material of the key by itself. Not for keys for which it cannot. */
  public static readonly KEY_ROTATION = new ComplianceRule(catalogue.keyRotation);

  /**
   * KMS rotates the material of the key within the period of the key, or `maximumKeyRotationPeriod`: a function of this library asks
   * once a day, since AWS Config does not record the period.
   */
  public static readonly KEY_ROTATION_PERIOD = new ComplianceRule(catalogue.keyRotationPeriod);

  /** The key is enabled: not disabled, and not scheduled for deletion. */
  public static readonly KEY_USABLE = new ComplianceRule(catalogue.keyUsable);

  /** The key is not scheduled for deletion: `kms-cmk-not-scheduled-for-deletion`, once a day. AWS does not have it in every region. */
  public static readonly KEY_NOT_SCHEDULED_FOR_DELETION = new ComplianceRule(catalogue.keyNotScheduledForDeletion);

  /** The key policy is not public: `kms-key-policy-no-public-access`. AWS does not have it in every region. */
  public static readonly KEY_POLICY_NOT_PUBLIC = new ComplianceRule(catalogue.keyPolicyNotPublic);

  /** Every trail of the account is under a KMS key: `cloud-trail-encryption-enabled`, once a day. */
  public static readonly TRAIL_ENCRYPTED = new ComplianceRule(catalogue.trailEncrypted);

  /** Every trail of the account signs its log files: `cloud-trail-log-file-validation-enabled`, once a day. */
  public static readonly TRAIL_VALIDATED = new ComplianceRule(catalogue.trailValidated);

  /** A trail records data events of the watched buckets: `cloudtrail-s3-dataevents-enabled`, once a day. */
  public static readonly BUCKET_DATA_EVENTS = new ComplianceRule(catalogue.bucketDataEvents);

  /** Names the rule, in lower-case words. */
  public readonly id: string;

  /** What holds where the rule is complied with. */
  public readonly title: string;

  /** Controls of standards that it answers. */
  public readonly mappings: ControlMappings;

  /** @internal */
  public readonly _spec: RuleSpec;

  private constructor(spec: RuleSpec) {
    this._spec = spec;
    this.id = spec.id;
    this.title = spec.title;
    this.mappings = spec.mappings;
  }
}

/** Every rule of the catalogue. */
export const ALL_RULES: readonly ComplianceRule[] = Object.values(ComplianceRule)
  .filter((value): value is ComplianceRule => value instanceof ComplianceRule);
