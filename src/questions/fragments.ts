/** Parts that several questions have in common, in the two query languages. */

/** CloudTrail says AccessDenied for S3, and AccessDenied or AccessDeniedException for KMS. */
export const INSIGHTS_DENIED = 'strcontains(coalesce(errorCode, ""), "AccessDenied")';
export const SQL_DENIED = 'count(CASE WHEN errorcode LIKE \'%AccessDenied%\' THEN 1 END)';

export const INSIGHTS_SESSION = 'coalesce(userIdentity.arn, userIdentity.invokedBy, userIdentity.accountId, "")';
export const SQL_SESSION = 'coalesce(useridentity.arn, useridentity.invokedby, useridentity.accountid, \'\')';

export const INSIGHTS_ROLE = 'coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.accountId, "")';
export const SQL_ROLE = 'coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.invokedby, useridentity.accountid, \'\')';

/**
 * The folders first, so that Athena opens no others. A log file is in the folder of the day on which it
 * was written, which is that of the event or the next.
 */
export const SQL_WHEN = 'day BETWEEN ? AND ?\n  AND eventtime >= ? AND eventtime < ?';
export const SQL_WHEN_VALUES = ['fromDay', 'toDay', 'from', 'to'] as const;

/** Text of `requestParameters` and its like, which the table has as JSON. */
export function sqlJson(column: 'requestparameters' | 'responseelements' | 'additionaleventdata', ...path: string[]): string {
  return `json_extract_scalar(${column}, '$${path.map((step) => `["${step}"]`).join('')}')`;
}

/** The bucket in an ARN; no other ARN has three colons in a row. */
const sqlBucketOf = (arn: string): string => `split_part(split_part(${arn}, ':::', 2), '/', 1)`;

/**
 * The buckets that a call on an object names. An access point has a name of its own in the request, and
 * the bucket behind it is among the resources.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
export const SQL_BUCKETS = [1, 2, 3].map((index) => sqlBucketOf(`element_at(resources, ${index}).arn`)).join(',\n        ');
export const INSIGHTS_OBJECTS = 'concat(coalesce(resources.0.ARN, ""), "/ ", coalesce(resources.1.ARN, ""), "/ ", coalesce(resources.2.ARN, ""), "/") as objects';

/** That the call read objects of a bucket: under its key, from it, or as the source of a copy. Takes the bucket three times. */
export const SQL_READS_BUCKET = `(
    (eventsource = 'kms.amazonaws.com' AND eventname = 'Decrypt'
      AND ${sqlBucketOf(sqlJson('requestparameters', 'encryptionContext', 'aws:s3:arn'))} = ?)
    OR (eventsource = 's3.amazonaws.com' AND eventname IN ('GetObject', 'SelectObjectContent')
      AND ? IN (
        ${SQL_BUCKETS}))
    OR (eventsource = 's3.amazonaws.com' AND eventname IN ('CopyObject', 'UploadPartCopy')
      AND split_part(regexp_replace(${sqlJson('requestparameters', 'x-amz-copy-source')}, '^/+', ''), '/', 1) = ?)
  )`;

/** Fields that the next one looks into. A slash at the end makes the name of the bucket whole. */
export const INSIGHTS_READ_FIELDS = `concat(coalesce(\`requestParameters.encryptionContext.aws:s3:arn\`, ""), "/") as context,
  ${INSIGHTS_OBJECTS},
  concat(":::", ltrim(coalesce(\`requestParameters.x-amz-copy-source\`, ""), "/"), "/") as copiedFrom`;

export const INSIGHTS_READS_BUCKET = `(eventSource = "kms.amazonaws.com" and eventName = "Decrypt" and strcontains(context, ":::{{bucket}}/") = 1)
  or (eventSource = "s3.amazonaws.com" and eventName in ["GetObject", "SelectObjectContent"] and strcontains(objects, ":::{{bucket}}/") = 1)
  or (eventSource = "s3.amazonaws.com" and eventName in ["CopyObject", "UploadPartCopy"] and strcontains(copiedFrom, ":::{{bucket}}/") = 1)`;
