export { Detection, DetectionOptions, EventDetectionOptions, RateDetectionOptions } from './detection';
export { DetectionChoice, RateThreshold } from './detection-choice';
export { DetectionSeverity } from './detection-severity';
export { EncryptionAlarms } from './encryption-alarms';
export { EncryptionAlarmsOptions, EncryptionAlarmsProps } from './encryption-alarms-props';
export { Notify, SlackChannel } from './notify';
// For the other areas of this library; src/index.ts does not publish them.
export { alarmDescription } from './alarm-text';
export { FindingRule } from './finding-rule';
export { CATALOGUE as DETECTIONS } from './detection';
export { DetectionSpec } from './detection-spec';
