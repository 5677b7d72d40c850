import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgePolicy, type Wildcards } from '../private/findings';

const WILDCARDS: Wildcards = [
  [/\/(answers|lists|lists\/counts|reports)\/\*$/, 'Names of answers and reports are made by each run, in a folder that is theirs.'],
  [/table\/\*$/, 'S3 gives a metadata table its id when it makes it; which of them are opened is what the Data Catalog and Lake Formation say.'],
  [/^\*$/, 'None of these actions has resources in IAM: metrics, data access of Lake Formation, log delivery and tracing.'],
  [/\/\*$/, 'Inventories of the bucket come under names that S3 makes.'],
  [/:\*$/, 'The versions of the function: each deployment makes one.'],
];

/** What an L2 grants on the bucket of the answers: reading lists and gets whatever there is of a name. */
const ACTIONS = ['s3:GetObject*', 's3:GetBucket*', 's3:List*', 's3:Abort*'];

/** Answers the findings of cdk-nag about what is made here. What somebody adds later is not answered. */
export function acknowledgeReport(scope: Construct): void {
  for (const child of scope.node.findAll()) {
    if (child instanceof iam.Policy) {
      acknowledgePolicy(child, WILDCARDS);
      acknowledgeActions(child);
    }
    if (child instanceof lambda.Function) { acknowledgeFunction(child); }
    if (child instanceof logs.LogGroup) {
      acknowledge(child, 'NIST.800.53.R5-CloudWatchLogGroupEncrypted', 'The log has numbers and statements, no names of objects; CloudWatch Logs encrypts it with keys of its own.');
    }
  }
}

function acknowledgeActions(policy: iam.Policy): void {
  for (const action of ACTIONS) { acknowledge(policy, `AwsSolutions-IAM5[Action::${action}]`, 'What the CDK grants for reading and writing objects, in folders of buckets that have nothing else.'); }
}

function acknowledgeFunction(handler: lambda.Function): void {
  acknowledge(handler, 'NIST.800.53.R5-LambdaDLQ', 'The state machine waits for its answer, and fails with it.');
  acknowledge(handler, 'NIST.800.53.R5-LambdaInsideVPC', 'It calls AWS APIs only, and holds no secret; a VPC would need an endpoint for each of them.');
  acknowledge(handler, 'NIST.800.53.R5-LambdaConcurrency', 'One invocation at a time: a reservation takes from what other functions have.');
}
