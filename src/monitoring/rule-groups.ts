import type { DetectionSeverity } from './detection-severity';
import type { EventPart, EventSpec, PatternNode } from './detection-spec';

/**
 * What one rule looks for: the parts of detections that differ in nothing but the names of calls.
 *
 * Sharing keeps the number of rules small: EventBridge allows 300 for a bus, CloudFormation 500
 * resources for a stack. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export interface RuleGroup {
  /** Part of the name of the rule, unique in the catalogue. */
  readonly name: string;
  readonly severity: DetectionSeverity;
  readonly part: EventPart;
  readonly detections: readonly EventSpec[];

  /** Roles whose calls do not count. */
  readonly exceptRoles: readonly string[];
}

/** Sorts the parts of the detections into as few rules as their patterns allow. */
export function groupsOf(detections: readonly EventSpec[], exceptRoles: (id: string) => readonly string[]): RuleGroup[] {
  const groups = new Map<string, { part: EventPart; severity: DetectionSeverity; detections: EventSpec[]; exceptRoles: readonly string[] }>();
  for (const detection of detections) {
    const except = exceptRoles(detection.id);
    detection.parts.forEach((part, index) => {
      const name = nameOf(detection, part, index, except.length > 0);
      const group = groups.get(name);
      if (group === undefined) {
        groups.set(name, { part, severity: detection.severity, detections: [detection], exceptRoles: except });
      } else {
        group.part = { ...group.part, calls: [...group.part.calls, ...part.calls] };
        group.detections.push(detection);
      }
    });
  }
  return [...groups].map(([name, group]) => ({ name, ...group }));
}

/** Parts of the same name share a rule; what has clauses of its own is named after its detection. */
function nameOf(detection: EventSpec, part: EventPart, index: number, hasExceptions: boolean): string {
  if (part.where !== undefined || part.native !== undefined || hasExceptions) {
    return index === 0 ? detection.id : `${detection.id}-${index + 1}`;
  }
  const service = part.source.replace(/^aws\./, '').replace(/[^A-Za-z0-9]/g, '-');
  return [service, ...part.scope === 'account' && service !== 'cloudtrail' && service !== 'config' ? ['account'] : [],
    ...part.outcome === 'succeeded' ? [] : [part.outcome], ...part.readOnly === true ? ['reads'] : [], detection.severity].join('-');
}

/** The event pattern of a group, for the given ARNs of keys or names of buckets; without them, for all. */
export function patternOf({ part, exceptRoles }: RuleGroup, watched: readonly string[] | undefined): PatternNode {
  if (part.native !== undefined) {
    return { 'source': [part.source], 'detail-type': [part.native], ...watched === undefined ? {} : { resources: watched } };
  }
  const outcome: PatternNode = part.outcome === 'any' ? {} : { errorCode: part.outcome === 'succeeded' ? [{ exists: false }] : [{ prefix: 'AccessDenied' }] };
  return {
    'source': [part.source],
    'detail-type': ['AWS API Call via CloudTrail'],
    'detail': [outcome, scopeOf(part, watched), part.where ?? {}, exceptionsOf(exceptRoles)].reduce(merged, { eventName: part.calls }),
  };
}

function scopeOf({ scope, outcome }: EventPart, watched: readonly string[] | undefined): PatternNode {
  if (scope === 'account' || watched === undefined) { return {}; }
  if (scope === 'bucket') { return { requestParameters: { bucketName: watched } }; }
  // A denied call may come without the key that it was about: better one notification too many.
  return { resources: { ARN: outcome === 'denied' ? [...watched, { exists: false }] : watched } };
}

/** Root and IAM users have no session, so the absence of the field counts. */
function exceptionsOf(roles: readonly string[]): PatternNode {
  return roles.length === 0 ? {} : {
    userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'anything-but': roles }, { exists: false }] } } },
  };
}

function merged(left: PatternNode, right: PatternNode): PatternNode {
  const both: Record<string, PatternNode | readonly unknown[]> = { ...left };
  for (const [field, value] of Object.entries(right)) {
    const before = both[field];
    both[field] = before === undefined || Array.isArray(before) || Array.isArray(value) ? value : merged(before as PatternNode, value as PatternNode);
  }
  return both;
}
