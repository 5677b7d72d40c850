import type { IConstruct } from 'constructs';
import type { ControlMappings } from '../controls';

/** A measure, before the template is done. */
export interface Measure {
  readonly measure: string;
  readonly title: string;
  readonly mappings: ControlMappings;
  /** What makes it hold. Nothing where it does not. Asked at the end, of the template as it is deployed. */
  readonly by: () => readonly (IConstruct | undefined)[];
  /** Why nothing does. */
  readonly because?: () => string | undefined;
  /** Whether it only looks, and changes nothing: a rule that finds that something does not hold is there all the same. */
  readonly looks?: boolean;
}

/** Measures of a part that is left out. */
export function missing(measures: readonly Omit<Measure, 'by'>[], because: string): Measure[] {
  return measures.map((measure) => ({ ...measure, by: () => [], because: () => because }));
}

/** A measure that holds where nothing is wrong. */
export function holding(what: Omit<Measure, 'by' | 'because'>, by: () => IConstruct | undefined, wrong: () => string | undefined): Measure {
  return { ...what, by: () => wrong() === undefined ? [by()] : [], because: wrong };
}
