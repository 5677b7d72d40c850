export const BACKFILL_HELP = `\
  npx cdk-s3-encryption backfill --bucket my-data --key arn:aws:kms:eu-central-1:111122223333:key/KEY-ID --plan
  npx cdk-s3-encryption backfill --bucket my-data --key arn:aws:kms:eu-central-1:111122223333:key/KEY-ID --prefix in/
  npx cdk-s3-encryption backfill --bucket my-data --key arn:... --source kms:arn:aws:kms:...:key/OLD --yes --json

Re-encrypts every object that is not under the key. At a terminal it shows the plan and asks first. It may be
interrupted and repeated at any time: the same command goes on where it was, and over a finished bucket writes nothing.

How: objects under SSE-S3 or another KMS key are changed in place (UpdateObjectEncryption: no data moves, no new
version, dates and ETags stay). Unencrypted objects and those under DSSE-KMS are copied onto themselves, with metadata,
tags, class and checksum, under the condition that nobody has overwritten them; in a bucket with versions the old
version stays behind. What nobody may touch (SSE-C, Object Lock, unrestored archives) is listed with the reason.

What
  --bucket NAME                 the bucket
  --key ARN                     the key, as a full ARN, in the region and account of the bucket
  --prefix P                    only keys that begin so
  --source S                    which objects, repeat for several: sse-s3, kms (every other key), kms:ARN (this key),
                                dsse, unencrypted, bucket-key (under the key, but differing in the Bucket Key); all
  --no-bucket-key               without S3 Bucket Keys: KMS is asked twice for every object, and billed for it
  --noncurrent                  old versions too; those that only a copy could encrypt are reported
  --only FILE                   only the objects in a failures file of an earlier run
  --expected-bucket-owner ID    refuse if the bucket is not this account's

How far
  --plan                        counts, bytes, engines, exceptions and cost; writes nothing
  --yes                         do not ask and do not plan; needed where there is no terminal
  --verify                      look at everything again afterwards; exit code 1 if something is left

Where it runs
  --engine local                from here, by the S3 API, at any endpoint; the default up to 100,000 objects
  --engine batch                on S3 Batch Operations, by the state machine that EncryptionBackfillJob deployed
  --state-machine ARN           that state machine, if there are several for the bucket (found out)
  --concurrency N               requests at a time, 1 to 1000 (64)
  --endpoint-url URL            another endpoint than AWS (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)
  --region R                    region of the bucket (found out)

What it leaves
  --checkpoint FILE             how far it is (./.cdk-s3-encryption/BUCKET-ID.checkpoint.json)
  --failures FILE               objects that need somebody, one JSON object a line (beside the checkpoint)
  --json                        one JSON object on stdout, and JSON lines on stderr

Exit code
  0   done
  1   not finished: stderr says why, and the same command goes on
  2   done, and some objects need somebody: they are in the failures file, which --only takes
  64  bad usage

Needs s3:ListBucket (and s3:ListBucketVersions), s3:GetObject, s3:UpdateObjectEncryption, s3:PutObject, and for copies
s3:GetObjectTagging and s3:PutObjectTagging. On the key: kms:GenerateDataKey, kms:Decrypt, kms:Encrypt, kms:ReEncrypt*;
on old ones: kms:Decrypt. The rest is in docs/command.md.
`;
