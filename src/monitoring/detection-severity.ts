/** How soon somebody has to look. */
export enum DetectionSeverity {
  /** Data is, or will soon be, unreadable or in somebody else's hands. Wake somebody. */
  CRITICAL = 'critical',

  /** Who can reach the data, or what protects it, has changed. Look within the hour. */
  HIGH = 'high',

  /** A protection has become weaker, or somebody tried something and failed. Look today. */
  MEDIUM = 'medium',
}
