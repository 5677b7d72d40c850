import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { acknowledge } from '../private/findings';

/** Answers the finding of cdk-nag about the queue, with its reason. */
export function acknowledgeDeadLetters(queue: sqs.Queue): void {
  acknowledge(queue, 'AwsSolutions-SQS3', 'It is the dead-letter queue.');
}

/** Answers the finding about the role that starts incidents, with its reason. */
export function acknowledgeIncidentRole(role: iam.Role): void {
  acknowledge(role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
}
