import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, RotatingS3Key, SecureBucket, SecureBucketProps } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { agnosticStack, FLAG_SETS, IRELAND, role, testStack } from '../helpers/stack';
import { aboutService, actionsOf, bucketPolicyOf, identityStatements, keyPolicyOf, Statement, warningIds, withoutSid } from '../helpers/template';

const BUCKET = { 'Fn::GetAtt': ['Data666C94C7', 'Arn'] };
const objects = (pattern: string) => ({ 'Fn::Join': ['', [BUCKET, `/${pattern}`]] });
const KEY = { 'Fn::GetAtt': ['DataKey5F086070', 'Arn'] };
const THROUGH_S3_FOR_BUCKET = {
  StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
  StringLike: { 'kms:EncryptionContext:aws:s3:arn': [BUCKET, objects('*')] },
};
const READ = [['kms:Decrypt'], ['kms:DescribeKey']];
const WRITE = [['kms:Decrypt', 'kms:GenerateDataKey']];
const READ_WRITE = [['kms:Decrypt', 'kms:GenerateDataKey'], ['kms:DescribeKey']];

type Grant = (bucket: SecureBucket, grantee: iam.IGrantable, pattern?: string) => unknown;

/** Every route of the CDK, with what it must give on the key. */
const routes: [name: string, grant: Grant, kmsActions: string[][]][] = [
  ['bucket.grantRead', (bucket, grantee, pattern) => bucket.grantRead(grantee, pattern), READ],
  ['bucket.grants.read', (bucket, grantee, pattern) => bucket.grants.read(grantee, pattern), READ],
  ['BucketGrants.fromBucket().read', (bucket, grantee, pattern) => s3.BucketGrants.fromBucket(bucket).read(grantee, pattern), READ],
  ['bucket.grantPut', (bucket, grantee, pattern) => bucket.grantPut(grantee, pattern), WRITE],
  ['bucket.grants.put', (bucket, grantee, pattern) => bucket.grants.put(grantee, pattern), WRITE],
  ['BucketGrants.fromBucket().put', (bucket, grantee, pattern) => s3.BucketGrants.fromBucket(bucket).put(grantee, pattern), WRITE],
  ['bucket.grantWrite', (bucket, grantee, pattern) => bucket.grantWrite(grantee, pattern), WRITE],
  ['bucket.grants.write', (bucket, grantee, pattern) => bucket.grants.write(grantee, pattern), WRITE],
  ['BucketGrants.fromBucket().write', (bucket, grantee, pattern) => s3.BucketGrants.fromBucket(bucket).write(grantee, pattern), WRITE],
  ['bucket.grantReadWrite', (bucket, grantee, pattern) => bucket.grantReadWrite(grantee, pattern), READ_WRITE],
  ['bucket.grants.readWrite', (bucket, grantee, pattern) => bucket.grants.readWrite(grantee, pattern), READ_WRITE],
  ['BucketGrants.fromBucket().readWrite', (bucket, grantee, pattern) => s3.BucketGrants.fromBucket(bucket).readWrite(grantee, pattern), READ_WRITE],
  ['bucket.grantDelete', (bucket, grantee, pattern) => bucket.grantDelete(grantee, pattern), []],
  ['bucket.grants.delete', (bucket, grantee, pattern) => bucket.grants.delete(grantee, pattern), []],
  ['bucket.grantWriteOnly', (bucket, grantee, pattern) => bucket.grantWriteOnly(grantee, pattern), [['kms:GenerateDataKey']]],
];

describe.each(FLAG_SETS)('%s', (_, context) => {
  keepReportsQuiet();

  const granted = (grant: Grant, pattern?: string, props?: SecureBucketProps) => {
    const stack = testStack({ context });
    const bucket = new SecureBucket(stack, 'Data', props);
    grant(bucket, role(stack), pattern);
    return { stack, bucket, statements: identityStatements(stack) };
  };

  describe.each(routes)('%s to a role', (__, grant, kmsActions) => {
    test('gives exactly the KMS actions that the S3 actions need', () => {
      expect(aboutService(granted(grant).statements, 'kms').map(actionsOf)).toEqual(kmsActions);
    });

    test('scopes cryptography to S3 and to this bucket, with and without a Bucket Key', () => {
      const use = aboutService(granted(grant).statements, 'kms').filter((each) => !actionsOf(each).includes('kms:DescribeKey'));
      for (const { Resource, Condition } of use) {
        expect(Resource).toEqual(KEY);
        expect(Condition).toEqual(THROUGH_S3_FOR_BUCKET);
      }
    });

    test('gives the S3 actions for the prefix', () => {
      const [s3Statement, ...others] = aboutService(granted(grant, 'in/*').statements, 's3');
      expect(others).toEqual([]);
      const resources = ([] as unknown[]).concat(s3Statement.Resource as unknown[]);
      expect(resources).toContainEqual(objects('in/*'));
      expect(resources).not.toContainEqual(objects('*'));
    });

    test('leaves the policies of the bucket and of the key alone', () => {
      const { bucket } = granted(grant);
      expect(withoutSid(bucketPolicyOf(bucket))).toEqual([]);
      expect(withoutSid(keyPolicyOf(bucket.encryptionKey!))).toEqual([]);
    });

    test('gives nothing on a key under SSE-S3', () => {
      expect(aboutService(granted(grant, undefined, { encryptionMode: EncryptionMode.s3Managed() }).statements, 'kms')).toEqual([]);
    });

    test('never names every resource', () => {
      expect(granted(grant).statements.map(({ Resource }) => Resource)).not.toContain('*');
    });
  });
});

describe('a grant', () => {
  test('asks for kms:DescribeKey without the conditions that KMS does not know for it', () => {
    const stack = testStack();
    new SecureBucket(stack, 'Data').grantRead(role(stack));
    const [describeKey] = identityStatements(stack).filter((each) => actionsOf(each).includes('kms:DescribeKey'));
    expect(describeKey).toEqual({ Effect: 'Allow', Action: 'kms:DescribeKey', Resource: KEY });
  });

  test('of grantPut gives s3:PutObject and no s3:GetObject', () => {
    const stack = testStack();
    new SecureBucket(stack, 'Data').grantPut(role(stack));
    const actions = identityStatements(stack).flatMap(actionsOf);
    expect(actions).toContain('s3:PutObject');
    expect(actions.filter((action) => action.startsWith('s3:Get'))).toEqual([]);
  });

  test('of grantDelete gives s3:DeleteObject* only', () => {
    const stack = testStack();
    new SecureBucket(stack, 'Data').grantDelete(role(stack));
    expect(identityStatements(stack).flatMap(actionsOf)).toEqual(['s3:DeleteObject*']);
  });

  test('scopes a plain key of the CDK as well', () => {
    const stack = testStack();
    new SecureBucket(stack, 'Data', { encryptionKey: new kms.Key(stack, 'Key') }).grantRead(role(stack));
    const [use] = aboutService(identityStatements(stack), 'kms');
    expect(use.Condition).toEqual(THROUGH_S3_FOR_BUCKET);
  });

  test.each([['cn-north-1', ['s3.cn-north-1.amazonaws.com', 's3.cn-north-1.amazonaws.com.cn']], ['us-gov-west-1', 's3.us-gov-west-1.amazonaws.com']])(
    'in %s names S3 as KMS does there', (region, services) => {
      const stack = testStack({ env: { ...IRELAND, region } });
      new SecureBucket(stack, 'Data').grantRead(role(stack));
      expect(aboutService(identityStatements(stack), 'kms')[0].Condition?.StringEquals['kms:ViaService']).toEqual(services);
    });

  test('in an environment-agnostic stack names S3 by the region of the stack', () => {
    const stack = agnosticStack();
    new SecureBucket(stack, 'Data').grantRead(role(stack));
    expect(aboutService(identityStatements(stack), 'kms')[0].Condition?.StringEquals['kms:ViaService']).toEqual([
      { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
      { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
    ]);
  });

  test('of an action that only administers the key carries no condition', () => {
    const stack = testStack();
    new SecureBucket(stack, 'Data').grantOnKey(role(stack), 'kms:GetKeyRotationStatus');
    expect(identityStatements(stack)).toEqual([{ Effect: 'Allow', Action: 'kms:GetKeyRotationStatus', Resource: KEY }]);
  });

  test('of no action gives nothing', () => {
    const stack = testStack();
    expect(new SecureBucket(stack, 'Data').grantOnKey(role(stack))).toEqual({});
    expect(identityStatements(stack)).toEqual([]);
  });
});

describe('grantWriteOnly', () => {
  const statements = (props?: SecureBucketProps): { stack: Stack; statements: Statement[]; bucket: SecureBucket } => {
    const stack = testStack();
    const bucket = new SecureBucket(stack, 'Data', props);
    bucket.grantWriteOnly(role(stack), 'in/*');
    return { stack, bucket, statements: identityStatements(stack) };
  };

  test('gives s3:PutObject and kms:GenerateDataKey, and nothing else', () => {
    expect(statements().statements).toEqual([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: objects('in/*') },
      { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: KEY, Condition: THROUGH_S3_FOR_BUCKET },
    ]);
  });

  test('has kms:Decrypt nowhere in the template but in the key policy that delegates to IAM', () => {
    const { bucket, statements: identity } = statements();
    expect(JSON.stringify(identity)).not.toContain('kms:Decrypt');
    expect(withoutSid(keyPolicyOf(bucket.encryptionKey!))).toEqual([]);
  });

  test('warns where the Bucket Key is on what uploads must send', () => {
    expect(warningIds(statements().stack)).toEqual(['cdk-s3-encryption:SecureBucket.writeOnlyUnderBucketKey']);
  });

  test.each<[string, SecureBucketProps]>([
    ['without a Bucket Key', { bucketKeyEnabled: false }],
    ['under DSSE', { encryptionMode: EncryptionMode.dsse() }],
    ['under SSE-S3', { encryptionMode: EncryptionMode.s3Managed() }],
  ])('warns of nothing %s', (_, props) => {
    expect(warningIds(statements(props).stack)).toEqual([]);
  });

  test('returns one grant of both halves', () => {
    const stack = testStack();
    const grant = new SecureBucket(stack, 'Data').grantWriteOnly(role(stack));
    expect(grant.principalStatements.map((each) => each.actions)).toEqual([['s3:PutObject'], ['kms:GenerateDataKey']]);
  });

  test('names the writer in the policy of a plain imported key of another account', () => {
    const stack = testStack();
    const key = RotatingS3Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:222222222222:key/1');
    new SecureBucket(stack, 'Data', { encryptionKey: key, bucketKeyEnabled: false }).grantWriteOnly(role(stack));
    expect(warningIds(stack)).toEqual(['cdk-s3-encryption:ImportedKey.ownerMustAddStatement']);
  });
});
