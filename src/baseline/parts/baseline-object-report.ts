import { leftOut, type Part } from './part';
import type { ObjectEncryptionReport, ObjectEncryptionReportOptions } from '../../objects';

/** The report about the objects of a baseline: given, made, or left out with a reason. */
export class BaselineObjectReport {
  /** A report that you have, of the same bucket. */
  public static use(report: ObjectEncryptionReport): BaselineObjectReport {
    return new BaselineObjectReport({ kind: 'given', given: report });
  }

  /**
   * An `ObjectEncryptionReport`, which tells the alarms of the baseline. What it finds, a backfill takes from
   * `baseline.objectReport.backfillList`.
   *
   * @param options `source` above all: an inventory, or metadata tables, which alone know the key of each object
   */
  public static make(options: ObjectEncryptionReportOptions): BaselineObjectReport {
    return new BaselineObjectReport({ kind: 'made', options });
  }

  /** No report, and the reason for those who ask. */
  public static leaveOut(because: string): BaselineObjectReport {
    return new BaselineObjectReport(leftOut('BaselineObjectReport', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<ObjectEncryptionReport, ObjectEncryptionReportOptions>,
  ) {}
}
