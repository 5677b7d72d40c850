import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html */
export const configRecorderStopped: EventSpec = {
  kind: 'event',
  id: 'config-recorder-stopped',
  severity: DetectionSeverity.HIGH,
  title: 'Config recorder stopped',
  meaning: 'Changes of keys and buckets are no longer recorded, and the rules about them no longer evaluated.',
  references: ['CIS 4.9', 'CloudWatch.9', 'Config.1', 'T1562.008'],
  parts: [{
    source: 'aws.config',
    scope: 'account',
    calls: ['StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteDeliveryChannel'],
    outcome: 'succeeded',
  }],
};
