import { Duration } from 'aws-cdk-lib';
import { mappings } from '../../controls';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';

/**
 * Scanners look for this text, so it stands as AWS publishes it. The single events are detected faster
 * by the rules of this catalogue. https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
 */
export const cisBucketPolicyChanged: RateSpec = {
  kind: 'rate',
  id: 'cis-bucket-policy-changed',
  severity: DetectionSeverity.MEDIUM,
  title: 'policy, CORS, lifecycle or replication of a bucket of the account changed',
  meaning: 'Some bucket of this account, watched or not, was changed.',
  references: ['CIS 4.8', 'CloudWatch.8'],
  mappings: mappings.ALARM_OF_BUCKETS,
  scope: 'account',
  terms: [],
  exactPattern: '{($.eventSource=s3.amazonaws.com) && (($.eventName=PutBucketAcl) || ($.eventName=PutBucketPolicy) || ($.eventName=PutBucketCors) || ($.eventName=PutBucketLifecycle) || ($.eventName=PutBucketReplication) || ($.eventName=DeleteBucketPolicy) || ($.eventName=DeleteBucketCors) || ($.eventName=DeleteBucketLifecycle) || ($.eventName=DeleteBucketReplication))}',
  threshold: 1,
  period: Duration.minutes(5),
};
