import type { DetectionSeverity } from './detection-severity';
import type { EncryptionAlarms } from './encryption-alarms';

export const RUNBOOK = 'https://github.com/cdk-s3-encryption/cdk-s3-encryption/blob/main/docs/runbook.md';

/** What an alarm says of itself. */
export interface AlarmText {
  /** Its section in the runbook. */
  readonly id: string;
  readonly severity: DetectionSeverity;
  readonly title: string;
  readonly meaning: string;
}

/** The description of an alarm, as those of detections that count have it. */
export function alarmDescription(alarms: EncryptionAlarms | undefined, { id, severity, title, meaning }: AlarmText): string {
  return `${severity.toUpperCase()}: ${title}. ${meaning} Runbook: ${alarms?._runbook ?? RUNBOOK}#${id}`;
}
