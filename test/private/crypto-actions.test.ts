import { kindOf } from '../../src/private/crypto-actions';

describe('kindOf', () => {
  test.each([
    'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:GenerateDataKeyPair',
    'kms:GenerateDataKeyPairWithoutPlaintext', 'kms:GenerateMac', 'kms:VerifyMac', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:Sign',
    'kms:Verify', 'kms:DeriveSharedSecret', 'kms:CreateGrant', 'kms:GenerateDataKey*', 'kms:ReEncrypt*', 'kms:Decrypt*', 'kms:Encrypt*',
    'kms:CreateGrant*', 'KMS:DECRYPT', 'kms:generatedatakey*',
  ])('%s is cryptographic', (action) => {
    expect(kindOf(action)).toBe('cryptographic');
  });

  test.each([
    'kms:DescribeKey', 'kms:Describe*', 'kms:PutKeyPolicy', 'kms:CreateAlias', 'kms:Get*', 'kms:List*', 'kms:ScheduleKeyDeletion',
    'kms:RevokeGrant', 'kms:DisableKey', 'kms:DescribeKe?', 'kms:Enable*', 'kms:Update*', 's3:GetObject', 's3:*',
  ])('%s is administrative', (action) => {
    expect(kindOf(action)).toBe('administrative');
  });

  test.each(['*', 'kms:*', 'kms:Create*', 'kms:G*', 'kms:D*', 'kms:Re*', 'kms:*crypt', 'kms:?*', 'kms:E*', 'kms:*Grant'])('%s is both', (action) => {
    expect(kindOf(action)).toBe('both');
  });

  test('takes dots and brackets in a pattern literally', () => {
    expect(kindOf('kms:.ecrypt*')).toBe('administrative');
  });
});
