import type { BaselineParts } from './baseline-parts';
import { BaselineAlarms, BaselineAuditTrail, BaselineCompliance, BaselineKeyAccess } from './parts';
import { ComplianceChoice, ComplianceRecorder, ComplianceRule } from '../compliance';
import { DetectionChoice, DETECTIONS } from '../monitoring';

const BECAUSE = 'the account baseline, which is deployed elsewhere, has it';

/** What is left to make where an account baseline watches the account from elsewhere: what is about the bucket and its key alone. */
export function besideAccountBaseline(): BaselineParts {
  return {
    auditTrail: BaselineAuditTrail.leaveOut(BECAUSE),
    keyAccess: BaselineKeyAccess.leaveOut(BECAUSE),
    alarms: BaselineAlarms.make({
      // What is counted needs the log group of the trail, which is there.
      choices: DETECTIONS.filter(({ _ofAccount, _counts }) => _ofAccount || _counts).map((detection) => DetectionChoice.off(detection, BECAUSE)),
    }),
    compliance: BaselineCompliance.make({
      recorder: ComplianceRecorder.existing(),
      choices: [ComplianceRule.TRAIL_ENCRYPTED, ComplianceRule.TRAIL_VALIDATED].map((rule) => ComplianceChoice.off(rule, BECAUSE)),
    }),
  };
}
