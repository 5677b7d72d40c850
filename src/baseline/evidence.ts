import type { IConstruct } from 'constructs';
import type { ControlMappings } from '../controls';

/** A measure, before the template is done. */
export interface Measure {
  readonly measure: string;
  readonly title: string;
  readonly mappings: ControlMappings;
  /** What makes it hold. Nothing where it does not. Asked at the end, of the template as it is deployed. */
  readonly by: () => readonly (IConstruct | undefined)[];
  readonly because?: () => string | undefined;
}

/** Measures of a part that is left out. */
export function missing(measures: readonly Omit<Measure, 'by'>[], because: string): Measure[] {
  return measures.map((measure) => ({ ...measure, by: () => [], because: () => because }));
}
