import { INSIGHTS_DENIED, sqlJson, SQL_DENIED, SQL_WHEN, SQL_WHEN_VALUES } from './fragments';
import { count, MOST_ROWS, type Question, text, time } from './question';
import { isWithin, roleOf, textAt } from './record';
import { Tally } from './tally';

const columns = [text('service'), text('action'), text('resource'), count('calls'), count('denied'), time('firstSeen'), time('lastSeen')];

export const WHAT_DID_PRINCIPAL: Question = {
  id: 'what-did-principal',
  title: 'What a principal touched',
  about: 'Every service, action and resource that a role (in all of its sessions), one session of it, or a user called. '
    + 'The resource is the bucket where there is one, else the first that CloudTrail names. Reads and writes of objects are there for the buckets '
    + 'that the trail watches.',
  subjects: ['principal'],
  compares: false,
  columns,
  insights: `fields eventSource as service, eventName as action, ${INSIGHTS_DENIED} as isDenied,
  coalesce(requestParameters.bucketName, resources.0.ARN, requestParameters.keyId, "") as resource
| filter userIdentity.arn = "{{principal}}" or userIdentity.sessionContext.sessionIssuer.arn = "{{principal}}"
| stats count(*) as calls, sum(isDenied) as denied, earliest(eventTime) as firstSeen, latest(eventTime) as lastSeen by service, action, resource
| sort calls desc, service asc, action asc, resource asc
| limit ${MOST_ROWS}`,
  sql: `SELECT eventsource AS service, eventname AS action,
  coalesce(${sqlJson('requestparameters', 'bucketName')}, element_at(resources, 1).arn, ${sqlJson('requestparameters', 'keyId')}, '') AS resource,
  count(*) AS calls, ${SQL_DENIED} AS denied, min(eventtime) AS firstseen, max(eventtime) AS lastseen
FROM {{table}}
WHERE ${SQL_WHEN}
  AND ? IN (useridentity.arn, useridentity.sessioncontext.sessionissuer.arn)
GROUP BY 1, 2, 3
ORDER BY 4 DESC, 1, 2, 3
LIMIT ${MOST_ROWS}`,
  sqlValues: [...SQL_WHEN_VALUES, 'principal'],
  answer: ({ principal, from, to }) => {
    const tally = new Tally();
    return {
      add: (record) => {
        const isPrincipal = textAt(record, 'userIdentity', 'arn') === principal || roleOf(record) === principal;
        if (!isPrincipal || !isWithin(record, from, to)) { return; }
        const resource = textAt(record, 'requestParameters', 'bucketName') ?? textAt(record, 'resources', 0, 'ARN') ?? textAt(record, 'requestParameters', 'keyId');
        tally.add([textAt(record, 'eventSource') ?? '', textAt(record, 'eventName') ?? '', resource ?? ''], record);
      },
      rows: () => tally.rows(columns, ({ group, calls, denied, first, last }) => [...group, calls, denied, first, last]),
    };
  },
};
