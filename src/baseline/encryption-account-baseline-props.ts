import type { BaselineParts } from './baseline-parts';
import type { Notify } from '../monitoring';

/** Properties of an `EncryptionAccountBaseline`. */
export interface EncryptionAccountBaselineProps extends BaselineParts {
  /**
   * Who hears of findings about any bucket. At least one, unless alarms are given or left out.
   */
  readonly notify: Notify[];
}
