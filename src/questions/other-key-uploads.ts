import { INSIGHTS_OBJECTS, INSIGHTS_SESSION, SQL_BUCKETS, sqlJson, SQL_SESSION, SQL_WHEN, SQL_WHEN_VALUES } from './fragments';
import { type Asked, count, MOST_ROWS, type Question, text, time } from './question';
import { bucketsOf, type EventRecord, isOf, isWithin, sessionOf, textAt } from './record';
import { Tally } from './tally';

const columns = [
  text('principal'), text('action'), text('encryption'), text('key'), count('objects'), time('firstSeen'), time('lastSeen'), text('example'),
];

const WRITES = ['CreateMultipartUpload', 'InitiateMultipartUpload', 'PostObject', 'PutObject', 'UpdateObjectEncryption'];
const KEY_ID = 'x-amz-server-side-encryption-aws-kms-key-id';

/** The bucket's default. Where CloudTrail does not say which key that was, it was the bucket's, and who-changed-bucket tells who changed it. */
const DEFAULTS = ['Default_SSE_KMS', 'Default_DSSE_KMS'];

const SQL_ENCRYPTION = `coalesce(${sqlJson('additionaleventdata', 'SSEApplied')}, 'not said')`;
const SQL_KEY = `coalesce(${sqlJson('responseelements', KEY_ID)}, ${sqlJson('requestparameters', KEY_ID)},
    ${sqlJson('requestparameters', 'ObjectEncryption', 'SSE-KMS', 'KMSKeyArn')}, '')`;

/** What S3 did is in SSEApplied, and what was asked for would leave out every default. https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html */
export const OTHER_KEY_UPLOADS: Question = {
  id: 'other-key-uploads',
  title: 'Which uploads were not under the expected key',
  about: 'Objects that were stored, or put under another key afterwards, and are not under the expected one: SSE-S3, SSE-C, or another key. '
    + '"encryption" is what S3 applied, Default_ where the bucket decided; "key" is empty where nothing says which it was. '
    + 'They are there if the trail watches the bucket. "example" is the first of the objects.',
  subjects: ['bucket', 'key'],
  compares: false,
  columns,
  insights: `fields ${INSIGHTS_SESSION} as principal, eventName as action, coalesce(additionalEventData.SSEApplied, "not said") as encryption,
  coalesce(\`responseElements.${KEY_ID}\`, \`requestParameters.${KEY_ID}\`,
    \`requestParameters.ObjectEncryption.SSE-KMS.KMSKeyArn\`, "") as key,
  ${INSIGHTS_OBJECTS}
| filter eventSource = "s3.amazonaws.com" and not ispresent(errorCode)
| filter (eventName in [${WRITES.map((action) => `"${action}"`).join(', ')}] and strcontains(objects, ":::{{bucket}}/") = 1)
  or (eventName = "CopyObject" and requestParameters.bucketName = "{{bucket}}")
| filter not (key = "{{key}}" or strcontains("{{key}} ", concat("key/", key, " ")) = 1
  or (key = "" and encryption in [${DEFAULTS.map((kind) => `"${kind}"`).join(', ')}]))
| stats count(*) as objects, earliest(eventTime) as firstSeen, latest(eventTime) as lastSeen, earliest(requestParameters.key) as example
  by principal, action, encryption, key
| sort objects desc, principal asc, action asc, encryption asc, key asc
| limit ${MOST_ROWS}`,
  sql: `SELECT ${SQL_SESSION} AS principal, eventname AS action,
  ${SQL_ENCRYPTION} AS encryption,
  ${SQL_KEY} AS key,
  count(*) AS objects, min(eventtime) AS firstseen, max(eventtime) AS lastseen,
  min_by(${sqlJson('requestparameters', 'key')}, eventtime) AS example
FROM {{table}}
WHERE ${SQL_WHEN}
  AND eventsource = 's3.amazonaws.com' AND errorcode IS NULL
  AND (
    (eventname IN (${WRITES.map((action) => `'${action}'`).join(', ')})
      AND ? IN (
        ${SQL_BUCKETS}))
    OR (eventname = 'CopyObject' AND ${sqlJson('requestparameters', 'bucketName')} = ?)
  )
  AND NOT (
    ${SQL_KEY} IN (?, ?)
    OR (${SQL_KEY} = ''
      AND ${SQL_ENCRYPTION} IN (${DEFAULTS.map((kind) => `'${kind}'`).join(', ')}))
  )
GROUP BY 1, 2, 3, 4
ORDER BY 5 DESC, 1, 2, 3, 4
LIMIT ${MOST_ROWS}`,
  sqlValues: [...SQL_WHEN_VALUES, 'bucket', 'bucket', 'key', 'keyId'],
  answer: (asked) => {
    const tally = new Tally();
    return {
      add: (record) => {
        if (!stores(record, asked)) { return; }
        const encryption = textAt(record, 'additionalEventData', 'SSEApplied') ?? 'not said';
        const key = keyOf(record);
        const expected = key === asked.key || key === asked.key?.split('/')[1] || (key === '' && DEFAULTS.includes(encryption));
        if (expected) { return; }
        tally.add([sessionOf(record), textAt(record, 'eventName') ?? '', encryption, key], record, textAt(record, 'requestParameters', 'key'));
      },
      rows: () => tally.rows(columns, ({ group, calls, first, last, example }) => [...group, calls, first, last, example]),
    };
  },
};

function stores(record: EventRecord, { bucket, from, to }: Asked): boolean {
  if (!isWithin(record, from, to) || textAt(record, 'errorCode') !== undefined) { return false; }
  if (isOf(record, 's3', WRITES)) { return bucketsOf(record).includes(bucket); }
  // Of a copy the source may be among the resources.
  return isOf(record, 's3', ['CopyObject']) && textAt(record, 'requestParameters', 'bucketName') === bucket;
}

function keyOf(record: EventRecord): string {
  return textAt(record, 'responseElements', KEY_ID) ?? textAt(record, 'requestParameters', KEY_ID)
    ?? textAt(record, 'requestParameters', 'ObjectEncryption', 'SSE-KMS', 'KMSKeyArn') ?? '';
}
