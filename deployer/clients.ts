import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { RefusedError } from './errors';
import { JsonApi } from './json-api';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the deployer calls, for one region. */
export interface Clients {
  readonly cloudwatch: CloudWatchClient;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  /** `undefined` without a local Step Functions. */
  readonly sfn?: SFNClient;
  readonly sns: SNSClient;
  readonly sts: STSClient;
  /** For the services without a client here. */
  readonly json: JsonApi;
  close(): void;
}

export function createClients(endpoint: string, region: string, credentials: Credentials, stepFunctions?: string): Clients {
  const shared = { endpoint, region, credentials };
  const clients = {
    cloudwatch: new CloudWatchClient(shared),
    events: new EventBridgeClient(shared),
    iam: new IAMClient(shared),
    kms: new KMSClient(shared),
    // A bucket name as a host name would need a resolver for *.localhost.
    s3: new S3Client({ ...shared, forcePathStyle: true }),
    sfn: stepFunctions === undefined ? undefined : new SFNClient({ ...shared, endpoint: stepFunctions }),
    sns: new SNSClient(shared),
    sts: new STSClient(shared),
  };
  const json = new JsonApi(endpoint, region, credentials);
  return { ...clients, json, close: () => Object.values(clients).forEach((client) => client?.destroy()) };
}

/** The deployer deletes keys and buckets and knows no change sets, so it must never meet a real account. */
export function assertLocal(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)) return;
  throw new RefusedError(`the deployer only talks to an endpoint on this machine, got ${endpoint}`);
}
