import { BACKFILL_HELP } from './help-backfill';

const AUDIT_HELP = `\
  npx cdk-s3-encryption audit --bucket my-data

Counts objects and bytes by algorithm and key, old versions included. Reads, and writes nothing: one LIST for every
thousand versions and one HEAD for each. Needs s3:ListBucket, s3:ListBucketVersions, s3:GetObject, s3:GetObjectVersion,
and kms:Decrypt on the keys that objects are under.

  --bucket NAME                 the bucket
  --prefix P                    only keys that begin so
  --json                        one JSON object on stdout, and JSON lines on stderr
  --csv                         one line for each algorithm and key
  --concurrency N               requests at a time, 1 to 1000 (64)
  --expected-bucket-owner ID    refuse if the bucket is not this account's
  --endpoint-url URL            another endpoint than AWS (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)
  --region R                    region of the bucket (found out)

Exit code: 0 done; 1 something could not be read, and stderr says what; 64 bad usage.
`;

const HELP = `\
  npx cdk-s3-encryption backfill --bucket my-data --key arn:aws:kms:eu-central-1:111122223333:key/KEY-ID --plan
  npx cdk-s3-encryption backfill --bucket my-data --key arn:aws:kms:eu-central-1:111122223333:key/KEY-ID
  npx cdk-s3-encryption audit --bucket my-data

Brings what is already in a bucket under a KMS key, and shows what is stored how.

  backfill     re-encrypts the objects that are not under the key; nothing else about them changes
  audit        counts objects and bytes by algorithm and key, old versions included
  --help       this, or with a command its manual: cdk-s3-encryption backfill --help
  --version    the version

Exit codes: 0 done, 1 failed, 2 done with objects that need somebody, 64 bad usage.
`;

export function helpFor(command: 'backfill' | 'audit' | undefined): string {
  return command === 'backfill' ? BACKFILL_HELP : command === 'audit' ? AUDIT_HELP : HELP;
}
