import { made, remediationsOf } from './made';
import { ComplianceChoice, ComplianceRemediation, ComplianceRule, SecureBucket } from '../../src';

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
