import { CfnParameter, Duration, Lazy, RemovalPolicy, Size, type Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { type Row, rows } from './rows';
import { BASELINES } from './rows-of-baselines';
import {
  type EncryptionAlarmsProps, type EncryptionHookProps, type RotatingS3KeyProps, AccessAnalyzer, AuditedEvents, AutomatedDiscovery,
  BackfillCopies, BackfillSource, BackfillTrigger, ComplianceChoice, ComplianceRecorder, ComplianceRemediation, ComplianceRule, Detection,
  DetectionChoice, DetectionSeverity, DiscoveryJob, EncryptionAlarms, EncryptionAuditTrail, type EncryptionAuditTrailProps, EncryptionBackfillJob,
  type EncryptionBackfillJobProps, EncryptionCompliance, type EncryptionComplianceProps, EncryptionGuardrails, type EncryptionGuardrailsProps,
  EncryptionHook, EncryptionMode, ExpectedAccess, KeyAccess, KeyAccessAnalysis, type KeyAccessAnalysisProps, KeyRotation, MacieAllowList,
  MacieSession, MacieSeverity, Notify, ObjectEncryptionReport, type ObjectEncryptionReportProps, ObjectFinding, ObjectSource, RotatingS3Key,
  SecureBucket, type SecureBucketProps, SensitiveDataDiscovery, type SensitiveDataDiscoveryProps, UploadHeaders,
} from '../../src';
import { OTHER_ACCOUNT } from '../helpers/stack';

/** Props of `SecureBucket` that accept no value of their own: test/bucket/refusals.test.ts has each refusal. */
export const REFUSED = [
  'websiteIndexDocument', 'websiteErrorDocument', 'websiteRedirect', 'websiteRoutingRules',
];

function arn(stack: Stack, service: string, resource: string, account?: string): string {
  return stack.formatArn({ service, region: service === 'iam' ? '' : undefined, account: account ?? OTHER_ACCOUNT, resource });
}

function identity(stack: Stack, account?: string): iam.IPrincipal {
  return new iam.ArnPrincipal(arn(stack, 'iam', 'role/Someone', account));
}

function role(stack: Stack, id: string): iam.Role {
  return new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
}

/** A string that only the deployment knows. */
function parameter(stack: Stack, id: string): string {
  return new CfnParameter(stack, id).valueAsString;
}

function late(value: string): string {
  return Lazy.string({ produce: () => value });
}

const key = rows('RotatingS3Key', (stack, props: RotatingS3KeyProps) => new RotatingS3Key(stack, 'Key', props));
const backfill = rows('EncryptionBackfillJob', (stack, props: EncryptionBackfillJobProps) => new EncryptionBackfillJob(stack, 'Backfill', props));
const alarms = rows('EncryptionAlarms', (stack, props: EncryptionAlarmsProps) => new EncryptionAlarms(stack, 'Alarms', props));
/** About a bucket of the stack, unless a row has its own. */
const report = rows('ObjectEncryptionReport', (stack, props: Partial<ObjectEncryptionReportProps>) => new ObjectEncryptionReport(stack, 'Report', {
  bucket: props.bucket ?? new SecureBucket(stack, 'Data'), source: ObjectSource.inventory(), ...props,
}));
const audit = rows('EncryptionAuditTrail', (stack, props: EncryptionAuditTrailProps) => new EncryptionAuditTrail(stack, 'Audit', props));
const compliance = rows('EncryptionCompliance', (stack, props: EncryptionComplianceProps) => new EncryptionCompliance(stack, 'Compliance', props));
const accessAnalysis = rows('KeyAccessAnalysis', (stack, props: Omit<KeyAccessAnalysisProps, 'alarms'>) => new KeyAccessAnalysis(stack, 'Access', {
  alarms: new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] }), ...props,
}));
const discovery = rows('SensitiveDataDiscovery', (stack, props: Omit<SensitiveDataDiscoveryProps, 'alarms'>) => new SensitiveDataDiscovery(stack, 'Discovery', {
  alarms: new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] }), ...props,
}));
/** Not offered in China and GovCloud, where it refuses. */
const hooks = rows('EncryptionHook', (stack, props: EncryptionHookProps) => (
  /^(cn|us-gov)-/.test(stack.region) ? new SecureBucket(stack, 'Instead') : new EncryptionHook(stack, 'Hook', props)));
const guardrails = rows('EncryptionGuardrails', (stack, props: EncryptionGuardrailsProps) => new EncryptionGuardrails(stack, 'Guardrails', props));
const bucket = rows('SecureBucket', (stack, props: SecureBucketProps) => new SecureBucket(stack, 'Data', props));

/** What cdk-nag says about a row that grants to a role of the stack. */
const GRANTED = {
  'AwsSolutions-IAM5': 'The CDK grants s3:GetObject* and its like, on the prefix that the call names.',
  'NIST.800.53.R5-IAMNoInlinePolicy': 'The CDK grants in inline policies; which roles a stack has is for its owner to decide.',
};

/** What cdk-nag says about the handler that the CDK adds for notifications. */
const HANDLER = {
  'AwsSolutions-IAM4': 'The CDK gives its own handler the AWS managed policy for logs.',
  'NIST.800.53.R5-IAMNoInlinePolicy': 'The policy is the one of the CDK\'s handler.',
};

const KEYS: Row[] = [
  key('with defaults', () => ({})),
  key('with an alias', () => ({ alias: 'orders' })),
  key('with a description', () => ({ description: 'Orders' })),
  key('that rotates every 90 days', () => ({ rotation: KeyRotation.every(Duration.days(90)) })),
  key('that rotates every 2560 days', () => ({ rotation: KeyRotation.every(Duration.days(2560)) })),
  key('multi-region', () => ({ multiRegion: true })),
  key('with named administrators', (stack) => ({ admins: [role(stack, 'Admin'), identity(stack, stack.account)] })),
  key('with break-glass principals', (stack) => ({ breakGlass: [identity(stack, stack.account)] })),
  key('that may be deleted quickly', () => ({ allowQuickDeletionBecause: 'a sandbox' })),
  key('destroyed with the stack', () => ({ removalPolicy: RemovalPolicy.DESTROY, alias: 'sandbox' }), {
    breaks: { retained: [/^Key/, 'The row asks for DESTROY.'] },
  }),
  key('for S3 and other services', () => ({ access: KeyAccess.throughServices('sqs', 'sns', 'dynamodb') })),
  key('for named principals', (stack) => ({ access: KeyAccess.namedPrincipals(role(stack, 'User'), identity(stack)) })),
  key('for nobody yet', () => ({ access: KeyAccess.namedPrincipals() })),
  key('with every consumer', () => ({}), {
    also: ({ consumers }, stack) => {
      const source = s3.Bucket.fromBucketName(stack, 'Source', 'source-of-reports');
      const replicator = iam.Role.fromRoleArn(stack, 'Replicator', arn(stack, 'iam', 'role/replicator'));
      consumers.cloudTrail({ trailName: 'audit' });
      consumers.cloudTrail({ trailName: 'organization', account: OTHER_ACCOUNT, region: stack.region });
      consumers.s3Inventory(source);
      consumers.snsFromCloudWatch();
      consumers.snsFromEventBridge();
      consumers.cloudWatchLogs('/app/*');
      consumers.cloudFront('E1A2B3C4D5E6F7');
      consumers.cloudFront('*');
      consumers.replicationSource({ role: replicator, bucket: source });
      consumers.replicationDestination({ role: replicator, bucket: source });
      consumers.macie();
      consumers.macie(OTHER_ACCOUNT);
    },
  }),
  key('with grants to roles, a service and another account', () => ({}), {
    also: (made, stack) => {
      made.grantEncryptDecrypt(role(stack, 'User'));
      made.grantAdmin(role(stack, 'Admin'));
      made.grantDecrypt(iam.Role.fromRoleArn(stack, 'Foreign', arn(stack, 'iam', 'role/foreign'), { mutable: false }));
      made.grantDecrypt(new iam.ServicePrincipal('macie.amazonaws.com').withConditions({ StringEquals: { 'aws:SourceAccount': stack.account } }));
    },
    findings: GRANTED,
  }),
  key('with tokens in every string', (stack) => ({
    alias: late('alias/late'),
    description: parameter(stack, 'Description'),
    allowQuickDeletionBecause: late('a sandbox'),
  })),
  key('with parameters in what its consumers are called', () => ({}), {
    also: ({ consumers }, stack) => {
      consumers.cloudTrail({ trailName: parameter(stack, 'Trail'), account: parameter(stack, 'TrailAccount'), region: parameter(stack, 'TrailRegion') });
      consumers.cloudWatchLogs(parameter(stack, 'LogGroup'));
      consumers.cloudFront(parameter(stack, 'Distribution'));
    },
  }),
];

const BUCKETS: Row[] = [
  bucket('with defaults', () => ({})),
  bucket('under a RotatingS3Key', (stack) => ({ encryptionKey: new RotatingS3Key(stack, 'Key') })),
  bucket('under a key of the CDK', (stack) => ({
    encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
  }), { breaks: { throughS3: [/^Key/, 'The policy of a kms.Key is its owner\'s.'] } }),
  bucket('under an imported key', (stack) => ({
    encryptionKey: RotatingS3Key.fromKeyArn(stack, 'Key', arn(stack, 'kms', 'key/11111111-2222-3333-4444-555555555555')),
  })),
  bucket('under a key that a parameter names', (stack) => ({ encryptionKey: RotatingS3Key.fromKeyArn(stack, 'Key', parameter(stack, 'KeyArn')) })),
  bucket('SSE-KMS by mode', () => ({ encryptionMode: EncryptionMode.kms() })),
  bucket('SSE-KMS by mode under a key', (stack) => ({ encryptionMode: EncryptionMode.kms(new RotatingS3Key(stack, 'Key')) })),
  bucket('SSE-KMS as s3.Bucket has it', () => ({ encryption: s3.BucketEncryption.KMS, versioned: true, enforceSSL: true })),
  bucket('DSSE-KMS', () => ({ encryptionMode: EncryptionMode.dsse() })),
  bucket('DSSE-KMS as s3.Bucket has it', () => ({ encryption: s3.BucketEncryption.DSSE, bucketKeyEnabled: false })),
  bucket('SSE-S3', () => ({ encryptionMode: EncryptionMode.s3Managed() }), {
    breaks: { encrypted: [/^Data/, 'The row asks for the keys of S3.'] },
  }),
  bucket('SSE-S3 as s3.Bucket has it', () => ({ encryption: s3.BucketEncryption.S3_MANAGED }), {
    breaks: { encrypted: [/^Data/, 'The row asks for the keys of S3.'] },
  }),
  bucket('without a Bucket Key', () => ({ bucketKeyEnabled: false }), { breaks: { bucketKey: [/^Data/, 'The row turns it off.'] } }),
  bucket('that requires upload headers', () => ({ uploadHeaders: UploadHeaders.REQUIRED })),
  bucket('that admits keys of clients', () => ({ allowSseCBecause: 'a legacy client' }), { breaks: { sseC: [/^Data/, 'The row says why.'] } }),
  bucket('that admits any encryption', () => ({ allowAnyUploadEncryptionBecause: 'a migration' }), { breaks: { uploads: [/^Data/, 'The row says why.'] } }),
  bucket('unversioned', () => ({ allowUnversionedBecause: 'scratch' }), {
    breaks: { versioned: [/^Data/, 'The row says why.'] },
  }),
  bucket('without access logs', () => ({ allowNoAccessLogsBecause: 'CloudTrail has data events' }), {
    breaks: { logged: [/^Data/, 'The row says why.'] },
  }),
  bucket('that also blocks another encryption type', () => ({
    blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
  })),
  bucket('TLS 1.3 only', () => ({ minimumTLSVersion: 1.3 })),
  bucket('with a name', () => ({ bucketName: 'a-name-of-its-own' })),
  bucket('with a name prefix in the account\'s namespace', () => ({
    bucketNamePrefix: 'orders', bucketNamespace: s3.BucketNamespace.ACCOUNT_REGIONAL,
  })),
  bucket('said to be as it is', () => ({
    publicReadAccess: false,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    accessControl: s3.BucketAccessControl.PRIVATE,
  })),
  bucket('logged under a prefix', () => ({ serverAccessLogsPrefix: 'orders/' })),
  bucket('logged by date', () => ({ targetObjectKeyFormat: s3.TargetObjectKeyFormat.partitionedPrefix(s3.PartitionDateSource.EVENT_TIME) })),
  bucket('logged into a bucket of its own', (stack) => ({
    serverAccessLogsBucket: new SecureBucket(stack, 'Logs', { encryptionMode: EncryptionMode.s3Managed() }),
    serverAccessLogsPrefix: 'orders/',
  }), {
    breaks: { encrypted: [/^Logs/, 'S3 delivers logs only to a bucket under SSE-S3.'] },
  }),
  bucket('logged into an imported bucket', (stack) => ({ serverAccessLogsBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'central-logs') })),
  bucket('with lifecycle rules', () => ({
    lifecycleRules: [
      { prefix: 'tmp/', expiration: Duration.days(7) },
      { noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    transitionDefaultMinimumObjectSize: s3.TransitionDefaultMinimumObjectSize.ALL_STORAGE_CLASSES_128_K,
  })),
  bucket('with object lock', () => ({
    objectLockEnabled: true,
    objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(30)),
  })),
  bucket('destroyed with the stack', () => ({ removalPolicy: RemovalPolicy.DESTROY }), { breaks: { retained: [/^Data/, 'The row asks for DESTROY.'] } }),
  bucket('emptied and destroyed with the stack', () => ({ removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }), {
    breaks: { retained: [/^Data/, 'The row asks for DESTROY.'] },
  }),
  bucket('with events on EventBridge', () => ({ eventBridgeEnabled: true, notificationsSkipDestinationValidation: true }), {
    findings: HANDLER,
  }),
  bucket('with events and a handler role', (stack) => ({ eventBridgeEnabled: true, notificationsHandlerRole: role(stack, 'Handler') }), {
    findings: HANDLER,
  }),
  bucket('with metrics, tiering, CORS, acceleration and attributes', () => ({
    metrics: [{ id: 'EntireBucket' }],
    intelligentTieringConfigurations: [{ name: 'cold', archiveAccessTierTime: Duration.days(90) }],
    cors: [{ allowedMethods: [s3.HttpMethods.GET], allowedOrigins: ['https://example.com'] }],
    transferAcceleration: true,
    abacStatus: true,
  })),
  bucket('with an inventory into another', (stack) => ({
    inventories: [{ destination: { bucket: new SecureBucket(stack, 'Reports'), prefix: 'inventory' } }],
  })),
  bucket('replicated', (stack) => {
    const destination = new SecureBucket(stack, 'Replica');
    return { replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey: destination.encryptionKey, priority: 0 }] };
  }),
  bucket('replicated by a role of the user\'s', (stack) => ({
    replicationRole: new iam.Role(stack, 'Replicator', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }),
    replicationRules: [{
      destination: s3.Bucket.fromBucketName(stack, 'Replica', 'replica-of-data'),
      sseKmsEncryptedObjects: true,
      kmsKey: kms.Key.fromKeyArn(stack, 'ReplicaKey', arn(stack, 'kms', 'key/11111111-2222-3333-4444-555555555555')),
    }],
  })),
  bucket('with grants to roles of the stack', () => ({}), {
    also: (data, stack) => {
      data.grantRead(role(stack, 'Reader'), 'docs/*');
      data.grantPut(role(stack, 'Putter'), 'in/*');
      data.grantReadWrite(role(stack, 'Both'));
      data.grantDelete(role(stack, 'Deleter'));
      data.grantWriteOnly(role(stack, 'WriteOnly'), 'drop/*');
      data.grants.read(new iam.User(stack, 'User'));
    },
    findings: {
      ...GRANTED,
      'NIST.800.53.R5-IAMUserGroupMembership': 'The row needs a user to grant to.',
      'NIST.800.53.R5-IAMUserNoPolicies': 'The row needs a user to grant to.',
    },
  }),
  bucket('with grants to another account, an organization and a service', () => ({}), {
    also: (data, stack) => {
      data.grantRead(iam.Role.fromRoleArn(stack, 'Foreign', arn(stack, 'iam', 'role/foreign'), { mutable: false }));
      data.grantRead(new iam.AccountPrincipal(OTHER_ACCOUNT));
      data.grantRead(new iam.ServicePrincipal('cloudfront.amazonaws.com').withConditions({
        ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'cloudfront', region: '', resource: 'distribution', resourceName: 'E1A2B3C4D5E6F7' }) },
      }));
    },
  }),
  bucket('under a key of named principals, with grants', (stack) => ({
    encryptionKey: new RotatingS3Key(stack, 'Key', { access: KeyAccess.namedPrincipals() }),
  }), { also: (data, stack) => { data.grantRead(role(stack, 'Reader')); }, findings: GRANTED }),
  bucket('whose encryption is reserved', () => ({}), {
    also: (data, stack) => { data.reserveEncryptionChangesOrLockOut(identity(stack, stack.account)); },
  }),
  bucket('with tokens in every string', (stack) => ({
    bucketName: parameter(stack, 'Name'),
    serverAccessLogsPrefix: parameter(stack, 'Prefix'),
    allowSseCBecause: late('a legacy client'),
    lifecycleRules: [{ id: late('Expire'), prefix: parameter(stack, 'Expiring'), expiration: Duration.days(30) }],
    metrics: [{ id: late('Everything'), prefix: late('all/') }],
    inventories: [{ objectsPrefix: late('a/'), destination: { bucket: new SecureBucket(stack, 'Reports'), prefix: late('inventory') } }],
    cors: [{ id: late('Site'), allowedMethods: [s3.HttpMethods.GET], allowedOrigins: [late('https://example.com')] }],
    intelligentTieringConfigurations: [{ name: late('cold'), prefix: late('cold/'), archiveAccessTierTime: Duration.days(90) }],
  }), { breaks: { sseC: [/^Data/, 'The row says why.'] } }),
  bucket('with tokens in every reason', () => ({
    allowSseCBecause: late('a legacy client'),
    allowAnyUploadEncryptionBecause: late('a migration'),
    allowUnversionedBecause: late('scratch'),
    allowNoAccessLogsBecause: late('CloudTrail has data events'),
  }), {
    breaks: { sseC: [/^Data/, 'The row says why.'], uploads: [/^Data/, 'The row says why.'], versioned: [/^Data/, 'The row says why.'], logged: [/^Data/, 'The row says why.'] },
  }),
  bucket('grants on prefixes that are tokens', () => ({}), {
    also: (data, stack) => {
      const prefix = parameter(stack, 'GrantPrefix');
      data.grantRead(role(stack, 'Reader'), `${prefix}/*`);
      data.grantWriteOnly(role(stack, 'Writer'), prefix);
    },
    findings: GRANTED,
  }),
];

/** Reports cannot be under KMS. */
const REPORTS: Row['breaks'] = { encrypted: [/^BackfillOperations/, 'S3 Batch Operations writes its reports under SSE-S3 only.'] };
const sseS3 = () => [BackfillSource.sseS3()];

const BACKFILLS: Row[] = [
  backfill('of a SecureBucket', (stack) => ({ bucket: new SecureBucket(stack, 'Data'), sources: sseS3() }), { breaks: REPORTS }),
  backfill('of what a report found', (stack) => {
    const data = new SecureBucket(stack, 'Data');
    const { backfillList } = new ObjectEncryptionReport(stack, 'Report', { bucket: data, source: ObjectSource.inventory() });
    return { bucket: data, sources: [BackfillSource.listed(backfillList, new RotatingS3Key(stack, 'Old'))] };
  }, { breaks: REPORTS }),
  backfill('of every source', (stack) => ({
    bucket: new SecureBucket(stack, 'Data'),
    sources: [
      BackfillSource.sseS3(), BackfillSource.kmsKey(new RotatingS3Key(stack, 'Old')), BackfillSource.unencrypted(), BackfillSource.dsse(),
      BackfillSource.withoutBucketKey(),
    ],
    noncurrentVersions: true,
    copies: BackfillCopies.AUTOMATIC,
    expireReplacedVersions: Duration.days(30),
    copyConcurrency: 20,
    prefix: 'orders/',
    summaryTopic: sns.Topic.fromTopicArn(stack, 'Topic', arn(stack, 'sns', 'summaries', stack.account)),
  }), { breaks: REPORTS }),
  backfill('of an imported bucket', (stack) => ({
    bucket: s3.Bucket.fromBucketName(stack, 'Data', 'data-from-before'),
    encryptionKey: RotatingS3Key.fromKeyArn(stack, 'Key', arn(stack, 'kms', 'key/11111111-2222-3333-4444-555555555555', stack.account)),
    bucketKeyEnabled: false,
    sources: [BackfillSource.unencrypted()],
    copies: BackfillCopies.CONDITIONAL,
    operationsBucket: s3.Bucket.fromBucketName(stack, 'Operations', 'reports-of-operations'),
  })),
  backfill('that starts with a deployment', (stack) => ({
    bucket: new SecureBucket(stack, 'Data'), sources: sseS3(), trigger: BackfillTrigger.onDeploy(),
  }), { breaks: REPORTS }),
  backfill('that runs every week without anybody', (stack) => ({
    bucket: new SecureBucket(stack, 'Data'),
    sources: sseS3(),
    trigger: BackfillTrigger.schedule(events.Schedule.rate(Duration.days(7)), { runWithoutConfirmationBecause: 'a sandbox' }),
  }), { breaks: REPORTS }),
  backfill('that others start, follow and alarm on', (stack) => ({ bucket: new SecureBucket(stack, 'Data'), sources: sseS3() }), {
    breaks: REPORTS,
    also: (made, stack) => {
      made.grantRun(role(stack, 'Operator'));
      made.onEnd('Ended');
    },
    findings: GRANTED,
  }),
];

/** Every public construct, with its defaults and with each option that matters. A new construct is a row. */
/** The key of notifications is not a key of data. */
const NOTIFICATIONS: Row['breaks'] = {
  retained: [/^AlarmsKey/, 'nothing that is kept is under it, so it goes with the stack'],
  throughS3: [/^AlarmsKey/, 'SNS uses it, not S3'],
};

const trailLogs = (stack: Stack) => logs.LogGroup.fromLogGroupName(stack, 'TrailLogs', 'audit-trail');
const mail = () => [Notify.email('security@example.com')];

const ALARMS: Row[] = [
  alarms('of a bucket', () => ({ notify: mail() }), {
    also: (made, stack) => { made.watch(new SecureBucket(stack, 'Data')); },
    breaks: NOTIFICATIONS,
  }),
  alarms('that count in the log group of the trail', (stack) => ({
    notify: [...mail(), .../^(cn|us-gov)-/.test(stack.region) ? [] : [Notify.slack({ workspaceId: 'T012ABCDEF', channelId: 'C012ABCDEF' })]],
    trailLogGroup: trailLogs(stack),
    choices: [
      DetectionChoice.anomalyBand(), DetectionChoice.threshold(Detection.DECRYPTS_DENIED, { count: 50, period: Duration.minutes(15) }),
      DetectionChoice.off(Detection.KEY_ALIAS_MOVED, 'another team hears of it'), DetectionChoice.severity(Detection.KEY_DISABLED, DetectionSeverity.HIGH),
      DetectionChoice.exceptRole(Detection.BUCKET_POLICY_CHANGED, role(stack, 'Deploy'), 'deployments are reviewed'),
    ],
  }), {
    also: (made, stack) => { made.watch(new SecureBucket(stack, 'Data')); made.watchKey(new RotatingS3Key(stack, 'Another')); },
    breaks: NOTIFICATIONS,
  }),
  alarms('of the whole account, with a key and detections of their own', (stack) => ({
    notify: [
      Notify.topic(new sns.Topic(stack, 'Pager', { enforceSSL: true, masterKey: new kms.Key(stack, 'PagerKey', { enableKeyRotation: true }) })),
      Notify.incident(stack.formatArn({ service: 'ssm-incidents', region: '', resource: 'response-plan', resourceName: 'encryption' })),
      Notify.lambda(lambda.Function.fromFunctionAttributes(stack, 'Handler', {
        functionArn: stack.formatArn({ service: 'lambda', resource: 'function:handler' }), sameEnvironment: true,
      })),
    ],
    trailLogGroup: trailLogs(stack),
    notificationKey: new kms.Key(stack, 'NotificationKey', { enableKeyRotation: true }),
    metricNamespace: 'Security',
    runbookUrl: 'https://wiki.example.com/encryption',
    dashboard: false,
    ownDetections: [Detection.onEvent('bucket-logging-changed', {
      severity: DetectionSeverity.MEDIUM, title: 'bucket logging changed', meaning: 'Access logs may go nowhere.', source: 'aws.s3', calls: ['PutBucketLogging'],
    })],
  }), { also: (made) => { made.watchAccount(); }, breaks: { throughS3: [/^(Pager|Notification)Key/, 'SNS uses them, not S3'] } }),
];

/** The bucket of a trail. */
const LOG_FILES: Row['breaks'] = { uploads: [/^AuditBucket/, 'CloudTrail writes its digest files under SSE-S3, and nobody but the trail may write'] };

const TRAILS: Row[] = [
  audit('of a bucket', () => ({}), { also: (made, stack) => { made.watch(new SecureBucket(stack, 'Data')); }, breaks: LOG_FILES }),
  audit('with queries that read little', () => ({ queryScanLimit: Size.gibibytes(1) }), { breaks: LOG_FILES }),
  audit('that nobody can delete from, of writes alone', () => ({
    trailName: 'orders-audit',
    dataEvents: AuditedEvents.WRITES,
    objectLockRetention: s3.ObjectLockRetention.compliance(Duration.days(365)),
    expireLogFilesAfter: Duration.days(3650),
    logGroupRetention: logs.RetentionDays.SIX_MONTHS,
  }), { also: (made, stack) => { made.watch(s3.Bucket.fromBucketName(stack, 'Imported', 'data-from-before')); }, breaks: LOG_FILES }),
];

/** A policy of an organization is about everything that its accounts have. */
const OF_ALL: Row['breaks'] = {
  resources: [/^Guardrails(Service|Resource)ControlPolicy/, 'a policy of an organization is about all that its accounts have, now and later'],
};

const excepted = (stack: Stack, name: string): string => arn(stack, 'iam', `role/${name}`, '*');

const GUARDRAILS: Row[] = [
  compliance('with the recorder that is there', () => ({}), {
    also: (made, stack) => { made.watch(new SecureBucket(stack, 'Data')); },
  }),
  compliance('with a recorder of its own', () => ({ recorder: ComplianceRecorder.make() }), {
    also: (made, stack) => {
      const data = new SecureBucket(stack, 'Data');
      made.watch(data);
      made.watch(data.accessLogsBucket!);
    },
  }),
  compliance('set right by itself, and every rule', () => ({
    recorder: ComplianceRecorder.existing(),
    remediation: ComplianceRemediation.automatic({ maximumAttempts: 5, retryInterval: Duration.hours(1) }),
    maximumKeyRotationPeriod: Duration.days(180),
    choices: [
      ComplianceChoice.on(ComplianceRule.BUCKET_SSL_REQUESTS_ONLY),
      ComplianceChoice.on(ComplianceRule.BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED),
      ComplianceChoice.off(ComplianceRule.TRAIL_VALIDATED, 'the trail of the organization has a rule of its own'),
    ],
  }), {
    also: (made, stack) => {
      made.watch(new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.dsse() }));
      made.watch(s3.Bucket.fromBucketName(stack, 'Old', 'orders-from-before'), { approvedKeys: [new RotatingS3Key(stack, 'Key')] });
      made.watch(s3.Bucket.fromBucketName(stack, 'Logs', 'orders-logs'), { sseS3Because: 'load balancers write their logs here' });
    },
  }),
  compliance('of an account, of a tag and of an organization', () => ({ recorder: ComplianceRecorder.existing() }), {
    also: (made, stack) => {
      const approvedKeys = [new RotatingS3Key(stack, 'Key'), RotatingS3Key.fromKeyArn(stack, 'Shared', arn(stack, 'kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'))];
      made.watchAccount({ approvedKeys, sseS3BucketNames: ['orders-logs'] });
      made.watchTagged('data', { tagValue: 'confidential', approvedKeys, trustSseS3ReasonTag: false });
      made.watchOrganization({ approvedKeys, excludedAccounts: [OTHER_ACCOUNT] });
    },
  }),
  compliance('of an organization as a conformance pack', () => ({ recorder: ComplianceRecorder.existing() }), {
    also: (made, stack) => { made.watchOrganization({ approvedKeys: [new RotatingS3Key(stack, 'Key')], asConformancePack: true }); },
  }),
  accessAnalysis('with the analyzer that is there', () => ({}), {
    breaks: NOTIFICATIONS,
    also: (made, stack) => { made.watch(new SecureBucket(stack, 'Data')); },
  }),
  accessAnalysis('with analyzers of its own', (stack) => ({
    externalAccess: AccessAnalyzer.make(),
    ...stack.region.startsWith('cn-') ? {} : { internalAccess: AccessAnalyzer.make() }, // not offered there
    expected: [ExpectedAccess.toKey(new RotatingS3Key(stack, 'Shared'), OTHER_ACCOUNT, 'the partner decrypts its reports')],
  }), {
    breaks: NOTIFICATIONS,
    also: (made, stack) => {
      const data = new SecureBucket(stack, 'Data');
      made.watch(data);
      if (!stack.region.startsWith('cn-')) {
        const reader = new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
        made.expect(ExpectedAccess.internalToBucket(data, reader, 'it makes the reports'));
      }
    },
  }),
  accessAnalysis('with analyzers that are there, and what is expected of them', (stack) => {
    const data = new SecureBucket(stack, 'Old');
    const reader = new iam.ArnPrincipal(`arn:${stack.partition}:iam::${stack.account}:role/reader`);
    return {
      externalAccess: AccessAnalyzer.existing('account-analyzer'),
      internalAccess: AccessAnalyzer.existing('internal-analyzer'),
      expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'the partner reads its reports'), ExpectedAccess.internalToBucket(data, reader, 'it makes them')],
    };
  }, {
    breaks: NOTIFICATIONS,
    also: (made, stack) => { made.watch(new SecureBucket(stack, 'Data')); },
  }),
  discovery('once, with Macie as it is', () => ({}), {
    breaks: NOTIFICATIONS,
    also: (made, stack) => { made.watch(new SecureBucket(stack, 'Data')); },
  }),
  discovery('every week, with Macie and all that is made for it', (stack) => {
    const without = /^(cn|us-gov)-/.test(stack.region); // where CloudFormation makes none of it
    const words = new SecureBucket(stack, 'Words');
    return {
      session: without ? MacieSession.existing() : MacieSession.make(),
      job: DiscoveryJob.weekly({
        existingObjects: true,
        maximumGigabytes: 10,
        samplingPercentage: 50,
        prefixes: ['in/'],
        exceptPrefixes: ['in/public/'],
        extensions: ['csv'],
        exceptExtensions: ['png'],
        maximumObjectSize: Size.gibibytes(1),
        customDataIdentifierIds: ['3293a69d-4a1e-4a07-8715-208ddexample'],
      }),
      automatedDiscovery: AutomatedDiscovery.enable(),
      allowLists: without ? [MacieAllowList.existing('list')]
        : [MacieAllowList.regex('test-[0-9]+', 'our own tests'), MacieAllowList.words(words, 'words.txt', 'our own addresses')],
      minimumSeverity: MacieSeverity.LOW,
    };
  }, {
    breaks: NOTIFICATIONS,
    also: (made, stack) => {
      made.watch(new SecureBucket(stack, 'Data'));
      made.watch(s3.Bucket.fromBucketAttributes(stack, 'Shared', {
        bucketName: 'shared-bucket', encryptionKey: RotatingS3Key.fromKeyArn(stack, 'SharedKey', arn(stack, 'kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab')),
      }));
    },
  }),
  hooks('that stops', () => ({})),
  hooks('that warns', (stack) => ({
    warnOnlyBecause: 'two weeks to see what it would stop',
    alias: 'Example::Encryption::Hook',
    excludedStackNames: ['Legacy'],
    logBucket: new SecureBucket(stack, 'Reports'),
  })),
  guardrails('attached to an account', (stack) => ({
    organizationId: 'o-exampleorg1',
    keyDeletionRoleArns: [excepted(stack, 'BreakGlass')],
    encryptionChangeRoleArns: [excepted(stack, 'cdk-hnb659fds-cfn-exec-role-*')],
    objectEncryptionChangeRoleArns: [excepted(stack, 'Orders-Backfill*')],
    trustedOrganizationIds: ['o-exampleorg2'],
    trustedAccountIds: [OTHER_ACCOUNT],
    roleAdministratorArns: [excepted(stack, 'Security')],
    targetIds: [OTHER_ACCOUNT],
  }), { breaks: OF_ALL }),
  guardrails('of principals alone', (stack) => ({
    organizationId: 'o-exampleorg1',
    keyDeletionRoleArns: [excepted(stack, 'BreakGlass')],
    allowEncryptionChangeBecause: 'each account decides',
    allowSseCBecause: 'an old client',
    allowPlainHttpBecause: 'an old appliance',
    targetIds: [OTHER_ACCOUNT],
  }), { breaks: OF_ALL }),
  guardrails('of resources alone', () => ({
    organizationId: 'o-exampleorg1',
    allowKeyDeletionBecause: 'each account decides',
    allowEncryptionChangeBecause: 'each account decides',
    allowForeignKeysBecause: 'partners',
    targetIds: [OTHER_ACCOUNT],
  }), { breaks: OF_ALL }),
];

const OBJECT_REPORTS: Row[] = [
  report('over inventories', () => ({})),
  report('over weekly inventories into a bucket of the app', (stack) => ({
    source: ObjectSource.inventory({
      frequency: s3.InventoryFrequency.WEEKLY, destination: new SecureBucket(stack, 'Inventories'), destinationPrefix: 'inventories/orders',
    }),
  })),
  report('over metadata tables', () => ({ source: ObjectSource.metadataTables() })),
  report('with alarms of prefixes that nobody hears', () => ({ toleratedBytes: Size.gibibytes(1), prefixAlarms: [{ prefix: 'finance/' }] })),
  report('over metadata tables, with all that can be chosen', (stack) => ({
    source: ObjectSource.metadataTables({ journalExpiration: Duration.days(30) }),
    alarms: new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] }),
    alarmOn: [ObjectFinding.UNENCRYPTED, ObjectFinding.OTHER_KEY],
    tolerated: 10,
    toleratedBytes: Size.gibibytes(1),
    expectedKeys: [new RotatingS3Key(stack, 'Ours'), kms.Key.fromKeyArn(stack, 'Old', arn(stack, 'kms', 'key/old', stack.account))],
    bucketKeyExpected: false,
    noncurrentVersions: false,
    prefixes: ['finance/', "it's/"],
    prefixAlarms: [
      { prefix: "it's/" }, { prefix: 'legacy/', tolerated: 1000, toleratedBytes: Size.gibibytes(10), alarmOn: [ObjectFinding.SSE_C] },
    ],
    prefixDepth: 3,
    encryptionKey: new RotatingS3Key(stack, 'ReportKey'),
    queryScanLimit: Size.gibibytes(10),
  }), { breaks: NOTIFICATIONS }),
  report('over metadata tables that are there already', (stack) => ({
    bucket: s3.Bucket.fromBucketName(stack, 'Imported', 'orders.from-before'),
    source: ObjectSource.existingMetadataTables({ tableKey: new RotatingS3Key(stack, 'TableKey') }),
  })),
  report('over metadata tables under SSE-S3 of a name that comes late', (stack) => ({
    bucket: s3.Bucket.fromBucketName(stack, 'Imported', parameter(stack, 'Name')), source: ObjectSource.existingMetadataTables({ tableNamespace: 'b_orders' }),
  })),
];

export const ROWS: Row[] = [...KEYS, ...BUCKETS, ...BACKFILLS, ...OBJECT_REPORTS, ...ALARMS, ...TRAILS, ...GUARDRAILS, ...BASELINES];
