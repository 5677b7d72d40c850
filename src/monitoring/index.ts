export { Detection, DetectionOptions, EventDetectionOptions, RateDetectionOptions } from './detection';
export { DetectionChoice, RateThreshold } from './detection-choice';
export { DetectionSeverity } from './detection-severity';
export { EncryptionAlarms } from './encryption-alarms';
export { EncryptionAlarmsProps } from './encryption-alarms-props';
// For the other areas of this library; src/index.ts does not publish it.
export { FindingRule } from './finding-rule';
export { Notify, SlackChannel } from './notify';
