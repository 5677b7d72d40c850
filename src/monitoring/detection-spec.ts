import type { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { DetectionSeverity } from './detection-severity';
import type { ControlMappings } from '../controls';

/** What a detection is about: each watched key, each watched bucket, or the account. */
export type DetectionScope = 'key' | 'bucket' | 'account';

/** Services whose calls are looked at, as EventBridge names the source of their events. */
export type EventSource = 'aws.kms' | 'aws.s3' | 'aws.cloudtrail' | 'aws.config' | string;

/** A JSON object of an event pattern. */
export interface PatternNode { readonly [field: string]: PatternNode | readonly unknown[] }

/** One shape of event. A detection has one or several: any of them is a finding. */
export interface EventPart {
  readonly source: EventSource;
  readonly scope: DetectionScope;

  /** Exact names of events in CloudTrail, which differ from the names of IAM actions for some calls of S3. */
  readonly calls: readonly string[];

  /** Whether calls that went through count, those that were denied, or both. */
  readonly outcome: 'succeeded' | 'denied' | 'any';

  /**
   * Calls that only read are delivered to rules of a state of their own.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
   */
  readonly readOnly?: boolean;

  /** Further clauses under `detail`. */
  readonly where?: PatternNode;

  /** The detail-type of an event that the service sends by itself, without CloudTrail. */
  readonly native?: string;
}

interface DetectionBasics {
  readonly id: string;
  readonly severity: DetectionSeverity;

  /** What happened, in a few words that follow "detected:". */
  readonly title: string;

  /** What it means for the data, in a sentence or two. */
  readonly meaning: string;

  /** CIS recommendations, Security Hub controls, ATT&CK techniques. */
  readonly references: readonly string[];

  /** Controls that ask for this very detection. Others are only touched, which references tell. */
  readonly mappings?: ControlMappings;
}

/** A single event is the finding: EventBridge, within seconds of CloudTrail. */
export interface EventSpec extends DetectionBasics {
  readonly kind: 'event';
  readonly parts: readonly EventPart[];
}

/** Many events are the finding: a metric filter on the log group of the trail, and an alarm. */
export interface RateSpec extends DetectionBasics {
  readonly kind: 'rate';
  readonly scope: DetectionScope;

  /** Terms of the filter that are joined with `&&`; the clause about what is watched comes last. */
  readonly terms: readonly string[];

  /** A pattern that stands as it is, because scanners compare its text. */
  readonly exactPattern?: string;

  /** The clause about one watched key or bucket, where the usual one would not do. */
  readonly clause?: (watched: WatchedNames) => string;

  readonly threshold: number;
  readonly period: Duration;

  /** Compared with its own past instead of a threshold. */
  readonly band?: boolean;
}

/** The names of one watched thing, as filter patterns need them. May hold tokens. */
export interface WatchedNames {
  readonly bucketName?: string;
  readonly keyId?: string;
}

export type DetectionSpec = EventSpec | RateSpec;

/** An alarm or a rule that tells of a detection. */
export interface MadeForDetection {
  readonly spec: DetectionSpec;
  readonly by: IConstruct;
  /** Whether the template still looks for what was meant: an aspect or an override may have changed it. Asked at the end. */
  readonly intact: () => boolean;
}
