import { INSIGHTS_SESSION, sqlJson, SQL_SESSION, SQL_WHEN, SQL_WHEN_VALUES } from './fragments';
import { MOST_ROWS, type Question, text, time } from './question';
import { isOf, isWithin, sessionOf, textAt } from './record';
import { Log } from './tally';

const columns = [time('time'), text('action'), text('resource'), text('principal'), text('address'), text('result')];

/** Every call that takes a key away, brings it back, or changes who may use it. https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html */
const OF_KEY = [
  'CancelKeyDeletion', 'CreateAlias', 'CreateGrant', 'DeleteImportedKeyMaterial', 'DeleteKey', 'DisableKey', 'DisableKeyRotation', 'EnableKey',
  'EnableKeyRotation', 'ImportKeyMaterial', 'PutKeyPolicy', 'ReplicateKey', 'RetireGrant', 'RevokeGrant', 'RotateKeyOnDemand', 'ScheduleKeyDeletion',
  'UpdatePrimaryRegion',
];

/** An alias that is moved away or deleted names the key that it gets, and not the one that it had. */
const OF_ANY = ['DeleteAlias', 'UpdateAlias'];

export const WHO_TOUCHED_KEY: Question = {
  id: 'who-touched-key',
  title: 'Who tried to disable or delete a key, or change who may use it',
  about: 'Each call that disables or deletes the key, changes its policy, grants, rotation, material or aliases, or takes that back; refused ones too, '
    + 'and "result" says why. Aliases that were moved or deleted are there for every key, since CloudTrail does not say which key they had. '
    + 'A call from another account that was refused is in that account\'s trail only.',
  subjects: ['key'],
  compares: false,
  columns,
  insights: `fields eventTime as time, eventName as action,
  coalesce(requestParameters.aliasName, resources.0.ARN, requestParameters.keyId, "") as resource,
  ${INSIGHTS_SESSION} as principal, sourceIPAddress as address, coalesce(errorCode, "done") as result,
  concat(coalesce(resources.0.ARN, ""), " ", coalesce(resources.1.ARN, ""), " ") as named,
  concat("key/", coalesce(requestParameters.keyId, ""), " ") as asked, concat("key/", coalesce(requestParameters.targetKeyId, ""), " ") as target
| filter eventSource = "kms.amazonaws.com"
| filter (eventName in [${OF_KEY.map((action) => `"${action}"`).join(', ')}]
    and (strcontains(named, "{{key}} ") = 1 or strcontains("{{key}} ", asked) = 1 or strcontains(asked, "{{key}} ") = 1
      or strcontains("{{key}} ", target) = 1 or strcontains(target, "{{key}} ") = 1))
  or eventName in [${OF_ANY.map((action) => `"${action}"`).join(', ')}]
| sort time asc, action asc, resource asc, principal asc, address asc, result asc
| display time, action, resource, principal, address, result
| limit ${MOST_ROWS}`,
  sql: `SELECT eventtime AS time, eventname AS action,
  coalesce(${sqlJson('requestparameters', 'aliasName')}, element_at(resources, 1).arn, ${sqlJson('requestparameters', 'keyId')}, '') AS resource,
  ${SQL_SESSION} AS principal, sourceipaddress AS address, coalesce(errorcode, 'done') AS result
FROM {{table}}
WHERE ${SQL_WHEN}
  AND eventsource = 'kms.amazonaws.com'
  AND (eventname IN (${OF_ANY.map((action) => `'${action}'`).join(', ')})
    OR (eventname IN (${OF_KEY.map((action) => `'${action}'`).join(', ')})
      AND (? IN (element_at(resources, 1).arn, element_at(resources, 2).arn,
          ${sqlJson('requestparameters', 'keyId')}, ${sqlJson('requestparameters', 'targetKeyId')})
        OR ? IN (${sqlJson('requestparameters', 'keyId')}, ${sqlJson('requestparameters', 'targetKeyId')})))
  )
ORDER BY 1, 2, 3, 4, 5, 6
LIMIT ${MOST_ROWS}`,
  sqlValues: [...SQL_WHEN_VALUES, 'key', 'keyId'],
  answer: ({ key = '', from, to }) => {
    const id = key.split('/')[1];
    return new Log(columns, (record) => {
      if (!isWithin(record, from, to) || !isOf(record, 'kms', [...OF_KEY, ...OF_ANY])) { return undefined; }
      const asked = [textAt(record, 'requestParameters', 'keyId'), textAt(record, 'requestParameters', 'targetKeyId')];
      const named = [textAt(record, 'resources', 0, 'ARN'), textAt(record, 'resources', 1, 'ARN'), ...asked];
      if (!isOf(record, 'kms', OF_ANY) && !named.includes(key) && !asked.includes(id)) { return undefined; }
      return [
        textAt(record, 'eventTime') ?? '',
        textAt(record, 'eventName') ?? '',
        textAt(record, 'requestParameters', 'aliasName') ?? textAt(record, 'resources', 0, 'ARN') ?? textAt(record, 'requestParameters', 'keyId') ?? '',
        sessionOf(record),
        textAt(record, 'sourceIPAddress') ?? '', textAt(record, 'errorCode') ?? 'done',
      ];
    });
  },
};
