import { INSIGHTS_DENIED, INSIGHTS_READ_FIELDS, INSIGHTS_READS_BUCKET, INSIGHTS_ROLE, SQL_DENIED, SQL_READS_BUCKET, SQL_ROLE, SQL_WHEN, SQL_WHEN_VALUES } from './fragments';
import { count, MOST_ROWS, type Question, text, time } from './question';
import { readsBucket } from './reads';
import { roleOf, textAt } from './record';
import { Tally } from './tally';

const columns = [text('principal'), text('address'), count('calls'), count('denied'), time('firstSeen'), time('lastSeen')];

/** Added to the time of a call that failed, so that it is never the earliest that succeeded. */
const NEVER = '100000000000000';

/** What is usual is what has been: an address from which nobody succeeded before is not, however often it tried. */
export const UNUSUAL_ADDRESSES: Question = {
  id: 'unusual-addresses',
  title: 'Reads and decrypts from addresses not seen before',
  about: 'Reads of objects and direct decrypts by a role or user from an address from which it had not succeeded before the recent days. '
    + 'Ask about a time that begins weeks earlier, since everything is new to a short memory; calls and denied count from there. '
    + 'Calls that an AWS service made for somebody have no address, and are left out.',
  subjects: ['bucket'],
  compares: true,
  columns,
  insights: `fields ${INSIGHTS_ROLE} as principal, sourceIPAddress as address, ${INSIGHTS_DENIED} as isDenied,
  toMillis(@timestamp) as at, toMillis(@timestamp) + ${NEVER} * least(1, strlen(coalesce(errorCode, ""))) as succeededAt,
  ${INSIGHTS_READ_FIELDS}
| filter ${INSIGHTS_READS_BUCKET}
| filter ispresent(address) and strcontains(address, ".amazonaws.com") = 0 and address != "AWS Internal"
| stats count(*) as calls, sum(isDenied) as denied, earliest(eventTime) as firstSeen, latest(eventTime) as lastSeen,
  min(succeededAt) as firstSuccess, max(at) as lastCall by principal, address
| filter firstSuccess >= now() * 1000 - {{recentDays}} * 86400000 and lastCall >= now() * 1000 - {{recentDays}} * 86400000
| sort calls desc, principal asc, address asc
| display principal, address, calls, denied, firstSeen, lastSeen
| limit ${MOST_ROWS}`,
  sql: `SELECT ${SQL_ROLE} AS principal, sourceipaddress AS address,
  count(*) AS calls, ${SQL_DENIED} AS denied, min(eventtime) AS firstseen, max(eventtime) AS lastseen
FROM {{table}}
WHERE ${SQL_WHEN}
  AND ${SQL_READS_BUCKET}
  AND sourceipaddress NOT LIKE '%.amazonaws.com%' AND sourceipaddress <> 'AWS Internal'
GROUP BY 1, 2
HAVING count(CASE WHEN errorcode IS NULL AND eventtime < ? THEN 1 END) = 0 AND max(eventtime) >= ?
ORDER BY 3 DESC, 1, 2
LIMIT ${MOST_ROWS}`,
  sqlValues: [...SQL_WHEN_VALUES, 'bucket', 'bucket', 'bucket', 'since', 'since'],
  answer: (asked) => {
    const tally = new Tally();
    const usual = new Set<string>();
    const recent = new Set<string>();
    return {
      add: (record) => {
        const address = textAt(record, 'sourceIPAddress') ?? '';
        if (!readsBucket(record, asked) || address === '' || address.includes('.amazonaws.com') || address === 'AWS Internal') { return; }
        const group = [roleOf(record), address];
        tally.add(group, record);
        const before = (textAt(record, 'eventTime') ?? '') < asked.since;
        if (!before) { recent.add(JSON.stringify(group)); }
        if (before && textAt(record, 'errorCode') === undefined) { usual.add(JSON.stringify(group)); }
      },
      rows: () => tally.rows(
        columns,
        ({ group, calls, denied, first, last }) => [...group, calls, denied, first, last],
        (group) => recent.has(JSON.stringify(group)) && !usual.has(JSON.stringify(group)),
      ),
    };
  },
};
