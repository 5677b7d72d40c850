/**
 * How severe Macie takes a finding of sensitive data to be, by its kinds and its amount.
 *
 * @see https://docs.aws.amazon.com/macie/latest/user/findings-severity.html
 */
export enum MacieSeverity {
  /** Findings of every severity. People hear of `Low` as of `DetectionSeverity.MEDIUM`. */
  LOW = 'Low',

  /** `Medium` and `High`. People hear of `Medium` as of `DetectionSeverity.MEDIUM`. */
  MEDIUM = 'Medium',

  /** `High` alone, as keys and credentials, or numbers of cards. People hear of it as of `DetectionSeverity.HIGH`. */
  HIGH = 'High',
}
