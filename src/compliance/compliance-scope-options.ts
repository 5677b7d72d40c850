import type * as kms from 'aws-cdk-lib/aws-kms';

/** Options of `EncryptionCompliance.watch`. */
export interface ComplianceWatchOptions {
  /**
   * The keys that the default encryption of the bucket may be under. With `remediation` a bucket that is under none of them is set to the one that
   * it has in the template, or is imported with, and otherwise to the first. A bucket whose own key is not among them is warned about.
   *
   * A key known by an alias only is refused with an error: an alias can be moved to another key. More than 11 leave out
   * `ComplianceRule.BUCKET_DEFAULT_ENCRYPTION_KMS`, which takes no more; with `remediation` more than 25 are an error.
   *
   * @default - the key of the bucket
   */
  readonly approvedKeys?: kms.IKey[];

  /**
   * Why the bucket is under SSE-S3 on purpose, as a target of access logs has to be, where the app does not say so: for an imported one, or for
   * a bucket of the CDK. It is looked at for everything but the key; nobody is warned, and the reason is shown as an information of the synthesis.
   *
   * Refused with an error where it is empty, beside `approvedKeys`, and for a bucket that is under a KMS key in its template or is imported with
   * one.
   *
   * @default - a bucket under SSE-S3 in its template is warned about, unless this library made it so or the tag
   * `EncryptionHook.SSE_S3_REASON_TAG` says why; an imported one needs `approvedKeys`
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-server-access-logging.html
   */
  readonly sseS3Because?: string;
}

/** Options of `EncryptionCompliance.watchAccount`, `watchTagged` and `watchOrganization`. */
export interface ComplianceScopeOptions {
  /**
   * The keys that the default encryption of buckets may be under. At least one. Those of this account and
   * region are watched themselves. More than 11 leave out `ComplianceRule.BUCKET_DEFAULT_ENCRYPTION_KMS`, which takes
   * no more; about 60 fit at most, and beyond that it is an error.
   */
  readonly approvedKeys: kms.IKey[];

  /**
   * Names of buckets that are under SSE-S3 on purpose, such as the targets of access logs. They are looked
   * at for everything but the key. Leaves out `ComplianceRule.BUCKET_DEFAULT_ENCRYPTION_KMS`, which knows no
   * exceptions; `ComplianceRule.BUCKET_DEFAULT_KEY` looks at the same.
   *
   * @default - none: a bucket under SSE-S3 is not compliant, unless its tag says why
   */
  readonly sseS3BucketNames?: string[];

  /**
   * Whether a bucket under SSE-S3 may say itself that it is on purpose, in the tag `EncryptionHook.SSE_S3_REASON_TAG`. Buckets of logs that
   * this library makes have it. A value without a visible character says nothing, and under a key that is not approved the tag excuses nothing.
   *
   * Whoever may tag a bucket, by `s3:PutBucketTagging` or `s3:TagResource`, can so keep one that is under SSE-S3 out of the findings: give false, and
   * `sseS3BucketNames`, where these are people who should be found. `ComplianceRule.BUCKET_DEFAULT_ENCRYPTION_KMS` knows no tags and finds
   * such buckets either way, unless it is left out by `ComplianceChoice` or `sseS3BucketNames`.
   *
   * @default true
   */
  readonly trustSseS3ReasonTag?: boolean;
}

/** Options of `EncryptionCompliance.watchTagged`. */
export interface ComplianceTagOptions extends ComplianceScopeOptions {
  /**
   * The value that the tag has to have.
   *
   * @default - any value
   */
  readonly tagValue?: string;
}

/** Options of `EncryptionCompliance.watchOrganization`. */
export interface ComplianceOrganizationOptions extends ComplianceScopeOptions {
  /**
   * Ids of accounts that are left out.
   *
   * @default - every account of the organization
   */
  readonly excludedAccounts?: string[];

  /**
   * Whether the rules are one conformance pack, which AWS Config shows with a score and deletes as one, instead of a rule of the
   * organization each.
   *
   * @default false
   * @see https://docs.aws.amazon.com/config/latest/developerguide/conformance-pack-organization-apis.html
   */
  readonly asConformancePack?: boolean;
}
