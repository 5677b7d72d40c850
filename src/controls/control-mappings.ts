/**
 * Which controls of standards something answers, as data for reports.
 *
 * The mappings of Security Hub are those of AWS. Those of HIPAA are a third party's, as HHS maps no
 * technical checks. An empty list means that the standard asks for no such thing.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
 */
export interface ControlMappings {
  /**
   * Controls of AWS Security Hub CSPM, such as `S3.17`.
   *
   * @default - none
   */
  readonly securityHub?: string[];

  /**
   * Recommendations of the CIS AWS Foundations Benchmark 5.0, such as `3.6`.
   *
   * @default - none
   */
  readonly cis5?: string[];

  /**
   * Recommendations of the CIS AWS Foundations Benchmark 7.0, whose numbers differ.
   *
   * @default - none
   */
  readonly cis7?: string[];

  /**
   * Controls of NIST SP 800-53 Revision 5, such as `SC-28(1)`.
   *
   * @default - none
   */
  readonly nist80053?: string[];

  /**
   * Requirements of PCI DSS 4.0.1, such as `3.5.1`.
   *
   * @default - none
   */
  readonly pciDss?: string[];

  /**
   * Paragraphs of the HIPAA Security Rule, such as `164.312(a)(2)(iv)`.
   *
   * @default - none
   */
  readonly hipaa?: string[];
}
