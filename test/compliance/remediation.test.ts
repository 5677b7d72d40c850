import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { made, remediationsOf } from './made';
import { ComplianceChoice, ComplianceRecorder, ComplianceRemediation, ComplianceRule, EncryptionCompliance, RotatingS3Key, SecureBucket } from '../../src';
import { IRELAND } from '../helpers/stack';

describe('a rule that is turned off is not enforced by the automations of others', () => {
  const parametersWithout = (...rules: ComplianceRule[]) => {
    const { stack, compliance } = made({ choices: rules.map((rule) => ComplianceChoice.off(rule, 'old clients')), remediation: ComplianceRemediation.automatic() });
    const data = new SecureBucket(stack, 'Data');
    compliance.watch(data);
    return { parameters: remediationsOf(stack), key: stack.resolve(data.encryptionKey!.keyArn) as object };
  };

  test('with all of them, each sets everything', () => {
    const { parameters, key } = parametersWithout();
    for (const rule of ['default_key', 'bucket_key', 'sse_c_blocked']) {
      expect([rule, parameters[rule]]).toMatchObject([rule, { BlockSSEC: ['true'], EnableBucketKey: ['true'], ApprovedKMSKeyArns: [key], AllowedSSEAlgorithms: ['aws:kms'] }]);
    }
  });

  test('neither the block of SSE-C nor the Bucket Key is set with the key', () => {
    const { parameters, key } = parametersWithout(ComplianceRule.BUCKET_SSE_C_BLOCKED, ComplianceRule.BUCKET_KEY);
    expect(parameters).not.toHaveProperty('sse_c_blocked');
    expect(parameters.default_key).toMatchObject({ BlockSSEC: ['false'], EnableBucketKey: ['false'], ApprovedKMSKeyArns: [key] });
  });

  test('and neither the key nor the algorithm with the block', () => {
    const { parameters } = parametersWithout(ComplianceRule.BUCKET_DEFAULT_KEY);
    for (const rule of ['bucket_key', 'sse_c_blocked']) {
      expect(Object.keys(parameters[rule]).sort()).toEqual(['AutomationAssumeRole', 'BlockSSEC', 'EnableBucketKey', 'ExpectedBucketOwner']);
    }
  });
});

describe('a bucket is set right by one', () => {
  const [automatic, manual] = [ComplianceRemediation.automatic(), ComplianceRemediation.manual()];
  function both(second?: ComplianceRemediation, elsewhere = false) {
    const { stack, compliance } = made({ remediation: automatic });
    const scope = elsewhere ? new Stack(stack.node.root, 'Other', { env: IRELAND }) : stack;
    const other = new EncryptionCompliance(scope, 'Second', { recorder: ComplianceRecorder.existing(), remediation: second });
    for (const one of [compliance, other]) {
      const bucket = s3.Bucket.fromBucketName(one, 'Orders', 'orders');
      one.watch(bucket, { approvedKeys: [new RotatingS3Key(one, 'Key')] });
      one.watch(bucket, { approvedKeys: [one.node.findChild('Key') as RotatingS3Key] });
    }
  }

  test('and a second automatic one is refused, whatever the bucket is called by', () => {
    expect(() => { both(automatic); }).toThrow(/'remediation' must be automatic in one EncryptionCompliance for each bucket, got a second one for Stack\/Second\/Orders beside Stack\/Compliance: .*AutomaticTwice/);
  });

  test('but not one that waits for somebody, one without, or one of another stack, which may be of another account', () => {
    expect(() => { both(manual); both(); both(automatic, true); }).not.toThrow();
  });
});
