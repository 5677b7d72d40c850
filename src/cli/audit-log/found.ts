import type { Row } from '../../questions';

/** What a source answered. */
export interface Found {
  readonly rows: readonly Row[];
  /** Of what was looked at, in people's words: the log group, the workgroup, the files. */
  readonly where: string;
  /** What the service takes money for. */
  readonly scannedBytes?: number;
  /** Why the rows may not be all; empty if they are. */
  readonly missing: readonly string[];
  /** What else people should know. */
  readonly notes?: readonly string[];
}
