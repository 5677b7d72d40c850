import { INSIGHTS_DENIED, INSIGHTS_READ_FIELDS, INSIGHTS_READS_BUCKET, INSIGHTS_SESSION, SQL_DENIED, SQL_READS_BUCKET, SQL_SESSION, SQL_WHEN, SQL_WHEN_VALUES } from './fragments';
import { count, MOST_ROWS, type Question, text, time } from './question';
import { readsBucket } from './reads';
import { sessionOf, textAt, viaOf } from './record';
import { Tally } from './tally';

const columns = [text('principal'), text('action'), text('via'), count('calls'), count('denied'), time('firstSeen'), time('lastSeen')];

/** Under a Bucket Key S3 asks KMS rarely, so the reads that the trail saw count as much as the decrypts. */
export const WHO_DECRYPTED: Question = {
  id: 'who-decrypted',
  title: 'Who decrypted objects of this bucket',
  about: 'Decrypts by KMS for this bucket, and reads of its objects: GetObject, SelectObjectContent, and copies from it. '
    + 'Reads are there if the trail watches the bucket; with a Bucket Key they are the ones to look at, since one Decrypt serves many. '
    + '"via" is the AWS service that called for the principal, or direct.',
  subjects: ['bucket'],
  compares: false,
  columns,
  insights: `fields ${INSIGHTS_SESSION} as principal, eventName as action, coalesce(userIdentity.invokedBy, "direct") as via,
  ${INSIGHTS_DENIED} as isDenied,
  ${INSIGHTS_READ_FIELDS}
| filter ${INSIGHTS_READS_BUCKET}
| stats count(*) as calls, sum(isDenied) as denied, earliest(eventTime) as firstSeen, latest(eventTime) as lastSeen by principal, action, via
| sort calls desc, principal asc, action asc, via asc
| limit ${MOST_ROWS}`,
  sql: `SELECT ${SQL_SESSION} AS principal, eventname AS action, coalesce(useridentity.invokedby, 'direct') AS via,
  count(*) AS calls, ${SQL_DENIED} AS denied, min(eventtime) AS firstseen, max(eventtime) AS lastseen
FROM {{table}}
WHERE ${SQL_WHEN}
  AND ${SQL_READS_BUCKET}
GROUP BY 1, 2, 3
ORDER BY 4 DESC, 1, 2, 3
LIMIT ${MOST_ROWS}`,
  sqlValues: [...SQL_WHEN_VALUES, 'bucket', 'bucket', 'bucket'],
  answer: (asked) => {
    const tally = new Tally();
    return {
      add: (record) => {
        if (readsBucket(record, asked)) { tally.add([sessionOf(record), textAt(record, 'eventName') ?? '', viaOf(record)], record); }
      },
      rows: () => tally.rows(columns, ({ group, calls, denied, first, last }) => [...group, calls, denied, first, last]),
    };
  },
};
