import type * as logs from 'aws-cdk-lib/aws-logs';
import type { EncryptionAuditTrail } from './encryption-audit-trail';

const TRAILS = new WeakMap<logs.ILogGroup, EncryptionAuditTrail>();

/** Takes note of which trail writes into a log group. */
export function noteTrail(trail: EncryptionAuditTrail): void { TRAILS.set(trail.logGroup, trail); }

/** The trail of this app that writes into a log group. */
export function trailOf(logGroup: logs.ILogGroup | undefined): EncryptionAuditTrail | undefined {
  return logGroup === undefined ? undefined : TRAILS.get(logGroup);
}
