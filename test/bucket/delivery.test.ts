import { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, RotatingS3Key, SecureBucket } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { appOf, FLAG_SETS, testStack } from '../helpers/stack';
import { keyPolicyOf, Statement, warningIds, withoutSid } from '../helpers/template';

const OWNER_MUST_ADD = 'cdk-s3-encryption:ImportedKey.ownerMustAddStatement';
const IMPORTED = 'arn:aws:kms:eu-west-1:111111111111:key/1';

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
 *
 * Which ARN stands there is left open where the source is a bucket of the app: the source names the
 * destination, which names its key, so that the key's policy cannot name the source.
 */
const delivery = (sourceArn: unknown = expect.anything()): Statement => ({
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'kms:GenerateDataKey',
  Resource: '*',
  Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' }, ArnLike: { 'aws:SourceArn': sourceArn } },
});

describe.each(FLAG_SETS)('a SecureBucket that receives an inventory, %s', (_, context) => {
  keepReportsQuiet();

  // The CDK names the service by a token, which no comparison with 's3.amazonaws.com' ever matches.
  test('admits S3 to its key for reports about the source', () => {
    const stack = testStack({ context });
    const reports = new SecureBucket(stack, 'Reports');
    new s3.Bucket(stack, 'Source', { inventories: [{ destination: { bucket: reports } }] });
    expect(withoutSid(keyPolicyOf(reports.encryptionKey!))).toEqual([delivery()]);
  });

  test('admits S3 to a plain key as well', () => {
    const stack = testStack({ context });
    const key = new kms.Key(stack, 'Key');
    const reports = new SecureBucket(stack, 'Reports', { encryptionKey: key });
    new s3.Bucket(stack, 'Source', { inventories: [{ destination: { bucket: reports } }] });
    expect(keyPolicyOf(key)).toContainEqual(delivery());
  });

  test('admits S3 once for two inventories of one source', () => {
    const stack = testStack({ context });
    const reports = new SecureBucket(stack, 'Reports');
    const source = new s3.Bucket(stack, 'Source', { inventories: [{ destination: { bucket: reports } }] });
    source.addInventory({ destination: { bucket: reports, prefix: 'more' } });
    expect(withoutSid(keyPolicyOf(reports.encryptionKey!))).toHaveLength(1);
  });

  test.each<[string, (stack: ReturnType<typeof testStack>) => kms.IKey]>([
    ['kms.Key.fromKeyArn', (stack) => kms.Key.fromKeyArn(stack, 'Key', IMPORTED)],
    ['RotatingS3Key.fromKeyArn', (stack) => RotatingS3Key.fromKeyArn(stack, 'Key', IMPORTED)],
  ])('prints the statement for the owner of an imported key, once: %s', (__, make) => {
    const stack = testStack({ context });
    const reports = new SecureBucket(stack, 'Reports', { encryptionKey: make(stack) });
    new s3.Bucket(stack, 'Source', { inventories: [{ destination: { bucket: reports } }] });
    // The CDK changes the policy of the destination as late as it renders the source.
    const { messages } = appOf(stack).synth().getStackByName(stack.stackName);
    expect(warningIds(stack)).toEqual([OWNER_MUST_ADD]);
    expect(messages.filter(({ entry }) => String(entry.data).includes(OWNER_MUST_ADD))).toHaveLength(1);
  });

  test('needs nothing on a key under SSE-S3', () => {
    const stack = testStack({ context });
    const reports = new SecureBucket(stack, 'Reports', { encryptionMode: EncryptionMode.s3Managed() });
    new SecureBucket(stack, 'Source', { inventories: [{ destination: { bucket: reports } }] });
    expect(warningIds(stack)).toEqual([]);
  });

  test('may be under the same key as the source, without a dependency cycle', () => {
    const stack = testStack({ context });
    const encryptionKey = new RotatingS3Key(stack, 'Key');
    const reports = new SecureBucket(stack, 'Reports', { encryptionKey });
    new SecureBucket(stack, 'Source', { encryptionKey, inventories: [{ destination: { bucket: reports } }] });
    expect(() => keyPolicyOf(encryptionKey)).not.toThrow();
  });
});

describe('a statement added to the policy of a SecureBucket', () => {
  const added = (props: iam.PolicyStatementProps) => {
    const bucket = new SecureBucket(testStack(), 'Data');
    bucket.addToResourcePolicy(new iam.PolicyStatement({ resources: [bucket.arnForObjects('*')], ...props }));
    return withoutSid(keyPolicyOf(bucket.encryptionKey!));
  };
  const source = { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::source' } };
  const s3Service = new iam.ServicePrincipal('s3.amazonaws.com');

  test.each<[string, iam.PolicyStatementProps]>([
    ['denies', { effect: iam.Effect.DENY, principals: [s3Service], actions: ['s3:PutObject'], conditions: source }],
    ['is about reading', { principals: [s3Service], actions: ['s3:GetObject'], conditions: source }],
    ['is for another service', { principals: [new iam.ServicePrincipal('config.amazonaws.com')], actions: ['s3:PutObject'], conditions: source }],
    ['is for a role', { principals: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/x')], actions: ['s3:PutObject'] }],
    ['names no source', { principals: [s3Service], actions: ['s3:PutObject'] }],
  ])('leaves the key alone when it %s', (_, props) => {
    expect(added(props)).toEqual([]);
  });

  test('admits each of several sources', () => {
    expect(added({ principals: [s3Service], actions: ['s3:PutObject'], conditions: { ArnLike: { 'aws:SourceArn': ['arn:aws:s3:::a', 'arn:aws:s3:::b'] } } }))
      .toEqual([delivery('arn:aws:s3:::a'), delivery('arn:aws:s3:::b')]);
  });

  test('is refused for server access logs', () => {
    expect(() => added({ principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')], actions: ['s3:PutObject'] }))
      .toThrow("'serverAccessLogsBucket' of another bucket must be under SSE-S3, got this bucket, which is under a KMS key: S3 would silently deliver no logs");
  });
});

test('an inventory of a bucket in another stack leaves both stacks deployable', () => {
  const app = new App();
  const there = testStack({ app, id: 'There' });
  const reports = s3.Bucket.fromBucketName(there, 'Reports', 'reports');
  new SecureBucket(testStack({ app, id: 'Here' }), 'Data', { inventories: [{ destination: { bucket: reports } }] });
  expect(() => app.synth()).not.toThrow();
});
