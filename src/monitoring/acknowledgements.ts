import { Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';

/** Answers the finding of cdk-nag about the queue, with its reason. */
export function acknowledgeDeadLetters(queue: sqs.Queue): void {
  Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'It is the dead-letter queue.' });
}

/** Answers the finding about the role that starts incidents, with its reason. */
export function acknowledgeIncidentRole(role: iam.Role): void {
  Validations.of(role).acknowledge({ id: 'NIST.800.53.R5-IAMNoInlinePolicy', reason: 'The policy belongs to this role alone, and goes with it.' });
}
