import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { CLIENT, SYSTEM_CLOCK } from '../runtime/aws';
import { answer } from '../runtime/macie/answer';
import { MacieApi } from '../runtime/macie/macie-api';

const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN, AWS_REGION = '', AWS_ENDPOINT_URL_MACIE2, AWS_ENDPOINT_URL } = process.env;

const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN };
const services = {
  macie: new MacieApi({
    endpoint: (AWS_ENDPOINT_URL_MACIE2 ?? AWS_ENDPOINT_URL ?? `https://macie2.${AWS_REGION}.amazonaws.com`).replace(/\/$/, ''),
    region: AWS_REGION,
    credentials: () => credentials,
    clock: SYSTEM_CLOCK,
  }),
  cloudwatch: new CloudWatchClient(CLIENT),
  s3: new S3Client(CLIENT),
  now: () => SYSTEM_CLOCK.now(),
  sleep: async (milliseconds: number) => SYSTEM_CLOCK.sleep(milliseconds),
  log: (line: object) => { console.log(JSON.stringify(line)); },
};

/** Answers CloudFormation in every case: a stack that gets no answer waits for its timeout. */
export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  const { ResponseURL: url, ...request } = event;
  const result = await answer(request, services);
  services.log({ message: event.RequestType, resource: event.LogicalResourceId, ...result });
  // The URL is signed for an empty type, as cfn-response sends it; fetch would name one for a text.
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
  const response = await fetch(url, { method: 'PUT', headers: { 'content-type': '' }, body: JSON.stringify(result) });
  if (!response.ok) { throw new Error(`CloudFormation did not take the answer: ${response.status} ${await response.text()}`); }
}
