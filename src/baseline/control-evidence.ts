import type { ControlMappings } from '../controls';

/** That something holds, what of the template makes it hold, and which controls of standards ask for it. */
export interface ControlEvidence {
  /** Names what holds, in lower-case words: `bucket-tls-only`, `config-rule:` and the id of a rule, or `alarm:` and the id of a detection. */
  readonly measure: string;

  /** What holds, in a sentence. */
  readonly title: string;

  /** Controls of standards that it answers. */
  readonly mappings: ControlMappings;

  /**
   * The logical ids of the resources that make it hold, with `STACK/` before those of another stack. Empty where it does not hold.
   */
  readonly resources: string[];

  /**
   * Whether it only looks: a rule of AWS Config finds what does not hold, and is there all the same. A control is met by what makes it
   * hold, and checked by what looks.
   */
  readonly looks: boolean;

  /**
   * Why it does not hold: the reason that somebody gave, or what was found.
   *
   * @default - it holds
   */
  readonly missingBecause?: string;
}
