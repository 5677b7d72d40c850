export { AuditedEvents } from './audited-events';
export { EncryptionAuditTrail } from './encryption-audit-trail';
export { EncryptionAuditTrailProps } from './encryption-audit-trail-props';
export { trailOf } from './trail-of-log-group';
