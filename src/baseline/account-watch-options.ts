import type * as kms from 'aws-cdk-lib/aws-kms';

/** Options of `EncryptionAccountBaseline.watchAccount`. */
export interface AccountWatchOptions {
  /**
   * The keys that buckets of the account may be under. Rules of AWS Config then look at every bucket. At least one, if given.
   *
   * @default - rules look at the trails of the account, and at buckets where a baseline is made for them
   */
  readonly approvedKeys?: kms.IKey[];

  /**
   * Whether the trail records who reads and writes the objects of every bucket of the account: 0.10 USD per 100,000 requests of anybody.
   *
   * @default false - of the buckets that `auditTrail.watch()` names
   */
  readonly dataEvents?: boolean;

  /**
   * Buckets that are under SSE-S3 on purpose, as the targets of access logs are. Needs `approvedKeys`.
   *
   * @default - none
   */
  readonly sseS3BucketNames?: string[];
}
