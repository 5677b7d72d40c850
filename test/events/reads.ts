import { type CloudTrailRecord, WATCHED } from '.';

const { account, region, bucket, key } = WATCHED;

interface Call {
  readonly at: string;
  readonly role?: string;
  readonly session?: string;
  readonly address?: string;
  readonly error?: string;
}

let made = 0;

function record(service: 'kms' | 's3', eventName: string, { at, role = 'App', session = 'app', address = '10.0.1.5', error }: Call, rest: object): CloudTrailRecord {
  made += 1;
  const roleArn = `arn:aws:iam::${account}:role/${role}`;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE${role.toUpperCase()}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
      accountId: account,
      sessionContext: { sessionIssuer: { type: 'Role', principalId: `AROAEXAMPLE${role.toUpperCase()}`, arn: roleArn, accountId: account, userName: role } },
    },
    eventTime: at,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: region,
    sourceIPAddress: address,
    userAgent: 'aws-sdk-js/3.1175.0',
    ...error === undefined ? {} : { errorCode: error, errorMessage: 'Access Denied' },
    responseElements: null,
    requestID: `request-${made}`,
    eventID: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: service === 'kms',
    recipientAccountId: account,
    eventCategory: service === 'kms' ? 'Management' : 'Data',
    ...rest,
  };
}

export function getObject(call: Call & { bucket?: string; through?: string; object?: string }): CloudTrailRecord {
  const of = call.bucket ?? bucket;
  const object = call.object ?? 'orders/2026/11/0001.json';
  return record('s3', 'GetObject', call, {
    requestParameters: { bucketName: call.through ?? of, Host: `${of}.s3.${region}.amazonaws.com`, key: object },
    additionalEventData: { SignatureVersion: 'SigV4', bytesTransferredOut: 2048 },
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${of}/${object}` }, { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${of}` }],
  });
}

/** A copy of an object of the watched bucket to another. */
export function copyAway(call: Call & { source: string }): CloudTrailRecord {
  return record('s3', 'CopyObject', call, {
    readOnly: false,
    requestParameters: { 'bucketName': 'loot', 'Host': `loot.s3.${region}.amazonaws.com`, 'key': 'a', 'x-amz-copy-source': call.source },
    additionalEventData: { SSEApplied: 'Default_SSE_S3' },
    resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::loot/a' }, { accountId: account, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::loot' }],
  });
}

export function decrypt(call: Call & { context: string; through?: string }): CloudTrailRecord {
  const written = record('kms', 'Decrypt', call, {
    requestParameters: { keyId: key, encryptionContext: { 'aws:s3:arn': call.context }, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: key }],
  });
  if (call.through === undefined) { return written; }
  return { ...written, userIdentity: { ...written.userIdentity as object, invokedBy: call.through }, sourceIPAddress: call.through };
}

export function putObject(call: Call & { object: string; sse: string; key?: string; request?: object }): CloudTrailRecord {
  return record('s3', 'PutObject', call, {
    readOnly: false,
    requestParameters: { bucketName: bucket, key: call.object, ...call.request },
    responseElements: call.key === undefined ? null : { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': call.key },
    additionalEventData: { SSEApplied: call.sse },
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${call.object}` }, { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` }],
  });
}
