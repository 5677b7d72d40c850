import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EncryptionMode, KeyAccess, RotatingS3Key, SecureBucket } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { FLAG_SETS, role, testStack } from '../helpers/stack';

describe.each(FLAG_SETS)('synthesis, %s', (_, context) => {
  keepReportsQuiet();

  const template = (ids: string[]): object => {
    const stack = testStack({ context });
    const shared = new RotatingS3Key(stack, 'Shared', { access: KeyAccess.throughServices('sqs', 'sns'), alias: 'shared' });
    shared.consumers.cloudTrail({ trailName: 'audit' });
    for (const id of ids) {
      const bucket = new SecureBucket(stack, id, id === 'Double' ? { encryptionMode: EncryptionMode.dsse() } : {});
      bucket.grantReadWrite(role(stack, `${id}Role`), 'in/*');
      bucket.grantRead(new iam.ServicePrincipal('macie.amazonaws.com').withConditions({ StringEquals: { 'aws:SourceAccount': '111111111111' } }));
      bucket.reserveEncryptionChangesOrLockOut();
    }
    return Template.fromStack(stack).toJSON();
  };

  test('gives the same bytes twice', () => {
    expect(JSON.stringify(template(['One', 'Double']))).toBe(JSON.stringify(template(['One', 'Double'])));
  });

  test('gives the same resources in whatever order buckets are made', () => {
    expect(template(['One', 'Double'])).toEqual(template(['Double', 'One']));
  });
});
