import { explain, explained } from '../../src/cli/explain';
import { StoreError } from '../../src/core/store-error';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const ABOUT = { bucket: 'data', endpoint: 'AWS', keyArn: KEY };
const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

test.each<[string, string, string, readonly string[]]>([
  ['a bucket that is not there', 'NoSuchBucket', 'The specified bucket does not exist', ['there is no bucket "data" at AWS', 'spelling of --bucket']],
  ['the same from HeadBucket, which has no body', 'NotFound', 'S3 gave no reason (NotFound)', ['there is no bucket "data"']],
  ['KMS refuses', 'AccessDenied', `User: arn:aws:iam::111122223333:user/me is not authorized to perform: kms:GenerateDataKey on resource: ${KEY} because no identity-based policy allows it`,
    ['permission of KMS is missing, not that of S3', `allow kms:GenerateDataKey on ${KEY}`, 'policy of the key']],
  ['S3 refuses', 'AccessDenied', 'User: arn:aws:iam::111122223333:user/me is not authorized to perform: s3:UpdateObjectEncryption on resource: "arn:aws:s3:::data/a"',
    ['permission of S3 is missing, not that of KMS', 'allow s3:UpdateObjectEncryption', 'policy of the bucket "data"']],
  ['somebody refuses and does not say who', '403', 'S3 gave no reason (403)', ['S3 answered 403 and gave no reason', 's3:GetObject', 'kms:Decrypt']],
  ['expired credentials', 'ExpiredToken', 'The provided token has expired.', ['ExpiredToken: The provided token', 'have expired: renew them']],
  ['unknown credentials', 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', ['not known here', 'AWS_PROFILE']],
  ['a disabled key', 'KMS.DisabledException', `${KEY} is disabled.`, ['KMS cannot use a key', KEY, 'enabled']],
  ['another region', 'PermanentRedirect', 'The bucket you are attempting to access must be addressed using the specified endpoint.', ['in another region', '--region']],
  ['no network', 'ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:9', ['did not answer', '--endpoint-url']],
  ['no name server', 'EAI_AGAIN', 'getaddrinfo EAI_AGAIN s3.amazonaws.com', ['did not answer']],
  ['a storm', 'SlowDown', 'Please reduce your request rate.', ['fewer requests', '--concurrency']],
  ['a machine that is not there', 'StateMachineDoesNotExist', 'State Machine Does Not Exist: x', ['spelling of --state-machine']],
  ['another service refuses', 'AccessDeniedException', 'User: x is not authorized to perform: states:StartExecution on resource: y', ['Allow states:StartExecution in your policy']],
  ['something without a remedy', 'OddThing', 'strange', ['OddThing: strange']],
])('%s: what happened and what to do, in at most two lines', (_, code, message, said) => {
  const text = explain({ code, message }, ABOUT);
  for (const each of said) { expect(text).toContain(each); }
  expect(text.split('\n').length).toBeLessThanOrEqual(2);
});

test.each<[string, unknown, string]>([
  ['no credentials', named('CredentialsProviderError', 'Could not load credentials from any providers'), 'No credentials were found'],
  ['an SSO session that has ended', named('CredentialsProviderError', 'The SSO session associated with this profile has expired.'), 'have expired: renew them'],
  ['an error of the store', new StoreError('NoSuchBucket', 'x', 'fatal'), 'there is no bucket'],
  ['an answer that the SDK threw', Object.assign(named('NoSuchBucket', 'x'), { $metadata: { httpStatusCode: 404 } }), 'there is no bucket'],
])('%s is explained', (_, error, said) => {
  expect(explained(error, ABOUT)).toContain(said);
});

test('a defect of ours is not explained away', () => {
  expect(explained(new TypeError("Cannot read properties of undefined (reading 'x')"), ABOUT)).toBeUndefined();
});
