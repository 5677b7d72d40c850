import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
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

/** What the measures are about. */
export interface Subject {
  readonly bucket: s3.IBucket;
  /** The keys that its objects are under, or shall be. */
  readonly keys: readonly kms.IKey[];
  /** The reason that somebody gave for having none. */
  readonly noKeyBecause?: string;
}

/** Why there is nothing about a key. */
export function whyNoKey({ noKeyBecause }: Subject): string { return noKeyBecause ?? 'the bucket has no key of its own'; }

/** Measures of a part that is left out. */
export function missing(measures: readonly Omit<Measure, 'by'>[], because: string): Measure[] {
  return measures.map((measure) => ({ ...measure, by: () => [], because: () => because }));
}

/** A measure that holds where nothing is wrong. */
export function holding(what: Omit<Measure, 'by' | 'because'>, by: () => IConstruct | undefined, wrong: () => string | undefined): Measure {
  return { ...what, by: () => wrong() === undefined ? [by()] : [], because: wrong };
}
