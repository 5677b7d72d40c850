/**
 * The KMS actions that touch plaintext or data keys, plus CreateGrant, which hands them on.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
 */
const CRYPTOGRAPHIC = [
  'Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext', 'GenerateMac', 'VerifyMac', 'ReEncryptFrom', 'ReEncryptTo',
  'Sign', 'Verify', 'DeriveSharedSecret', 'CreateGrant',
];

/** What an action pattern in a policy covers. */
export type ActionKind = 'cryptographic' | 'administrative' | 'both';

/**
 * Sorts an action pattern such as `kms:ReEncrypt*` or `kms:*`.
 *
 * `both` is a wildcard that reaches cryptographic actions and others: it cannot be narrowed with
 * `kms:ViaService`, because the other actions never arrive through a service.
 */
export function kindOf(action: string): ActionKind {
  const pattern = action.toLowerCase();
  if (pattern === '*') { return 'both'; }
  if (!pattern.startsWith('kms:')) { return 'administrative'; }
  const name = pattern.slice('kms:'.length);
  if (!name.includes('*') && !name.includes('?')) {
    return CRYPTOGRAPHIC.some((known) => known.toLowerCase() === name) ? 'cryptographic' : 'administrative';
  }
  const matcher = new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
  if (!CRYPTOGRAPHIC.some((known) => matcher.test(known.toLowerCase()))) { return 'administrative'; }
  // The wildcards in everyday use that reach nothing but cryptography.
  return /^(decrypt|encrypt|generatedatakey|generatemac|reencrypt|sign|verify|derivesharedsecret|creategrant)/.test(name)
    ? 'cryptographic' : 'both';
}
