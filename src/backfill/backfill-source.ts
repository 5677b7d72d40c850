import type * as kms from 'aws-cdk-lib/aws-kms';
import type { BackfillList } from './backfill-list';

/** What S3 Batch Operations can tell objects by: exactly one of these for each job; and a list that somebody else made. */
export type SourceKind = 'sse-s3' | 'kms' | 'dsse' | 'unencrypted' | 'bucket-key' | 'listed';

/**
 * Which of the objects that are in a bucket already are brought under the target key.
 *
 * Objects that clients encrypted with keys of their own (SSE-C) are no source: only whoever holds
 * that key can read them. A plan counts them, and a run leaves them alone.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobManifestGeneratorFilter.html
 */
export class BackfillSource {
  /**
   * Objects under SSE-S3, which is what S3 has encrypted with since 2023 when nobody asked for more.
   *
   * They are updated in place: no data moves, no version is made, ETag and dates stay, archived
   * objects too. Costs a PUT request, two KMS requests (a hundredth of that with a Bucket Key) and
   * 1 USD per million objects for S3 Batch Operations.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/update-sse-encryption.html
   */
  public static sseS3(): BackfillSource {
    return new BackfillSource('sse-s3');
  }

  /**
   * Objects under another KMS key: an old one, one that may be compromised, or `aws/s3`.
   *
   * They are updated in place, like those under SSE-S3. Rotating a key does not do this: objects
   * stay under the key material that encrypted them. The old key must stay enabled until the run
   * is verified, because S3 has to decrypt the data keys with it.
   *
   * @param key a symmetric encryption key that is not the target; grants on it are made, through
   * S3 and for this bucket only. The target itself is refused with an error
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
   */
  public static kmsKey(key: kms.IKey): BackfillSource {
    return new BackfillSource('kms', key);
  }

  /**
   * Objects under dual-layer encryption (DSSE-KMS), which are copied: S3 cannot update them.
   *
   * They end under the single layer of SSE-KMS. That is a choice to make on purpose, where no rule
   * asks for two layers.
   *
   * @param key only those under this key. Defaults to all, whatever their key: the bucket's roles
   * must then be able to decrypt with it, so pass each key that you know of
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
   */
  public static dsse(key?: kms.IKey): BackfillSource {
    return new BackfillSource('dsse', key);
  }

  /**
   * Objects that are not encrypted at all: uploaded before 2023 without asking for encryption.
   *
   * They are copied onto themselves, which S3 cannot do in place: they get a new date, and in a
   * versioned bucket the unencrypted version stays behind until a lifecycle rule removes it
   * (`expireReplacedVersions`). Archived ones are counted and left: restore them first.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
   */
  public static unencrypted(): BackfillSource {
    return new BackfillSource('unencrypted');
  }

  /**
   * Objects under the target key, written without a Bucket Key: each costs KMS requests of its own
   * at every read, and an update in place ends that.
   *
   * Refused with an error where the target has no Bucket Key.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
   */
  public static withoutBucketKey(): BackfillSource {
    return new BackfillSource('bucket-key');
  }

  /**
   * The objects that an `ObjectEncryptionReport` found, whatever is wrong with them: the only way to bring objects
   * under keys that nobody thought of, without listing the bucket again.
   *
   * The function looks at each, and updates or copies the current version as it needs: one job and 0.25 USD
   * for each 5 million of them, some 1.50 USD per million more than a job without the function. A list
   * that is older than 7 days, and one that was never made, makes the plan fail: start the report first.
   * What was written since the list was made is not in it.
   *
   * Named together with other sources it runs last and does what they leave: an object is rewritten once. The plan
   * counts and prices objects of both twice, since nobody knows how many these are, and warns of it.
   *
   * @param list of a report about the same bucket; anything else is refused with an error
   * @param keys the KMS keys that listed objects may be under, besides the target: grants on them are made, through S3 and for this
   * bucket only. Objects under a key that is not among them are reported, and stay
   */
  public static listed(list: BackfillList, ...keys: kms.IKey[]): BackfillSource {
    return new BackfillSource('listed', undefined, list, keys);
  }

  /** @internal */
  public readonly _kind: SourceKind;

  /** @internal */
  public readonly _key?: kms.IKey;

  /** @internal */
  public readonly _list?: BackfillList;

  /** @internal Keys of which objects may be in the list. */
  public readonly _listedKeys: readonly kms.IKey[];

  private constructor(kind: SourceKind, key?: kms.IKey, list?: BackfillList, listedKeys: readonly kms.IKey[] = []) {
    this._kind = kind;
    this._key = key;
    this._list = list;
    this._listedKeys = listedKeys;
  }

  /** @internal Whether S3 can only encrypt these by writing them again. */
  public get _needsCopy(): boolean {
    return this._kind === 'unencrypted' || this._kind === 'dsse' || this._kind === 'listed';
  }
}
