import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import type { EncryptionBaseline } from './encryption-baseline';
import { holding, type Measure, missing, type Subject, whyNoKey } from './evidence';
import type { PartName, WatchParts } from './watch-parts';
import type { EncryptionAuditTrail } from '../audit';
import { ALL_RULES, type EncryptionCompliance, type RuleSpec } from '../compliance';
import { mappings } from '../controls';
import { type KeyAccessAnalysis, madeAnalyzerOf, type SensitiveDataDiscovery } from '../exposure';
import { DETECTIONS, type DetectionSpec, type EncryptionAlarms } from '../monitoring';
import { finalState } from '../private/final-state';

const OF_TRAIL: readonly Omit<Measure, 'by'>[] = [
  { measure: 'trail-of-all-regions', title: 'A trail logs the calls of all regions', mappings: mappings.TRAIL_OF_ALL_REGIONS },
  { measure: 'trail-encrypted', title: 'The log files are under a KMS key', mappings: mappings.TRAIL_ENCRYPTED },
  { measure: 'trail-validated', title: 'The log files are signed', mappings: mappings.TRAIL_VALIDATED },
  { measure: 'data-events', title: 'A trail records who reads and writes objects of the bucket', mappings: mappings.DATA_EVENTS },
];
const OF_ALL_OBJECTS = {
  measure: 'data-events-of-all-buckets',
  title: 'A trail records who reads and writes objects of every bucket of the account',
  mappings: mappings.DATA_EVENTS_OF_ALL_BUCKETS,
};
const OF_KEY_ACCESS = { measure: 'access-analyzed', title: 'An analyzer finds whom policies let in from outside', mappings: mappings.ACCESS_ANALYZED };
const OF_SENSITIVE_DATA = { measure: 'sensitive-data-discovered', title: 'Macie looks for sensitive data in the bucket', mappings: mappings.DATA_DISCOVERED };

/** What the parts that watch make hold. */
export function evidenceOfParts(baseline: EncryptionBaseline, parts: WatchParts, subject: Subject): Measure[] {
  const { auditTrail, alarms, compliance, keyAccess, sensitiveData } = baseline;
  const leftOut = (part: PartName) => parts.leftOutBecause(part) ?? 'what has it is not of this app';
  return [
    ...auditTrail === undefined ? missing([...OF_TRAIL, OF_ALL_OBJECTS], leftOut('auditTrail')) : evidenceOfTrail(auditTrail),
    ...alarms === undefined ? missing(detections(), leftOut('alarms')) : evidenceOfAlarms(alarms, auditTrail),
    ...compliance === undefined ? missing(rules(), leftOut('compliance')) : evidenceOfCompliance(compliance, subject),
    ...keyAccess === undefined ? missing([OF_KEY_ACCESS], leftOut('keyAccess')) : [evidenceOfKeyAccess(keyAccess)],
    ...sensitiveData === undefined ? missing([OF_SENSITIVE_DATA], leftOut('sensitiveData')) : [evidenceOfSensitiveData(sensitiveData)],
  ];
}

/** What is about objects that are there already. No standard asks for it by name. */
export function evidenceOfObjects(
  { backfill, objectReport }: EncryptionBaseline, reasons: { readonly backfill?: string; readonly objectReport?: string }, subject: Subject,
): Measure[] {
  const noBackfill = () => reasons.backfill ?? (subject.keys.length === 0 ? whyNoKey(subject) : 'S3 brings nothing under two layers of encryption (DSSE-KMS)');
  return [
    holding({ measure: 'objects-repairable', title: 'Objects that are there already can be brought under the key', mappings: {} },
      () => backfill?.stateMachine.node.defaultChild,
      () => backfill === undefined ? noBackfill() : undefined),
    holding({ measure: 'objects-reported', title: 'Each object is looked at, once a day', mappings: {}, looks: true },
      () => objectReport?.stateMachine.node.defaultChild,
      () => objectReport === undefined ? reasons.objectReport ?? 'nobody asked for it, since what knows about each object is a choice' : undefined),
  ];
}

function evidenceOfTrail(trail: EncryptionAuditTrail): Measure[] {
  const resource = trail.node.findChild('Resource') as CfnTrail;
  const properties = () => finalState(resource).properties;
  const logs = () => properties().IsLogging === true;
  const holds: Record<string, () => boolean> = {
    'trail-of-all-regions': () => logs() && properties().IsMultiRegionTrail === true && properties().IncludeGlobalServiceEvents === true,
    'trail-encrypted': () => logs() && properties().KMSKeyId !== undefined,
    'trail-validated': () => logs() && properties().EnableLogFileValidation === true,
    'data-events': () => logs() && !trail._writesOnly,
    [OF_ALL_OBJECTS.measure]: () => logs() && !trail._writesOnly && trail._allBuckets,
  };
  const why = (measure: string) => measure.startsWith('data-events') && trail._writesOnly ? 'the trail records writes alone'
    : measure === OF_ALL_OBJECTS.measure ? 'the trail records those of the buckets that it watches' : 'the trail of the template does not have it';
  const wrong = (measure: string) => holds[measure]?.() === true ? undefined : why(measure);
  return [...OF_TRAIL, OF_ALL_OBJECTS].map((what) => holding(what, () => resource, () => wrong(what.measure)));
}

/** The rules that look by default, where nobody made any. */
function rules(): Omit<Measure, 'by'>[] {
  return ALL_RULES.filter(({ _spec }) => _spec.offBecause === undefined).map(({ _spec }) => ofRule(_spec));
}

/** The rules, each with the controls that AWS Config answers by it, and those that do not look, with the reason. */
function evidenceOfCompliance(compliance: EncryptionCompliance, subject: Subject): Measure[] {
  const { bucket, keys } = subject;
  const about = compliance._rulesAbout(bucket.bucketName, keys.map(({ keyArn }) => keyArn));
  const whyNot = ({ subject: looksAt, kmsOnly }: RuleSpec) => keys.length === 0 && (looksAt === 'key' || kmsOnly) ? whyNoKey(subject)
    : 'it is not asked of this bucket and its key, as the template has them';
  return [
    ...compliance._chosen.map((spec) => ({
      ...ofRule(spec),
      by: () => about.filter((one) => one.spec === spec).map(({ resource }) => resource),
      because: () => whyNot(spec),
    })),
    ...compliance._off.flatMap(({ spec, because }) => missing([ofRule(spec)], because)),
  ];
}

function ofRule({ id, title, mappings: controls }: RuleSpec): Omit<Measure, 'by'> {
  return { measure: `config-rule:${id}`, title, mappings: controls, looks: true };
}

/** The detections that a standard asks for, where nobody made alarms. */
function detections(): Omit<Measure, 'by'>[] {
  return DETECTIONS.filter(({ mappings: controls }) => Object.keys(controls).length > 0).map(({ _spec }) => ofDetection(_spec));
}

/** Standards ask for an alarm at the first event, with an action, over a trail that has all events. */
function evidenceOfAlarms(alarms: EncryptionAlarms, trail: EncryptionAuditTrail | undefined): Measure[] {
  const { _trailLogGroup: logGroup } = alarms;
  return alarms._answering().map(({ spec, offBecause, made }) => {
    const about = made.map(({ by }) => by.node.defaultChild ?? by);
    const wrong = () => {
      if (offBecause !== undefined) { return offBecause; }
      if (spec.kind === 'rate' && logGroup === undefined) { return 'the alarms have no log group of a trail, so nothing can be counted'; }
      if (made.length === 0) { return 'nothing is watched that it could be about'; }
      if (trail === undefined || (logGroup ?? trail.logGroup) !== trail.logGroup) {
        return 'the trail that is counted in is not of this app, so nobody can see here what it has';
      }
      if (!made.every(({ intact }) => intact())) { return 'what it looks for was changed in the template, so nobody can see here what it finds'; }
      return about.every(goesOffAtOnce) ? undefined : 'the alarm of the template has no action, or waits for more than one event';
    };
    return { ...ofDetection(spec), by: () => wrong() === undefined ? about : [], because: wrong };
  });
}

function ofDetection({ id, title, mappings: controls = {} }: DetectionSpec): Omit<Measure, 'by'> {
  return { measure: `alarm:${id}`, title: `Somebody hears of it: ${title}`, mappings: controls };
}

function goesOffAtOnce(resource: IConstruct): boolean {
  if (!(resource instanceof CfnAlarm)) { return true; } // a rule of EventBridge, which tells of each event
  const { ActionsEnabled, AlarmActions, Threshold } = finalState(resource).properties;
  return ActionsEnabled !== false && Array.isArray(AlarmActions) && AlarmActions.length > 0 && Threshold === 1;
}

/** Of an analyzer that is elsewhere nothing is known, and nothing claimed. */
function evidenceOfKeyAccess(analysis: KeyAccessAnalysis): Measure {
  const analyzer = madeAnalyzerOf(analysis);
  const ofOutside = () => analyzer !== undefined && ['ACCOUNT', 'ORGANIZATION'].includes(String(finalState(analyzer).properties.Type));
  return holding(OF_KEY_ACCESS, () => analyzer, () => analyzer === undefined
    ? 'the analyzer is not of this stack, so nobody can see here whether there is one'
    : ofOutside() ? undefined : 'the analyzer of the template analyzes something else');
}

/** The job is deployed only where Macie is enabled. */
function evidenceOfSensitiveData(discovery: SensitiveDataDiscovery): Measure {
  const job = discovery.node.tryFindChild('Job')?.node.defaultChild;
  return holding(OF_SENSITIVE_DATA, () => job, () => job === undefined
    ? 'no job looks at the bucket, and what automated discovery looks at is not of this app' : undefined);
}
