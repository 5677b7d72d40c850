import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { CLIENT } from '../runtime/aws';
import { end, start, type WatchProperties } from '../runtime/stack-watch';

const services = {
  sfn: new SFNClient(CLIENT),
  control: new S3ControlClient(CLIENT),
  log: (line: object) => { console.log(JSON.stringify(line)); },
};

/** CloudFormation shows so much of a reason. */
const REASON_LENGTH = 1000;

/** Answers CloudFormation in every case: a stack that gets no answer waits for its timeout. */
export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  const properties = event.ResourceProperties as unknown as WatchProperties;
  let answer: { Status: 'SUCCESS' | 'FAILED'; Reason: string };
  try {
    answer = { Status: 'SUCCESS', Reason: event.RequestType === 'Delete' ? await end(properties, services) : await start(properties, services) };
  } catch (error) {
    answer = { Status: 'FAILED', Reason: (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, REASON_LENGTH) };
  }
  services.log({ message: event.RequestType, ...answer });
  // The URL is signed for an empty type, as cfn-response sends it; fetch would name one for a text.
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    headers: { 'content-type': '' },
    body: JSON.stringify({
      ...answer,
      // The same for ever: another one would make CloudFormation delete the old, which would cancel the jobs.
      PhysicalResourceId: 'PhysicalResourceId' in event ? event.PhysicalResourceId : event.LogicalResourceId,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      Data: { Message: answer.Reason },
    }),
  });
  if (!response.ok) { throw new Error(`CloudFormation did not take the answer: ${response.status} ${await response.text()}`); }
}
