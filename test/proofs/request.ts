import { ACCOUNT, ORGANIZATION, REGION } from './names';

/** Values of condition keys. */
export type Context = Readonly<Record<string, string>>;

/** Who makes a request: an IAM role or user, a session of a role, or an AWS service. */
export interface Caller {
  /** The ARN, or the name of the service. */
  readonly principal: string;
  /** The ARN that identity policies are attached to: for a session, that of its role. */
  readonly identity: string;
  readonly context: Context;
}

/** What the headers of an upload say about encryption. */
export interface Headers {
  readonly algorithm?: 'aws:kms' | 'aws:kms:dsse' | 'AES256';
  readonly keyArn?: string;
  readonly customerKey?: boolean;
  /** Overrides the bucket's own setting. */
  readonly bucketKey?: boolean;
}

/** A request to Amazon S3. */
export interface S3Request {
  readonly s3: string;
  readonly bucket: string;
  /** The key of the object; left out where the request is about the bucket. */
  readonly object?: string;
  readonly headers?: Headers;
  readonly transport?: 'plain HTTP' | 'TLS 1.1';
  /** Whether S3 also has to decrypt: it puts parts together, or verifies a Bucket Key. */
  readonly decryptsToo?: boolean;
  /** Whether S3 fills in the bucket's default before it evaluates the policies. */
  readonly defaultsFirst?: boolean;
  /** Whether the object was written while the Bucket Key was set the other way. */
  readonly writtenBefore?: boolean;
}

/** A request to AWS KMS. */
export interface KmsRequest {
  readonly kms: string;
  readonly keyArn: string;
  readonly context?: Context;
}

/** A request to IAM about a role. */
export interface IamRequest {
  readonly iam: string;
  readonly role: string;
}

export type Request = S3Request | KmsRequest | IamRequest;

/** A role or user that makes a request. */
export function identity(arn: string, organization?: string): Caller {
  const account = accountOf(arn);
  const memberOf = organization ?? (account === ACCOUNT ? ORGANIZATION : undefined);
  return {
    principal: arn,
    identity: arn,
    context: {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalIsAWSService': 'false',
      ...memberOf === undefined ? {} : { 'aws:PrincipalOrgID': memberOf },
    },
  };
}

/** Somebody who assumed a role, as everybody does who uses one. */
export function session(roleArn: string, organization?: string): Caller {
  const name = roleArn.split('/').pop();
  return { ...identity(roleArn, organization), principal: `arn:aws:sts::${accountOf(roleArn)}:assumed-role/${name}/session` };
}

/** An AWS service that works by itself, for a resource of some account. */
export function service(principal: string, source: { readonly arn?: string; readonly account?: string } = {}): Caller {
  return {
    principal,
    identity: principal,
    context: {
      'aws:PrincipalIsAWSService': 'true',
      ...source.arn === undefined ? {} : { 'aws:SourceArn': source.arn },
      ...source.account === undefined ? {} : { 'aws:SourceAccount': source.account },
    },
  };
}

/** What KMS is told when another service calls it with the credentials of the caller. */
export function through(name: string, caller: Caller, region: string = REGION): Context {
  return isService(caller) ? {} : {
    'kms:ViaService': `${name}.${region}.amazonaws.com`,
    'kms:CallerAccount': accountOf(caller.principal),
  };
}

export function isService(caller: Caller): boolean {
  return !caller.principal.startsWith('arn:');
}

export function accountOf(arn: string): string {
  return arn.split(':')[4];
}
