import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BaselineParts } from './baseline-parts';
import { type BaselineAccount, BaselineAlarms, BaselineAuditTrail, BaselineCompliance, BaselineKeyAccess } from './parts';
import { sharedPartsOf } from './shared-parts';
import { WatchParts } from './watch-parts';
import { ComplianceChoice, ComplianceRecorder, ComplianceRule } from '../compliance';
import { DetectionChoice, DETECTIONS, type Notify } from '../monitoring';

const BECAUSE = 'the account baseline, which is deployed elsewhere, has it';

/** Where the parts are that a baseline does not decide about. */
export function sharedFor(scope: Construct, account: BaselineAccount | undefined, notify: readonly Notify[]): WatchParts {
  if (account === undefined) { return sharedPartsOf(scope, 'here', (home) => new WatchParts(home, {}, notify, { implicit: true })); }
  if (account._account !== undefined) { return account._account._parts; }
  if (!account._dataEventsRecorded) {
    Annotations.of(scope).addWarningV2('cdk-s3-encryption:EncryptionBaseline.objectsNotRecorded',
      'the trail that is elsewhere has to record the data events of this bucket, or nobody hears when objects are moved to other keys, and nobody can ask who read them: see to it there, with watchAccount({ dataEvents: true }) or auditTrail.watch(), and say deployedElsewhere({ dataEventsRecorded: true })');
  }
  return sharedPartsOf(scope, 'elsewhere', (home) => new WatchParts(home, besideAccountBaseline(), notify, { implicit: true, agreed: true }));
}

/** What is left to make where an account baseline watches the account from elsewhere: what is about the bucket and its key alone. */
function besideAccountBaseline(): BaselineParts {
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
