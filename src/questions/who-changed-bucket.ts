import { INSIGHTS_SESSION, sqlJson, SQL_SESSION, SQL_WHEN, SQL_WHEN_VALUES } from './fragments';
import { MOST_ROWS, type Question, text, time } from './question';
import { isOf, isWithin, sessionOf, textAt } from './record';
import { Log } from './tally';

const columns = [time('time'), text('action'), text('principal'), text('address'), text('result')];

/** What decides how objects are stored, who may read them and whether they stay. The names are those of CloudTrail, not of IAM. */
const OF_BUCKET = [
  'DeleteBucket', 'DeleteBucketEncryption', 'DeleteBucketLifecycle', 'DeleteBucketOwnershipControls', 'DeleteBucketPolicy', 'DeleteBucketPublicAccessBlock',
  'DeleteBucketReplication', 'PutBucketAcl', 'PutBucketEncryption', 'PutBucketLifecycle', 'PutBucketLogging', 'PutBucketObjectLockConfiguration',
  'PutBucketOwnershipControls', 'PutBucketPolicy', 'PutBucketPublicAccessBlock', 'PutBucketReplication', 'PutBucketVersioning',
];

/** Of the whole account, and so of each bucket. */
const OF_ACCOUNT = ['DeleteAccountPublicAccessBlock', 'PutAccountPublicAccessBlock'];

export const WHO_CHANGED_BUCKET: Question = {
  id: 'who-changed-bucket',
  title: 'Who changed the encryption, the policy or the protection of this bucket',
  about: 'Each call that changes encryption, policy, ACL, ownership, public access, versioning, lifecycle, replication, logging or Object Lock of the bucket, '
    + 'or the public access block of the account; refused ones too, and "result" says why.',
  subjects: ['bucket'],
  compares: false,
  columns,
  insights: `fields eventTime as time, eventName as action, ${INSIGHTS_SESSION} as principal, sourceIPAddress as address, coalesce(errorCode, "done") as result
| filter eventSource = "s3.amazonaws.com"
| filter (requestParameters.bucketName = "{{bucket}}" and eventName in [${OF_BUCKET.map((action) => `"${action}"`).join(', ')}])
  or eventName in [${OF_ACCOUNT.map((action) => `"${action}"`).join(', ')}]
| sort time asc, action asc, principal asc, address asc, result asc
| display time, action, principal, address, result
| limit ${MOST_ROWS}`,
  sql: `SELECT eventtime AS time, eventname AS action, ${SQL_SESSION} AS principal, sourceipaddress AS address, coalesce(errorcode, 'done') AS result
FROM {{table}}
WHERE ${SQL_WHEN}
  AND eventsource = 's3.amazonaws.com'
  AND (
    (${sqlJson('requestparameters', 'bucketName')} = ?
      AND eventname IN (${OF_BUCKET.map((action) => `'${action}'`).join(', ')}))
    OR eventname IN (${OF_ACCOUNT.map((action) => `'${action}'`).join(', ')})
  )
ORDER BY 1, 2, 3, 4, 5
LIMIT ${MOST_ROWS}`,
  sqlValues: [...SQL_WHEN_VALUES, 'bucket'],
  answer: ({ bucket, from, to }) => new Log(columns, (record) => {
    if (!isWithin(record, from, to)) { return undefined; }
    const ofBucket = isOf(record, 's3', OF_BUCKET) && textAt(record, 'requestParameters', 'bucketName') === bucket;
    if (!ofBucket && !isOf(record, 's3', OF_ACCOUNT)) { return undefined; }
    return [
      textAt(record, 'eventTime') ?? '', textAt(record, 'eventName') ?? '', sessionOf(record),
      textAt(record, 'sourceIPAddress') ?? '', textAt(record, 'errorCode') ?? 'done',
    ];
  }),
};
