import { App, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RotatingS3Key, SecureBucket } from '../../src';
import { FLAG_SETS, IRELAND, role, testStack } from '../helpers/stack';
import { logicalIdOf, propertiesOf, Resource } from '../helpers/template';

const STATEFUL = ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key'];

type Make = (scope: Construct, id: string) => s3.Bucket;

function statefulIds(stack: Stack): Record<string, string> {
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, Resource> };
  return Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => STATEFUL.includes(Type)).map(([id, { Type }]) => [id, Type]));
}

/** Where people put buckets: in a stack, in constructs, in a stage. */
const places: [where: string, build: (context: Record<string, unknown>, make: Make) => Stack][] = [
  ['in a stack', (context, make) => {
    const stack = testStack({ context });
    make(stack, 'Data');
    return stack;
  }],
  ['nested in constructs', (context, make) => {
    const stack = testStack({ context });
    make(new Construct(new Construct(stack, 'Service'), 'Storage'), 'Data');
    return stack;
  }],
  ['in a construct of its own, with the id Default', (context, make) => {
    const stack = testStack({ context });
    make(new Construct(stack, 'Storage'), 'Default');
    return stack;
  }],
  ['in a stage', (context, make) => {
    const stack = new Stack(new Stage(new App({ context }), 'Production'), 'Stack', { env: IRELAND });
    make(new Construct(stack, 'Storage'), 'Data');
    return stack;
  }],
];

describe.each(FLAG_SETS)('replacing s3.Bucket by SecureBucket, %s', (_, context) => {
  describe.each(places)('%s', (__, build) => {
    const secure: Make = (scope, id) => new SecureBucket(scope, id);

    test('keeps the logical ids of a plain bucket and its policy; a change means data loss', () => {
      const before = statefulIds(build(context, (scope, id) => new s3.Bucket(scope, id, { enforceSSL: true })));
      expect(Object.keys(before)).toHaveLength(2);
      expect(statefulIds(build(context, secure))).toMatchObject(before);
    });

    test('keeps the logical ids of an encrypted bucket, its policy and its key; a change means data loss', () => {
      const before = statefulIds(build(context, (scope, id) => new s3.Bucket(scope, id, { encryption: s3.BucketEncryption.KMS, enforceSSL: true })));
      expect(Object.keys(before)).toHaveLength(3);
      expect(statefulIds(build(context, secure))).toMatchObject(before);
    });

    test('keeps the logical ids of a DSSE bucket; a change means data loss', () => {
      const before = statefulIds(build(context, (scope, id) => new s3.Bucket(scope, id, { encryption: s3.BucketEncryption.DSSE, enforceSSL: true })));
      const after = statefulIds(build(context, (scope, id) => new SecureBucket(scope, id, { encryption: s3.BucketEncryption.DSSE })));
      expect(Object.keys(before)).toHaveLength(3);
      expect(after).toMatchObject(before);
    });

    test('keeps the logical id of an SSE-S3 bucket; a change means data loss', () => {
      const before = statefulIds(build(context, (scope, id) => new s3.Bucket(scope, id, { encryption: s3.BucketEncryption.S3_MANAGED })));
      const after = statefulIds(build(context, (scope, id) => new SecureBucket(scope, id, { encryption: s3.BucketEncryption.S3_MANAGED })));
      expect(after).toMatchObject(before);
    });
  });

  test('keeps the logical ids of replication and auto-delete resources', () => {
    const build = (make: (stack: Stack, destination: s3.IBucket) => s3.Bucket) => {
      const stack = testStack({ context });
      make(stack, s3.Bucket.fromBucketName(stack, 'Destination', 'destination'));
      return Object.keys((Template.fromStack(stack).toJSON() as { Resources: object }).Resources);
    };
    const before = build((stack, destination) => new s3.Bucket(stack, 'Data', {
      versioned: true, autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY, replicationRules: [{ destination }],
    }));
    const after = build((stack, destination) => new SecureBucket(stack, 'Data', {
      autoDeleteObjects: true,
      removalPolicy: RemovalPolicy.DESTROY,
      replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey: new RotatingS3Key(stack, 'There') }],
    }));
    expect(after).toEqual(expect.arrayContaining(before));
  });
});

describe('the logical ids of a SecureBucket', () => {
  test('are these by name; a change means data loss', () => {
    expect(statefulIds(places[0][1]({}, (scope, id) => new SecureBucket(scope, id)))).toEqual({
      Data666C94C7: 'AWS::S3::Bucket',
      DataPolicyB80589C3: 'AWS::S3::BucketPolicy',
      DataKey5F086070: 'AWS::KMS::Key',
      SecureBucketAccessLogsE49EB61F: 'AWS::S3::Bucket',
      SecureBucketAccessLogsPolicyC0FE53CC: 'AWS::S3::BucketPolicy',
    });
  });

  test('do not depend on the order in which buckets are made; a change means data loss', () => {
    const build = (ids: string[]) => {
      const stack = testStack();
      for (const id of ids) { new SecureBucket(stack, id).grantRead(role(stack, `${id}Reader`)); }
      return statefulIds(stack);
    };
    expect(build(['One', 'Two'])).toEqual(build(['Two', 'One']));
  });

  test('do not depend on the props; a change means data loss', () => {
    const plain = logicalIdOf(new SecureBucket(testStack(), 'Data'));
    expect(logicalIdOf(new SecureBucket(testStack(), 'Data', {
      encryption: s3.BucketEncryption.DSSE, allowSseCBecause: 'x', allowUnversionedBecause: 'x', allowNoAccessLogsBecause: 'x',
    }))).toBe(plain);
  });
});

describe('a property whose change makes CloudFormation replace the bucket', () => {
  test('is never set by itself', () => {
    expect(Object.keys(propertiesOf(new SecureBucket(testStack(), 'Data'))))
      .not.toEqual(expect.arrayContaining([expect.stringMatching(/^(BucketName|BucketNamePrefix|BucketNamespace|ObjectLockEnabled)$/)]));
  });

  test.each<[string, s3.BucketProps]>([
    ['BucketName', { bucketName: 'orders-1' }],
    ['BucketNamePrefix', { bucketNamePrefix: 'orders', bucketNamespace: s3.BucketNamespace.ACCOUNT_REGIONAL }],
    ['BucketNamespace', { bucketNamePrefix: 'orders', bucketNamespace: s3.BucketNamespace.ACCOUNT_REGIONAL }],
    ['ObjectLockEnabled', { objectLockEnabled: true }],
  ])('passes through as for s3.Bucket: %s', (property, props) => {
    const plain = propertiesOf(new s3.Bucket(testStack(), 'Data', props))[property];
    expect(plain).toBeDefined();
    expect(propertiesOf(new SecureBucket(testStack(), 'Data', props))[property]).toEqual(plain);
  });
});
