import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { RefusedError } from './errors';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the deployer calls, for one region. */
export interface Clients {
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
  close(): void;
}

export function createClients(endpoint: string, region: string, credentials: Credentials): Clients {
  const shared = { endpoint, region, credentials };
  const clients = {
    iam: new IAMClient(shared),
    kms: new KMSClient(shared),
    // A bucket name as a host name would need a resolver for *.localhost.
    s3: new S3Client({ ...shared, forcePathStyle: true }),
    sts: new STSClient(shared),
  };
  return { ...clients, close: () => Object.values(clients).forEach((client) => client.destroy()) };
}

/** The deployer deletes keys and buckets and knows no change sets, so it must never meet a real account. */
export function assertLocal(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)) return;
  throw new RefusedError(`the deployer only talks to an endpoint on this machine, got ${endpoint}`);
}
