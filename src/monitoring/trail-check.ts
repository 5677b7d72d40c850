import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { fixedBucketArn } from '../private/bucket-arn';
import { at, canonical, finalState } from '../private/final-state';
import { type Audited, auditedBy } from '../private/trail-selectors';

/** Detections of what KMS counts as reads, such as Decrypt. */
const OF_KMS_READS = ['decrypts-denied', 'decrypt-volume', 'key-unusable', 'key-used-directly'];

/** Detections of writes of objects, which are data events. */
const OF_OBJECTS = ['objects-copied-under-other-key', 'objects-rekeyed', 'sse-c-uploads'];

/** What is wrong with the trail that the alarms count on. */
export interface TrailFindings {
  /** What blinds them. */
  readonly errors: readonly string[];
  /** What may, or what is not known. */
  readonly warnings: readonly { readonly id: string; readonly text: string }[];
}

export interface TrailNeeds {
  readonly logGroup: logs.ILogGroup;
  readonly buckets: readonly s3.IBucket[];
  /** The ids of the detections that are on. */
  readonly detections: readonly string[];
}

/**
 * Looks at the trail that writes to the log group, if it is in this app, as it will be deployed.
 *
 * Of a trail that is elsewhere nothing is known, and that is said.
 */
export function trailFindings(scope: Construct, needs: TrailNeeds): TrailFindings {
  const trails = scope.node.root.node.findAll().filter(isTrail).filter((trail) => writesTo(trail, needs.logGroup));
  if (trails.length === 0) { return { errors: [], warnings: [unknown(scope, needs.logGroup)] }; }
  // Of several the best counts: one that sees is enough.
  const [best] = trails.map((trail) => findingsOf(trail, needs))
    .sort((a, b) => a.errors.length - b.errors.length || a.warnings.length - b.warnings.length);
  return best as TrailFindings;
}

function findingsOf(trail: CfnResource, { buckets, detections }: TrailNeeds): TrailFindings {
  const { properties } = finalState(trail);
  const audited = auditedBy(properties);
  const blind = detections.filter((id) => OF_KMS_READS.includes(id));
  const errors = [
    ...properties.IsLogging === false ? ['does not log (isLogging): turn it on'] : [],
    ...!audited.kmsWrites ? ['leaves out the events of KMS, the deletion of a key among them: remove kms.amazonaws.com from excludeManagementEventSources or the event selectors, and select management events'] : [],
    ...audited.kmsWrites && !audited.kmsReads && blind.length > 0
      ? [`leaves out what only reads, every Decrypt among it, so that nothing is ever found by ${blind.join(', ')}: select reads too, or turn these off with DetectionChoice.off()`] : [],
  ];
  const counted = detections.filter((id) => OF_OBJECTS.includes(id));
  const unseen = counted.length === 0 ? [] : buckets.filter((bucket) => !isOwn(trail, bucket, properties) && !covers(trail, audited, bucket));
  return {
    errors: errors.map((error) => `the trail ${trail.node.path}, which writes to 'trailLogGroup', ${error}`),
    warnings: [
      ...unseen.length > 0 ? [{
        id: 'cdk-s3-encryption:EncryptionAlarms.objectsNotAudited',
        text: `the trail ${trail.node.path} has no writes of objects of ${unseen.map(({ node }) => node.path).join(', ')}, so that ${counted.join(', ')} find nothing there: `
          + 'call watch() of the EncryptionAuditTrail, or addS3EventSelector() of another trail, with each',
      }] : [],
      ...properties.EnableLogFileValidation === true ? [] : [{
        id: 'cdk-s3-encryption:EncryptionAlarms.trailNotValidated',
        text: `the trail ${trail.node.path} does not validate its log files, so that nobody can tell whether one was changed afterwards: set enableFileValidation to true`,
      }],
    ],
  };
}

/** The trail writes there itself, and has no events of that. */
function isOwn(trail: CfnResource, bucket: s3.IBucket, { S3BucketName: own }: Record<string, unknown>): boolean {
  return asWritten(trail, bucket, bucket.bucketName) === canonical(own);
}

function covers(trail: CfnResource, { objects }: Audited, bucket: s3.IBucket): boolean {
  const fixed = fixedBucketArn(bucket);
  const names = [asWritten(trail, bucket, `${bucket.bucketArn}/`), ...fixed === undefined ? [] : [canonical(Stack.of(trail).resolve(`${fixed}/`))]];
  const isOf = (beginning: unknown): boolean => names.includes(canonical(beginning)) || isOfAll(beginning);
  return objects.some(({ of, notOf }) => of.some(isOf) && !notOf.some(isOf));
}

/**
 * A value of a resource as the template of the trail has it; undefined if it has none.
 *
 * A reference that this template does not make resolves to a logical id alone, which a resource of its own may have too.
 */
function asWritten(trail: CfnResource, owner: IConstruct, value: string): string | undefined {
  const resource = owner.node.defaultChild;
  const text = canonical(Stack.of(trail).resolve(value));
  if (!CfnResource.isCfnResource(resource) || Stack.of(resource) === Stack.of(trail)) { return text; }
  const id = Stack.of(resource).resolve(resource.logicalId) as string;
  return text.includes(`{"Ref":"${id}"}`) || text.includes(`{"Fn::GetAtt":["${id}",`) ? undefined : text;
}

/** `arn:aws:s3`, or `arn:aws:s3:::`: every bucket. */
function isOfAll(beginning: unknown): boolean { return /^arn:$|^arn:[a-z-]+:s3(:{0,3})?$/.test(textOf(beginning)); }

/** A partition that is not known is as good as any; every other token could be anything. */
function textOf(value: unknown): string {
  const parts = at(value, 'Fn::Join', 1);
  if (!Array.isArray(parts)) { return typeof value === 'string' ? value : '?'; }
  return parts.map((part: unknown) => (typeof part === 'string' ? part : at(part, 'Ref') === 'AWS::Partition' ? 'aws' : '?')).join('');
}

/** Not instanceof: an app may hold the CDK twice. */
function isTrail(one: IConstruct): one is CfnResource {
  return CfnResource.isCfnResource(one) && one.cfnResourceType === CfnTrail.CFN_RESOURCE_TYPE_NAME;
}

function writesTo(trail: CfnResource, logGroup: logs.ILogGroup): boolean {
  const { CloudWatchLogsLogGroupArn: arn } = finalState(trail).properties;
  return arn !== undefined && canonical(arn) === asWritten(trail, logGroup, logGroup.logGroupArn);
}

function unknown(scope: Construct, logGroup: logs.ILogGroup): TrailFindings['warnings'][number] {
  const name: unknown = Stack.of(scope).resolve(logGroup.logGroupName);
  return {
    id: 'cdk-s3-encryption:EncryptionAlarms.trailNotChecked',
    text: `no trail of this app writes to the log group ${typeof name === 'string' ? name : logGroup.node.path}, so it was not checked. Look at it once, then acknowledge this: `
      + '`aws cloudtrail get-trail-status --name TRAIL` has to say IsLogging true; '
      + '`aws cloudtrail get-event-selectors --trail-name TRAIL` has to have management events, reads too, without an exclusion of kms.amazonaws.com, '
      + 'and writes of AWS::S3::Object of the watched buckets; '
      + '`aws cloudtrail describe-trails` has to name this log group in CloudWatchLogsLogGroupArn, and LogFileValidationEnabled true',
  };
}
