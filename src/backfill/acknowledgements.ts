import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgePolicy, type Wildcards } from '../private/findings';

const WILDCARDS: Wildcards = [
  [/\/(manifests|reports|plans|retries|exceptions|noncurrent|summaries|listed|answers|lists)\/\*$/, 'Names of reports and lists are made by each run, in a folder that is theirs.'],
  [/:job\/\*$/, 'S3 gives a job its id when it is made.'],
  [/:execution:/, 'Step Functions gives an execution its name when it starts.'],
  [/^\*$/, 'None of these actions has resources in IAM: making and listing jobs, metrics, log delivery and tracing.'],
  [/\*$/, 'Which objects there are is what a backfill finds out; the prefix is the one of the prop.'],
];

/** Answers the findings of cdk-nag about what is made here. What somebody adds later is not answered. */
export function acknowledgeBackfill(scope: Construct): void {
  for (const child of scope.node.findAll()) {
    if (child instanceof iam.Policy) { acknowledgePolicy(child, WILDCARDS); }
    if (child instanceof lambda.Function) { acknowledgeFunction(child); }
    if (child instanceof logs.LogGroup) {
      acknowledge(child, 'NIST.800.53.R5-CloudWatchLogGroupEncrypted', 'The log has names and numbers, no content of objects; CloudWatch Logs encrypts it with keys of its own.');
    }
  }
}

function acknowledgeFunction(handler: lambda.Function): void {
  acknowledge(handler, 'NIST.800.53.R5-LambdaDLQ', 'Whoever invokes it waits for its answer, and learns of a failure.');
  acknowledge(handler, 'NIST.800.53.R5-LambdaInsideVPC', 'It calls AWS APIs only, and holds no secret; a VPC would need an endpoint for each of them.');
  acknowledge(handler, 'NIST.800.53.R5-LambdaConcurrency', 'One invocation at a time, or as many as copyConcurrency says: a reservation takes from what other functions have.');
}
