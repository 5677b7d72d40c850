import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';

/** Where a list is, and who may read it. */
export interface ListOfObjects {
  /** The bucket that the list is about. */
  readonly subject: s3.IBucket;
  /** The bucket that the list is in: `lists/latest.json` names the newest. */
  readonly listsBucketName: string;
  readonly grantRead: (grantee: iam.IGrantable) => void;
}

/** A list of objects that somebody else makes: an `ObjectEncryptionReport` has one. For `BackfillSource.listed()`. */
export class BackfillList {
  /** @internal */
  public static _of(list: ListOfObjects): BackfillList { return new BackfillList(list); }

  /** @internal */
  public readonly _list: ListOfObjects;

  private constructor(list: ListOfObjects) { this._list = list; }
}
