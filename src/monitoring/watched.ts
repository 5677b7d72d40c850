import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { WatchedNames } from './detection-spec';
import { checkHome } from '../private/home';
import { keyByArn } from '../private/key-by-arn';
import { referentOf } from '../private/tokens';

/** Events stay in the account and the region of what they are about. */
const ELSEWHERE = 'its events are delivered there only, so make EncryptionAlarms in a stack of that account and region';

/** What the alarms watch. Each thing counts once, whatever it is called by. */
export class Watched {
  public readonly keyArns: string[] = [];
  public readonly bucketNames: string[] = [];
  public readonly bucketsThemselves: s3.IBucket[] = [];
  public readonly keys: WatchedNames[] = [];
  public readonly buckets: WatchedNames[] = [];
  public account = false;
  private readonly seen = new Set<string>();

  constructor(private readonly scope: Construct) {}

  public get nothing(): boolean {
    return !this.account && this.keyArns.length === 0 && this.bucketNames.length === 0;
  }

  public addKey(given: kms.IKey): void {
    const key = keyByArn(given, given, 'events name keys, never aliases');
    checkHome(this.scope, 'key', key, ELSEWHERE);
    if (!this.isNew(key.keyArn)) { return; }
    this.keyArns.push(key.keyArn);
    this.keys.push({ keyId: key.keyId });
  }

  public addBucket(bucket: s3.IBucket): void {
    checkHome(this.scope, 'bucket', bucket, ELSEWHERE);
    if (!this.isNew(bucket.bucketName)) { return; }
    this.bucketNames.push(bucket.bucketName);
    this.bucketsThemselves.push(bucket);
    this.buckets.push({ bucketName: bucket.bucketName, keyId: bucket.encryptionKey?.keyId });
  }

  private isNew(name: string): boolean {
    const referent = referentOf(this.scope, name);
    if (this.seen.has(referent)) { return false; }
    this.seen.add(referent);
    return true;
  }
}
