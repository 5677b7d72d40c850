import { canonical } from '../../src/private/final-state';
import type { Resource, Statement } from '../helpers/template';

/** A synthesized template, with what the checks need to know about its environment. */
export interface Subject {
  readonly template: { readonly Resources: Record<string, Resource> };
  /** The partition of the stack's region, or undefined where only the deployment knows. */
  readonly partition?: string;
}

/** One promise that holds for every template that this library makes. */
export interface Invariant {
  readonly name: string;
  /** What breaks the promise, one line for each place. */
  readonly violations: (subject: Subject) => string[];
}

interface Found {
  readonly where: string;
  readonly type: string;
  readonly statement: Statement;
  readonly trust: boolean;
}

type Entry = [id: string, resource: Resource];

const LOG_BUCKET = /^SecureBucketAccessLogs/;

function entries({ template }: Subject, type?: string): Entry[] {
  return Object.entries(template.Resources)
    .map(([id, resource]): Entry => [id, { ...resource, Properties: resource.Properties ?? {} }])
    .filter(([, { Type }]) => type === undefined || Type === type);
}

function list<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Every statement of every policy document, wherever in a resource it stands. */
function statements(subject: Subject): Found[] {
  const found: Found[] = [];
  for (const [id, { Type, Properties }] of entries(subject)) {
    const walk = (value: unknown, path: string) => {
      if (value === null || typeof value !== 'object') { return; }
      for (const [name, nested] of Object.entries(value)) {
        if (name === 'Statement') {
          for (const statement of list(nested as Statement | Statement[])) {
            found.push({ where: `${id}${path}`, type: Type, statement, trust: path.endsWith('AssumeRolePolicyDocument') });
          }
        } else { walk(nested, `${path}.${name}`); }
      }
    };
    walk(Properties, '');
  }
  return found;
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') { return [value]; }
  if (value === null || typeof value !== 'object') { return []; }
  return Object.values(value).flatMap(strings);
}

function principals(statement: Statement, kind: string): unknown[] {
  const { Principal } = statement;
  if (Principal === '*') { return kind === 'AWS' ? ['*'] : []; }
  return list((Principal as Record<string, unknown> | undefined)?.[kind]);
}

function conditionKeys(statement: Statement): string[] {
  return Object.values(statement.Condition ?? {}).flatMap((operator) => Object.keys(operator)).map((key) => key.toLowerCase());
}

function size(document: unknown): number {
  return JSON.stringify(document ?? {}).length;
}

function show(statement: Statement): string {
  return JSON.stringify(statement);
}

/** The statements of the policy of one bucket. */
function policyOf(subject: Subject, bucketId: string): Statement[] {
  return entries(subject, 'AWS::S3::BucketPolicy')
    .filter(([, { Properties }]) => Properties.Bucket?.Ref === bucketId)
    .flatMap(([, { Properties }]) => list(Properties.PolicyDocument.Statement as Statement[]));
}

/** Whether a statement denies everybody, on the bucket and all its objects, and every action of S3. */
function deniesEverythingOn(bucketId: string, statement: Statement): boolean {
  const arn = { 'Fn::GetAtt': [bucketId, 'Arn'] };
  const resources = list(statement.Resource).map(canonical);
  return statement.Effect === 'Deny' && principals(statement, 'AWS').includes('*')
    && list(statement.Action).includes('s3:*')
    && resources.includes(canonical(arn)) && resources.includes(canonical({ 'Fn::Join': ['', [arn, '/*']] }));
}

function onBuckets(check: (subject: Subject, id: string, properties: Resource['Properties']) => string[]): Invariant['violations'] {
  return (subject) => entries(subject, 'AWS::S3::Bucket').flatMap(([id, { Properties }]) => check(subject, id, Properties).map((text) => `${id}: ${text}`));
}

function rule(properties: Resource['Properties']): Resource['Properties'] {
  const rules = list(properties.BucketEncryption?.ServerSideEncryptionConfiguration as Resource['Properties'][]);
  return rules.length === 1 ? rules[0] : {};
}

function algorithm(properties: Resource['Properties']): string | undefined {
  return rule(properties).ServerSideEncryptionByDefault?.SSEAlgorithm as string | undefined;
}

function hasDeny(subject: Subject, bucketId: string, action: string, condition: object): boolean {
  return policyOf(subject, bucketId).some((statement) => statement.Effect === 'Deny' && principals(statement, 'AWS').includes('*')
    && list(statement.Action).includes(action) && canonical(statement.Condition) === canonical(condition));
}

const KEY_ID = 's3:x-amz-server-side-encryption-aws-kms-key-id';
const ALGORITHM = 's3:x-amz-server-side-encryption';

/** AWS supports no source condition for these: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
const WITHOUT_SOURCE = ['events.amazonaws.com'];
const SOURCE = /^(aws:source(account|arn|orgid|orgpaths)|kms:encryptioncontext:aws:logs:arn)$/;

/** Their statements name the table bucket of the account in the context, as the page does. https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html */
const OF_TABLES = ['metadata.s3.amazonaws.com', 'maintenance.s3tables.amazonaws.com'];
const boundToTables = (statement: Statement): boolean => principals(statement, 'Service').every((service) => OF_TABLES.includes(service as string))
  && JSON.stringify(statement.Condition?.StringLike?.['kms:EncryptionContext:aws:s3:arn'] ?? '').includes(':bucket/aws-s3/*');

const SECRETS = [
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(ghp|gho|xox[abp]|sk_live)[_-][0-9A-Za-z-]{16,}/,
  /(password|passwd|secret[_-]?(access)?[_-]?key|api[_-]?key)["']?\s*[:=]\s*["']?[^\s"'{}]{6,}/i,
];

/**
 * Actions that IAM knows no resources for, so that they stand with `*`; in a statement of their own.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const WITHOUT_RESOURCES = [
  's3:CreateJob', 's3:ListJobs', 'cloudwatch:PutMetricData', 'cloudwatch:GetMetricStatistics', 'config:PutEvaluations', 'lakeformation:GetDataAccess',
  'macie2:DescribeBuckets', 'macie2:GetAutomatedDiscoveryConfiguration', 'macie2:GetMacieSession', 'macie2:ListClassificationJobs', 'macie2:ListMembers',
  'macie2:UpdateAutomatedDiscoveryConfiguration',
  // What the CDK gives a state machine that logs and traces.
  'logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries',
  'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups',
  'xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets',
];

/** Resources whose loss is the loss of data: what they hold, or what opens it. */
const STATEFUL = ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::KMS::Alias', 'AWS::Logs::LogGroup'];

/** The promises, by name: a row of the table may be exempt from one, with a reason. */
export const INVARIANTS = {
  resources: {
    name: 'no statement outside a key policy is about every resource',
    violations: (subject) => statements(subject)
      .filter(({ type, statement }) => type !== 'AWS::KMS::Key' && (list(statement.Resource).includes('*') || 'NotResource' in statement))
      .filter(({ statement }) => 'NotAction' in statement || !list(statement.Action).every((action) => WITHOUT_RESOURCES.includes(String(action))))
      .map(({ where, statement }) => `${where}: ${show(statement)}`),
  },
  tls: {
    name: 'every bucket refuses plain HTTP and old TLS, for itself and its objects',
    violations: onBuckets((subject, id) => {
      const denies = policyOf(subject, id).filter((statement) => deniesEverythingOn(id, statement));
      const plain = denies.some(({ Condition }) => canonical(Condition) === canonical({ Bool: { 'aws:SecureTransport': 'false' } }));
      const old = denies.some(({ Condition }) => {
        const version: unknown = Condition?.NumericLessThan?.['s3:TlsVersion'];
        // Later than what exists would refuse everybody.
        return version !== undefined && (typeof version !== 'string' || ['1.2', '1.3'].includes(version));
      });
      return [...plain ? [] : ['admits plain HTTP'], ...old ? [] : ['does not ask for TLS 1.2 or 1.3']];
    }),
  },
  encrypted: {
    name: 'every bucket is encrypted under a key that it names',
    violations: onBuckets((_, id, properties) => {
      const sse = algorithm(properties);
      const key: unknown = rule(properties).ServerSideEncryptionByDefault?.KMSMasterKeyID;
      if (LOG_BUCKET.test(id)) { return sse === 'AES256' ? [] : [`log bucket under ${sse}, where S3 delivers no logs`]; }
      return (sse === 'aws:kms' || sse === 'aws:kms:dsse') && key !== undefined ? [] : [`SSE ${sse}, key ${JSON.stringify(key)}`];
    }),
  },
  bucketKey: {
    name: 'Bucket Keys are on for SSE-KMS, and only there',
    violations: onBuckets((_, __, properties) => {
      const on = rule(properties).BucketKeyEnabled === true;
      return on === (algorithm(properties) === 'aws:kms') ? [] : [`BucketKeyEnabled ${on} with ${algorithm(properties)}`];
    }),
  },
  sseC: {
    name: 'every bucket blocks keys that clients provide',
    violations: onBuckets((subject, id, properties) => [
      ...list(rule(properties).BlockedEncryptionTypes?.EncryptionType as string[]).includes('SSE-C') ? [] : ['does not block SSE-C'],
      ...LOG_BUCKET.test(id) || hasDeny(subject, id, 's3:PutObject', { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } })
        ? [] : ['its policy does not deny SSE-C'],
    ]),
  },
  uploads: {
    name: 'every bucket under KMS refuses uploads under another key or algorithm',
    violations: onBuckets((subject, id, properties) => {
      const sse = algorithm(properties);
      if (sse === undefined || sse === 'AES256') { return []; }
      const key: unknown = rule(properties).ServerSideEncryptionByDefault?.KMSMasterKeyID;
      const denies: [string, string, object][] = [
        ['another key', 's3:PutObject', { Null: { [KEY_ID]: 'false' }, StringNotEquals: { [KEY_ID]: key } }],
        ['another key by update', 's3:UpdateObjectEncryption', { Null: { [KEY_ID]: 'false' }, StringNotEquals: { [KEY_ID]: key } }],
        ['KMS without a key', 's3:PutObject', { Null: { [KEY_ID]: 'true' }, StringEquals: { [ALGORITHM]: ['aws:kms', 'aws:kms:dsse'] } }],
        ['another algorithm', 's3:PutObject', { Null: { [ALGORITHM]: 'false' }, StringNotEquals: { [ALGORITHM]: sse } }],
      ];
      return denies.filter(([, action, condition]) => !hasDeny(subject, id, action, condition)).map(([what]) => `admits ${what}`);
    }),
  },
  closed: {
    name: 'every bucket blocks public access and has no ACLs',
    violations: onBuckets((_, __, properties) => {
      const block = properties.PublicAccessBlockConfiguration as Record<string, unknown> | undefined;
      const all = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
      return [
        ...all.filter((name) => block?.[name] !== true).map((name) => `${name} is not true`),
        ...properties.OwnershipControls?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced' ? [] : ['ACLs are on'],
        ...properties.AccessControl === undefined || properties.AccessControl === 'Private' ? [] : [`ACL ${properties.AccessControl}`],
        ...properties.WebsiteConfiguration === undefined ? [] : ['is a website'],
      ];
    }),
  },
  versioned: {
    name: 'every bucket is versioned',
    violations: onBuckets((_, __, properties) => (properties.VersioningConfiguration?.Status === 'Enabled' ? [] : ['is not versioned'])),
  },
  logged: {
    name: 'every bucket but log buckets has its access logged',
    violations: onBuckets((_, id, properties) =>
      (LOG_BUCKET.test(id) || properties.LoggingConfiguration?.DestinationBucketName !== undefined ? [] : ['is not logged'])),
  },
  tidy: {
    name: 'every bucket ends unfinished uploads',
    violations: onBuckets((_, __, properties) => {
      const rules = list(properties.LifecycleConfiguration?.Rules as Resource['Properties'][]);
      return rules.some((each) => each.Status === 'Enabled' && each.Prefix === undefined && each.TagFilters === undefined
        && each.AbortIncompleteMultipartUpload !== undefined) ? [] : ['keeps unfinished uploads'];
    }),
  },
  rotates: {
    name: 'every key rotates',
    violations: (subject) => entries(subject, 'AWS::KMS::Key').flatMap(([id, { Properties }]) => {
      const period: unknown = Properties.RotationPeriodInDays;
      return [
        ...Properties.EnableKeyRotation === true ? [] : [`${id}: does not rotate`],
        ...typeof period === 'number' && (period < 90 || period > 2560) ? [`${id}: rotates every ${period} days`] : [],
        ...Properties.Enabled === false ? [`${id}: is disabled`] : [],
        ...Properties.BypassPolicyLockoutSafetyCheck === true ? [`${id}: bypasses the safety check of KMS`] : [],
      ];
    }),
  },
  throughS3: {
    name: 'no key policy lets an identity use the key except through a service',
    violations: (subject) => statements(subject)
      .filter(({ type, statement }) => type === 'AWS::KMS::Key' && statement.Effect === 'Allow' && principals(statement, 'AWS').length > 0
        && list(statement.Action).some((action) => /^(\*|kms:(\*|decrypt|encrypt|generatedatakey|reencrypt|creategrant))/i.test(action))
        && !conditionKeys(statement).includes('kms:viaservice'))
      .map(({ where, statement }) => `${where}: ${show(statement)}`),
  },
  retained: {
    name: 'stateful things are retained',
    violations: (subject) => entries(subject)
      .filter(([, { Type, DeletionPolicy, UpdateReplacePolicy }]) =>
        STATEFUL.includes(Type) && (DeletionPolicy !== 'Retain' || UpdateReplacePolicy !== 'Retain'))
      .map(([id, { Type, DeletionPolicy, UpdateReplacePolicy }]) => `${id} (${Type}): ${DeletionPolicy}, ${UpdateReplacePolicy}`),
  },
  secrets: {
    name: 'no literal looks like a secret',
    violations: ({ template }) => [...strings(template), JSON.stringify(template)]
      .flatMap((text) => SECRETS.map((pattern) => pattern.exec(text)?.[0]).filter((match): match is string => match !== undefined)),
  },
  partition: {
    name: 'no literal names a partition that is not the one of the stack',
    violations: ({ template, partition }) => strings(template)
      .flatMap((text) => [...text.matchAll(/\barn:(aws[a-z-]*):/g)].filter(([, found]) => found !== partition).map(() => text)),
  },
  everybody: {
    name: 'no statement allows everybody',
    violations: (subject) => statements(subject)
      .filter(({ statement }) => statement.Effect === 'Allow' && (statement.NotPrincipal !== undefined
        // An organization is written as everybody with a condition on who asks.
        || (principals(statement, 'AWS').includes('*') && !conditionKeys(statement).some((name) => /^aws:principalorg(id|paths)$/.test(name)))))
      .map(({ where, statement }) => `${where}: ${show(statement)}`),
  },
  sources: {
    name: 'every service that is allowed something is bound to its source',
    violations: (subject) => statements(subject)
      .filter(({ statement, trust }) => !trust && statement.Effect === 'Allow'
        && principals(statement, 'Service').some((service) => !WITHOUT_SOURCE.includes(service as string))
        && !conditionKeys(statement).some((key) => SOURCE.test(key)) && !boundToTables(statement))
      .map(({ where, statement }) => `${where}: ${show(statement)}`),
  },
  limits: {
    name: 'everything stays within the limits of S3 and KMS',
    violations: (subject) => entries(subject).flatMap(([id, { Type, Properties }]) => {
      const over = (what: string, got: number, limit: number) => (got > limit ? [`${id}: ${what} ${got}, limit ${limit}`] : []);
      switch (Type) {
        // https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
        case 'AWS::KMS::Key': return [
          ...over('key policy', size(Properties.KeyPolicy), 32 * 1024),
          ...over('description', typeof Properties.Description === 'string' ? Properties.Description.length : 0, 8192),
        ];
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
        case 'AWS::S3::BucketPolicy': return over('bucket policy', size(Properties.PolicyDocument), 20 * 1024);
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
        case 'AWS::S3::Bucket': return over('lifecycle rules', list(Properties.LifecycleConfiguration?.Rules).length, 1000);
        default: return [];
      }
    }),
  },
} satisfies Record<string, Invariant>;

/** The name of an invariant, for exemptions. */
export type InvariantId = keyof typeof INVARIANTS;

/** All invariants with their ids. */
export const ALL = Object.entries(INVARIANTS) as [InvariantId, Invariant][];
