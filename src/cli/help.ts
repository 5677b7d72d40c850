import { BACKFILL_HELP } from './help-backfill';
import { QUESTIONS } from '../questions';

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

const AUDIT_LOG_HELP = `\
  npx cdk-s3-encryption audit-log --query who-decrypted --bucket my-data --since 7d
  npx cdk-s3-encryption audit-log --query who-touched-key --key arn:aws:kms:...:key/KEY-ID --since 30d --from athena
  npx cdk-s3-encryption audit-log --query what-did-principal --principal arn:aws:iam::111122223333:role/App --file logs/

Asks what CloudTrail wrote down, and prints a table. Changes nothing.

What
${QUESTIONS.map(({ id, title }) => `  --query ${id.padEnd(22)}${title}`).join('\n')}
  --bucket NAME                 the bucket that is asked about
  --key ARN                     of who-touched-key the key, of other-key-uploads the one that is expected
  --principal ARN               of what-did-principal; a role means all of its sessions

When, in UTC
  --since T                     90m, 24h, 7d, 4w, or 2026-11-01, or 2026-11-01T08:00:00Z (1d)
  --until T                     the same (now)
  --compare-with SPAN           unusual-addresses: how long before --since is what is usual (30d)

From where
  --from logs                   CloudWatch Logs: 0.005 USD per GB of events of the time asked about; the default
  --from athena                 Athena over the log files: 5 USD per TB of compressed files, and years back
  --trail NAME                  the EncryptionAuditTrail, where there are several (found out)
  --log-group NAME              the log group of another trail
  --workgroup NAME              the workgroup of Athena, if it is not named after the trail
  --file PATH                   log files of CloudTrail instead: a file, a folder, s3://bucket/AWSLogs/; repeatable
  --region R                    where the trail is (AWS_REGION, or the profile)
  --endpoint-url URL            another S3 than that of AWS, for --file s3://...

How it is shown
  --json                        one JSON object on stdout, and JSON lines on stderr
  --csv                         one line for each row

CloudWatch Logs needs logs:StartQuery on the log group, logs:GetQueryResults, logs:StopQuery, logs:DescribeLogGroups,
kms:Decrypt on its key, and without --log-group logs:DescribeQueryDefinitions. Athena needs what grantQuery of
EncryptionAuditTrail gives, and without --trail or --workgroup logs:DescribeQueryDefinitions.

Exit code: 0 done, also when nothing was found; 1 failed, or the rows may not be all, and stderr says why; 64 bad usage.
`;

const HELP = `\
  npx cdk-s3-encryption backfill --bucket my-data --key arn:aws:kms:eu-central-1:111122223333:key/KEY-ID --plan
  npx cdk-s3-encryption backfill --bucket my-data --key arn:aws:kms:eu-central-1:111122223333:key/KEY-ID
  npx cdk-s3-encryption audit --bucket my-data
  npx cdk-s3-encryption audit-log --query who-decrypted --bucket my-data --since 7d

Brings what is already in a bucket under a KMS key, shows what is stored how, and who did what to it.

  backfill     re-encrypts the objects that are not under the key; nothing else about them changes
  audit        counts objects and bytes by algorithm and key, old versions included
  audit-log    asks what CloudTrail wrote down: who decrypted, who touched a key, which uploads were not under the key
  --help       this, or with a command its manual: cdk-s3-encryption backfill --help
  --version    the version

Exit codes: 0 done, 1 failed, 2 done with objects that need somebody, 64 bad usage.
`;

export function helpFor(command: 'backfill' | 'audit' | 'audit-log' | undefined): string {
  switch (command) {
    case 'backfill': return BACKFILL_HELP;
    case 'audit': return AUDIT_HELP;
    case 'audit-log': return AUDIT_LOG_HELP;
    default: return HELP;
  }
}
