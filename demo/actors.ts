import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

/** Somebody who makes requests, with credentials of their own. */
export interface Actor {
  readonly name: string;
  readonly s3: S3Client;
  readonly kms: KMSClient;
}

/** Where the actors meet. */
export interface Place {
  readonly endpoint: string;
  readonly region: string;
}

/** The account's administrator, with whose credentials the stack is deployed. */
export const ADMINISTRATOR = { accessKeyId: 'test', secretAccessKey: 'test' };

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The administrator of the account. */
export function administrator(place: Place): Actor {
  return actor('administrator', place, ADMINISTRATOR);
}

/** A session of a role, as an application would get it. */
export async function inRole(place: Place, name: string, roleArn: string): Promise<Actor> {
  const sts = new STSClient({ ...place, credentials: ADMINISTRATOR });
  const { Credentials: session } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: name }));
  if (session?.AccessKeyId === undefined || session.SecretAccessKey === undefined) {
    throw new Error(`the local AWS gave no credentials for ${roleArn}`);
  }
  return actor(name, place, {
    accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken,
  });
}

function actor(name: string, place: Place, credentials: Credentials): Actor {
  const shared = { endpoint: place.endpoint, region: place.region, credentials, maxAttempts: 2 };
  return { name, s3: new S3Client({ ...shared, forcePathStyle: true }), kms: new KMSClient(shared) };
}
