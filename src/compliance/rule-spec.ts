import type { ControlMappings } from '../controls';

/** What a rule looks at: each watched bucket, each watched key, the trails of the account, or what they record of buckets. */
export type Subject = 'bucket' | 'key' | 'trails' | 'data-events';

/** A rule of the catalogue. */
export interface RuleSpec {
  /** Names it in choices and warnings, and its file when it has one. */
  readonly id: string;
  readonly title: string;
  readonly subject: Subject;
  /** What AWS Config runs: the name of a managed rule, or a file of `rules/`. */
  readonly managed?: string;
  /** Run by a function of this library, which knows what AWS Config does not record. */
  readonly own?: true;
  /** When a managed rule is run by time and not by changes. */
  readonly periodic?: true;
  /** Makes no sense for buckets that are under SSE-S3 on purpose. */
  readonly kmsOnly?: true;
  /** Regions in which AWS does not offer it. */
  readonly notIn?: readonly string[];
  /** Off unless it is asked for, and why. */
  readonly offBecause?: string;
  /** A bucket or a key that breaks it can be set right by an automation. */
  readonly remedy?: 'bucket-encryption' | 'tls-policy' | 'key-rotation';
  readonly mappings: ControlMappings;
}
