import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { canonical, finalState } from '../private/final-state';

/** Properties that alarms and audits rely on, and what is wrong when they are something else. */
const RELIED_ON: readonly [property: string, wrong: string][] = [
  ['IsLogging', 'it does not log'],
  ['IsMultiRegionTrail', 'it is not of all regions'],
  ['IncludeGlobalServiceEvents', 'it leaves out the events of IAM and STS'],
  ['EnableLogFileValidation', 'its log files are not validated'],
  ['KMSKeyId', 'it is not under its own key'],
  ['S3BucketName', 'it writes to another bucket'],
  ['CloudWatchLogsLogGroupArn', 'it does not write to its log group, where alarms count'],
  ['CloudWatchLogsRoleArn', 'it may not write to its log group, where alarms count'],
];

/** What the trail was made with, as CloudFormation will get it. */
export type TrailPromise = Readonly<Record<string, unknown>>;

/** To be asked before anybody else changes the trail. */
export function promiseOf(trail: CfnTrail): TrailPromise {
  return finalState(trail).properties;
}

/**
 * Why alarms would be blind; nothing if the trail is as it was made, or has more.
 *
 * Every further field narrows a selector. Leaving out KMS leaves out the deletion of keys too, and
 * leaving out what only reads leaves out every Decrypt:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 */
export function brokenPromises(trail: CfnTrail, promised: TrailPromise): string[] {
  const { properties } = finalState(trail);
  const changed = (property: string) => canonical(properties[property] ?? null) !== canonical(promised[property] ?? null);
  const wrong = RELIED_ON.filter(([property]) => changed(property)).map(([, text]) => text);
  if (properties.EventSelectors !== undefined) { wrong.push('it has basic event selectors beside its own'); }
  const selectors = fieldsOf(properties.AdvancedEventSelectors);
  if (!selectors.includes(canonical([{ Field: 'eventCategory', Equals: ['Management'] }]))) {
    wrong.push('it no longer has every management event, those of KMS and those that only read among them');
  }
  return wrong;
}

/** That the objects of the watched buckets are still there is asked at the end, when all of them are known. */
export function missingSelectors(trail: CfnTrail, wanted: readonly CfnTrail.AdvancedEventSelectorProperty[]): string[] {
  const has = fieldsOf(finalState(trail).properties.AdvancedEventSelectors);
  const rendered = fieldsOf(wanted.map(({ fieldSelectors }) => ({
    FieldSelectors: (fieldSelectors as CfnTrail.AdvancedFieldSelectorProperty[])
      .map(({ field, equalTo, startsWith, notStartsWith }) => (
        { Field: field, Equals: equalTo, StartsWith: startsWith, NotStartsWith: notStartsWith })),
  })));
  return rendered.every((one) => has.includes(one)) ? [] : ['it no longer has the reads and writes that it was told to watch'];
}

function fieldsOf(selectors: unknown): string[] {
  return Array.isArray(selectors) ? selectors.map((selector) => canonical((selector as { FieldSelectors?: unknown }).FieldSelectors)) : [];
}
