export { Detection, DetectionOptions, EventDetectionOptions, RateDetectionOptions } from './detection';
export { DetectionChoice, RateThreshold } from './detection-choice';
export { DetectionSeverity } from './detection-severity';
export { EncryptionAlarms } from './encryption-alarms';
export { EncryptionAlarmsProps } from './encryption-alarms-props';
export { Notify, SlackChannel } from './notify';
