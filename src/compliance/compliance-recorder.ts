import type * as s3 from 'aws-cdk-lib/aws-s3';

/** Options of `ComplianceRecorder.make`. */
export interface MadeRecorderOptions {
  /**
   * Where AWS Config delivers its snapshots and its history.
   *
   * @default - a `SecureBucket` of its own, retained
   */
  readonly bucket?: s3.IBucket;
}

/**
 * What records the configuration that the rules look at. An account has one recorder in each region.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html
 */
export class ComplianceRecorder {
  /**
   * The recorder that the account has, whoever made it: by hand, by Control Tower, by another stack.
   *
   * It has to record `AWS::S3::Bucket` and `AWS::KMS::Key`. Where there is none, the deployment fails with
   * `NoAvailableConfigurationRecorder`; a type that it does not record is never looked at, and its rules
   * then say nothing.
   */
  public static existing(): ComplianceRecorder {
    return new ComplianceRecorder();
  }

  /**
   * A recorder of this stack, for buckets, keys and trails alone, with a role and a delivery channel.
   *
   * The deployment fails where the account has a recorder already. Costs 0.003 USD for every change that it
   * records, and its bucket.
   */
  public static make(options: MadeRecorderOptions = {}): ComplianceRecorder {
    return new ComplianceRecorder(options);
  }

  private constructor(
    /** @internal */
    public readonly _make?: MadeRecorderOptions,
  ) {}
}
