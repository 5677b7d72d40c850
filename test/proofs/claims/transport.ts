import { denied, Proof, allowed } from '../proof';
import type { Caller, S3Request } from '../request';

const FOREIGN = 'arn:aws:kms:eu-west-1:999988887777:key/Foreign';

/** What every bucket under its own key refuses, in short; the tables of uploads say it in full. */
export function transportGuarded(caller: Caller, ownKey: string, bucket: string = 'data'): Proof[] {
  const upload = (more: Partial<S3Request>): S3Request => ({ s3: 'PutObject', bucket, object: 'in/a', ...more });
  return [
    allowed(`An upload to ${bucket}`, caller, upload({})),
    allowed(`An upload to ${bucket} under its key`, caller, upload({ headers: { algorithm: 'aws:kms', keyArn: ownKey } })),
    denied(`An upload to ${bucket} over plain HTTP`, caller, upload({ transport: 'plain HTTP' })),
    denied(`An upload to ${bucket} over TLS 1.1`, caller, upload({ transport: 'TLS 1.1' })),
    denied(`An upload to ${bucket} under a foreign key`, caller, upload({ headers: { algorithm: 'aws:kms', keyArn: FOREIGN } })),
    denied(`An upload to ${bucket} under KMS without a key`, caller, upload({ headers: { algorithm: 'aws:kms' } })),
    denied(`An upload to ${bucket} under SSE-S3`, caller, upload({ headers: { algorithm: 'AES256' } })),
    denied(`An upload to ${bucket} under a key of the client`, caller, upload({ headers: { customerKey: true } })),
    allowed(`A change of an object in ${bucket} to its key`, caller, {
      s3: 'UpdateObjectEncryption', bucket, object: 'in/a', headers: { algorithm: 'aws:kms', keyArn: ownKey },
    }),
    denied(`A change in ${bucket} where S3 does not tell the key`, caller, { s3: 'UpdateObjectEncryption', bucket, object: 'in/a' }),
  ];
}
