import { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IConstruct } from 'constructs';
import type { Measure } from './evidence';
import type { EncryptionAuditTrail } from '../audit';
import type { EncryptionCompliance } from '../compliance';
import { mappings } from '../controls';
import type { KeyAccessAnalysis, SensitiveDataDiscovery } from '../exposure';
import type { EncryptionAlarms } from '../monitoring';

/** What the measures of a trail are called, for where there is none. */
export const OF_TRAIL = [
  { measure: 'trail-of-all-regions', title: 'A trail logs the calls of all regions', mappings: mappings.TRAIL_OF_ALL_REGIONS },
  { measure: 'trail-encrypted', title: 'The log files are under a KMS key', mappings: mappings.TRAIL_ENCRYPTED },
  { measure: 'trail-validated', title: 'The log files are signed', mappings: mappings.TRAIL_VALIDATED },
  { measure: 'data-events', title: 'A trail records who reads and writes objects of the bucket', mappings: mappings.DATA_EVENTS },
];

export const OF_KEY_ACCESS = [
  { measure: 'access-analyzed', title: 'An analyzer finds whom policies let in from outside', mappings: mappings.ACCESS_ANALYZED },
];

export const OF_SENSITIVE_DATA = [
  { measure: 'sensitive-data-discovered', title: 'Macie looks for sensitive data in the bucket', mappings: mappings.DATA_DISCOVERED },
];

/** An EncryptionAuditTrail holds its template to all of it. */
export function evidenceOfTrail(trail: EncryptionAuditTrail): Measure[] {
  return OF_TRAIL.map((measure) => ({ ...measure, by: () => [resourceOf(trail, CfnTrail)] }));
}

/** The rules, each with the controls that it answers. */
export function evidenceOfCompliance(compliance: EncryptionCompliance, bucketName: string, keyArn?: string): Measure[] {
  const about = compliance._rulesAbout(bucketName, keyArn);
  return [...new Set(about.map(({ spec }) => spec))].map((spec) => ({
    measure: `config-rule:${spec.id}`,
    title: spec.title,
    mappings: spec.mappings,
    by: () => about.filter((one) => one.spec === spec).map(({ rule }) => rule.node.defaultChild),
  }));
}

/** The detections that a standard asks for. */
export function evidenceOfAlarms(alarms: EncryptionAlarms): Measure[] {
  const answering = alarms._answering();
  return [...new Set(answering.map(({ spec }) => spec.id))].map((id) => {
    const about = answering.filter(({ spec }) => spec.id === id);
    return {
      measure: `alarm:${id}`,
      title: `Somebody hears of it: ${about[0]?.spec.title ?? id}`,
      mappings: about[0]?.spec.mappings ?? {},
      by: () => about.map(({ by }) => by.node.defaultChild ?? by),
    };
  });
}

/** Of an analyzer that is elsewhere nothing is known, and nothing claimed. */
export function evidenceOfKeyAccess(analysis: KeyAccessAnalysis): Measure[] {
  const analyzer = resourceOf(analysis, CfnAnalyzer, 'ExternalAccess');
  return OF_KEY_ACCESS.map((measure) => ({
    ...measure,
    by: () => [analyzer],
    because: () => analyzer === undefined ? 'the analyzer is not of this app, so nobody can see here whether there is one' : undefined,
  }));
}

/** The job is deployed only where Macie is enabled. */
export function evidenceOfSensitiveData(discovery: SensitiveDataDiscovery): Measure[] {
  const job = discovery.node.tryFindChild('Job')?.node.defaultChild;
  return OF_SENSITIVE_DATA.map((measure) => ({
    ...measure,
    by: () => [job],
    because: () => job === undefined ? 'no job looks at the bucket, and what automated discovery looks at is not of this app' : undefined,
  }));
}

function resourceOf<T extends IConstruct>(scope: IConstruct, type: new (...args: any[]) => T, id = 'Resource'): T | undefined {
  const found = scope.node.tryFindChild(id);
  return found instanceof type ? found : undefined;
}
