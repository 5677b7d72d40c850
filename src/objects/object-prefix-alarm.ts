import type { Size } from 'aws-cdk-lib';
import type { ObjectFinding } from './object-finding';

/**
 * The alarms of an `ObjectEncryptionReport` about objects under one prefix.
 *
 * @example
 * new ObjectEncryptionReport(this, 'Objects', {
 *   bucket: new SecureBucket(this, 'Data'),
 *   source: ObjectSource.inventory(),
 *   tolerated: 100_000, // in all of the bucket, most of them under legacy/
 *   prefixAlarms: [
 *     { prefix: 'finance/' }, // not one
 *     { prefix: 'legacy/', toleratedBytes: Size.gibibytes(10) },
 *   ],
 * });
 */
export interface ObjectPrefixAlarm {
  /** The beginning of keys, such as `finance/`: 1 to 255 ASCII characters, known at synthesis. Anything else is refused with an error. */
  readonly prefix: string;

  /**
   * The findings with an alarm about this prefix, 0.10 USD a month each. At least one, each once, and of those that the report can
   * find; anything else is refused with an error.
   *
   * @default - those of the whole bucket: `alarmOn` of the report
   */
  readonly alarmOn?: ObjectFinding[];

  /**
   * How many objects of one finding are tolerated under this prefix before its alarm goes off: a whole number, 0 or more. What the
   * whole bucket tolerates does not count here.
   *
   * @default - 0, or any number where `toleratedBytes` is given
   */
  readonly tolerated?: number;

  /**
   * How many bytes of one finding are tolerated under this prefix before an alarm goes off, as they are stored: whole bytes.
   *
   * Alone and with `tolerated` it means what it means for the whole bucket.
   *
   * @default - alarms go by the number of objects alone
   */
  readonly toleratedBytes?: Size;
}
