export { EncryptionGuardrails } from './encryption-guardrails';
export { EncryptionGuardrailsProps } from './encryption-guardrails-props';
