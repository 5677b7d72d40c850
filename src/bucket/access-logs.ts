import { Annotations, CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { brokenBasics } from './bucket-basics';
import { customerKeyStatement, MINIMUM_TLS, transportStatements } from './bucket-statements';
import type { SecureBucketProps } from './secure-bucket-props';
import { sayWhySseS3 } from './sse-s3-reason';
import { anyBucketArn, fixedBucketArn } from '../private/bucket-arn';
import { ValidationError } from '../private/errors';
import { at, finalState, missingStatements } from '../private/final-state';
import { acknowledge } from '../private/findings';

/** Part of the logical id of the log bucket: a contract, since changing it would orphan the logs. */
const SHARED_ID = 'SecureBucketAccessLogs';

/** Whether a bucket is the one that holds the access logs of a stack, which is under SSE-S3 on purpose. */
export function holdsAccessLogs({ node }: s3.IBucket): boolean {
  return node.id === SHARED_ID && Stack.isStack(node.scope);
}

/** Sends the server access logs of a bucket to the bucket of its props, or to the stack's own. */
export function sendAccessLogs(source: s3.Bucket, props: SecureBucketProps): s3.IBucket {
  const stack = Stack.of(source);
  const shared = props.serverAccessLogsBucket === undefined;
  const target = props.serverAccessLogsBucket ?? sharedLogBucket(stack);
  if (!shared) { assertCanHoldLogs(source, target); }
  const prefix = props.serverAccessLogsPrefix ?? (shared ? `${pathInStack(source)}/` : undefined);
  if (!shared) { admitAccessLogs(source, target, prefix); }

  const resource = source.node.defaultChild as s3.CfnBucket;
  const format = props.targetObjectKeyFormat as unknown as { _render(): s3.CfnBucket.TargetObjectKeyFormatProperty } | undefined;
  resource.loggingConfiguration = {
    destinationBucketName: target.bucketName,
    logFilePrefix: prefix,
    // The CDK renders the format only for a bucket that it also gives an ACL, without its newer flags.
    targetObjectKeyFormat: format?._render(),
  };
  // S3 may refuse a target that does not admit its logging service yet.
  const policy = target instanceof s3.Bucket ? target.policy?.node.defaultChild : undefined;
  if (CfnResource.isCfnResource(policy)) { resource.addResourceDependency(policy); }
  return target;
}

/**
 * One bucket for the access logs of all SecureBuckets of a stack.
 *
 * SSE-S3, because S3 does not deliver logs to a bucket whose default is SSE-KMS.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
function sharedLogBucket(stack: Stack): s3.Bucket {
  const existing = stack.node.tryFindChild(SHARED_ID);
  if (existing !== undefined) { return existing as s3.Bucket; }
  const bucket = new s3.Bucket(stack, SHARED_ID, {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    versioned: true,
    lifecycleRules: [{
      id: 'TidyUp',
      abortIncompleteMultipartUploadAfter: Duration.days(7),
      noncurrentVersionExpiration: Duration.days(90),
    }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  // Not only through props: a property injector that puts s3.Buckets under KMS would end the logs.
  bucket.node.tryRemoveChild('Key');
  (bucket.node.defaultChild as s3.CfnBucket).bucketEncryption = {
    serverSideEncryptionConfiguration: [{
      serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' },
      blockedEncryptionTypes: { encryptionType: [s3.BlockedEncryptionType.SSE_C.name] },
    }],
  };
  sayWhySseS3(bucket, 'S3 delivers access logs under SSE-S3 only');
  const promised = [
    ...transportStatements(bucket.bucketArn, MINIMUM_TLS),
    // As in a SecureBucket: whoever may change the encryption settings can undo the block above.
    customerKeyStatement(bucket.bucketArn),
    // Not a list of the source buckets: 245 of them fit in a stack, their ARNs not in a bucket
    // policy of 20 KB. The account is the boundary that matters against the confused deputy.
    logDelivery(bucket, undefined, {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: { 'aws:SourceArn': anyBucketArn(bucket) },
    }),
  ];
  for (const statement of promised) { bucket.addToResourcePolicy(statement); }
  acknowledgeForLogs(bucket);
  bucket.node.addValidation({ validate: () => brokenPromisesOfLogBucket(bucket, promised) });
  return bucket;
}

/** Lets S3 deliver the access logs of a source into a target, by policy and not by ACL. */
export function admitAccessLogs(source: s3.IBucket, target: s3.IBucket, prefix: string | undefined): void {
  const stack = Stack.of(source);
  // A reference to the source would be a cycle: the source waits for this policy.
  const sourceArn = fixedBucketArn(source) ?? anyBucketArn(source);
  const statement = logDelivery(target, prefix, {
    StringEquals: { 'aws:SourceAccount': stack.account },
    ArnLike: { 'aws:SourceArn': sourceArn },
  });
  if (!target.addToResourcePolicy(statement).statementAdded) {
    Annotations.of(source).addWarningV2('cdk-s3-encryption:SecureBucket.logBucketNotOwned',
      `the policy of the log bucket cannot be changed from here, so no access logs arrive until its owner adds this statement to it:\n${JSON.stringify(stack.resolve(statement.toStatementJson()), undefined, 2)}`);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general */
function logDelivery(target: s3.IBucket, prefix: string | undefined, conditions: Record<string, Record<string, string>>): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: prefix === undefined ? 'AllowServerAccessLogs' : undefined,
    principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
    actions: ['s3:PutObject'],
    resources: [target.arnForObjects(`${prefix ?? ''}*`)],
    conditions,
  });
}

function assertCanHoldLogs(source: s3.Bucket, target: s3.IBucket): void {
  const resource = target.node.defaultChild;
  const settings: unknown = s3.CfnBucket.isCfnBucket(resource) ? Stack.of(target).resolve(resource.bucketEncryption) : undefined;
  const algorithm = at(settings, 'serverSideEncryptionConfiguration', 0, 'serverSideEncryptionByDefault', 'sseAlgorithm');
  if (target.encryptionKey !== undefined || (typeof algorithm === 'string' && algorithm.startsWith('aws:kms'))) {
    throw new ValidationError('LogsUnderKms',
      `'serverAccessLogsBucket' must be under SSE-S3, got ${target.node.path}, which is under a KMS key: S3 would silently deliver no logs; leave it out to use the stack's own log bucket, or pass a bucket with EncryptionMode.s3Managed()`, source);
  }
}

/** Reasons that ship with the library, for tools that cannot know what a bucket is for. */
function acknowledgeForLogs(bucket: s3.Bucket): void {
  const reasons: Record<string, string> = {
    'AwsSolutions-S1': 'This bucket receives the access logs; logging it into itself would never end.',
    'NIST.800.53.R5-S3BucketLoggingEnabled': 'This bucket receives the access logs; logging it into itself would never end.',
    'NIST.800.53.R5-S3BucketReplicationEnabled': 'A copy of access logs in another region is for the owner to decide: it doubles their cost.',
    'NIST.800.53.R5-S3DefaultEncryptionKMS': 'S3 does not deliver server access logs to a bucket whose default encryption is SSE-KMS.',
  };
  for (const [id, reason] of Object.entries(reasons)) { acknowledge(bucket, id, reason); }
}

function brokenPromisesOfLogBucket(bucket: s3.Bucket, promised: iam.PolicyStatement[]): string[] {
  const remedy = `exempt ${bucket.node.path} from the property injector, aspect or override that changed it`;
  const resource = bucket.node.defaultChild;
  const policy = bucket.policy?.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource) || !s3.CfnBucketPolicy.isCfnBucketPolicy(policy)) {
    return [`the log bucket must stay a bucket with a policy: ${remedy}`];
  }
  const state = finalState(resource);
  const { properties } = state;
  const algorithm = at(properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'ServerSideEncryptionByDefault', 'SSEAlgorithm');
  const missing = missingStatements(bucket, finalState(policy).properties.PolicyDocument, promised);
  return [
    ...algorithm === 'AES256' ? [] : [`'SSEAlgorithm' of the log bucket must stay AES256, got ${JSON.stringify(algorithm)}: S3 delivers no access logs under KMS; ${remedy}`],
    ...brokenBasics(state).map((broken) => `${broken}: ${remedy}`),
    ...missing.length === 0 ? [] : [`the policy of the log bucket must keep the statements ${missing.join(', ')} as they were: ${remedy}`],
  ];
}

function pathInStack(bucket: s3.Bucket): string {
  return bucket.node.path.slice(Stack.of(bucket).node.path.length).replace(/^\//, '');
}
