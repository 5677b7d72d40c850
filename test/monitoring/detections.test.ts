import { Duration } from 'aws-cdk-lib';

import { matching } from './matching/ruler';
import { filterOf } from '../../emulator/cloudwatch/filter-pattern';
import { CATALOGUE } from '../../src/monitoring/detection';
import type { DetectionSpec, EventSpec, PatternNode, RateSpec, WatchedNames } from '../../src/monitoring/detection-spec';
import { patternOf as filterPatternOf } from '../../src/monitoring/rate-alarms';
import { groupsOf, patternOf, type RuleGroup } from '../../src/monitoring/rule-groups';
import { asEvent, corpus, isNative, WATCHED } from '../events';

jest.setTimeout(120_000);

const SAMPLES = corpus();
const SPECS = CATALOGUE.map(({ _spec }) => _spec);
const EVENTS = SPECS.filter((spec): spec is EventSpec => spec.kind === 'event');
const RATES = SPECS.filter((spec): spec is RateSpec => spec.kind === 'rate');

/** Names of what the corpus watches, with something else beside it, as in a rule of many. */
const NAMES = { key: [WATCHED.key, WATCHED.key.replace(/1234/g, '9999')], bucket: [WATCHED.bucket, 'another-watched-bucket'] };
const COUNTED: WatchedNames[] = [
  { bucketName: WATCHED.bucket, keyId: WATCHED.key.split('/')[1] }, { bucketName: 'another-watched-bucket', keyId: '99999999-12ab-34cd-56ef-1234567890ab' },
];

function patternsOf(detection: EventSpec): PatternNode[] {
  return groupsOf([detection], () => []).map((group) => patternOf(group, group.part.scope === 'account' ? undefined : NAMES[group.part.scope]));
}

function samplesOf({ id }: DetectionSpec) { return SAMPLES.filter(({ detection }) => detection === id); }

/** Every pattern that lacks one clause, or one alternative of one clause. */
function mutants(pattern: PatternNode, path: string[] = []): { without: string; pattern: PatternNode }[] {
  return Object.entries(pattern).flatMap(([field, value]) => {
    const here = [...path, field];
    const { [field]: _, ...rest } = pattern;
    const whole = path.length > 0 && Object.keys(rest).length === 0 ? [] : [{ without: here.join('.'), pattern: rest }];
    if (Array.isArray(value)) {
      const fewer = value.length < 2 ? [] : value.map((alternative, index) => ({
        without: `${here.join('.')} ${JSON.stringify(alternative)}`,
        pattern: { ...pattern, [field]: value.filter((__, other) => other !== index) },
      }));
      return [...whole, ...fewer];
    }
    const deeper = mutants(value as PatternNode, here);
    return [...whole, ...deeper.map(({ without, pattern: inner }) => ({ without, pattern: { ...pattern, [field]: inner } }))];
  });
}

describe('single events', () => {
  const named = new Map(EVENTS.flatMap((detection) => patternsOf(detection).map((pattern, index) => [`${detection.id}#${index}`, pattern] as const)));
  const answered = matching(Object.fromEntries(named), SAMPLES.map(({ event }) => asEvent(event)));

  test.each(EVENTS.map((detection) => [detection.id, detection] as const))('%s matches what it is about, and no near miss', async (id, detection) => {
    const answers = await answered;
    for (const sample of samplesOf(detection)) {
      const found = answers[SAMPLES.indexOf(sample)].some((name) => name.startsWith(`${id}#`));
      expect([sample.title, found]).toEqual([sample.title, sample.matches]);
    }
  });

  test('each clause of each pattern is needed: without it some event of the corpus is taken for another', async () => {
    const all = EVENTS.flatMap((detection) => patternsOf(detection).flatMap((pattern, index) =>
      mutants(pattern).map((mutant) => ({ id: detection.id, original: `${detection.id}#${index}`, ...mutant }))));
    expect(all.length).toBeGreaterThan(150);
    const patterns = Object.fromEntries([...named, ...all.map(({ pattern }, index) => [`mutant#${index}`, pattern] as const)]);
    const answers = await matching(patterns, SAMPLES.map(({ event }) => asEvent(event)));
    // An alternative that only names another watched thing is not about the corpus.
    const about = all.map((mutant, index) => ({ ...mutant, index })).filter(({ without }) => !/another-watched|9999/.test(without));
    const survivors = about.filter(({ id, original, index }) => SAMPLES.every((sample, which) => sample.detection !== id
      || answers[which].includes(original) === answers[which].includes(`mutant#${index}`)));
    expect(survivors.map(({ id, without }) => `${id} without ${without}`)).toEqual([]);
  });
});

describe('rules that detections share', () => {
  const groups = groupsOf(EVENTS, () => []);
  const patterns = Object.fromEntries(groups.map((group) => [group.name, patternOf(group, group.part.scope === 'account' ? undefined : NAMES[group.part.scope])]));
  const answered = matching(patterns, SAMPLES.map(({ event }) => asEvent(event)));
  const stands = (group: RuleGroup, id: string) => group.detections.some((detection) => detection.id === id);

  test('match exactly what their detections match', async () => {
    const answers = await answered;
    SAMPLES.forEach((sample, index) => {
      const matched = groups.filter(({ name }) => answers[index].includes(name)).filter((group) => stands(group, sample.detection));
      if (EVENTS.some(({ id }) => id === sample.detection) && sample.matches) { expect([sample.title, matched.length]).toEqual([sample.title, 1]); }
    });
  });

  test('fit into what EventBridge takes, with the longest names', () => {
    const longest = {
      key: Array.from({ length: 12 }, () => 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab'),
      bucket: Array.from({ length: 18 }, () => 'b'.repeat(63)),
    };
    for (const group of groups) {
      expect(JSON.stringify(patternOf(group, group.part.scope === 'account' ? undefined : longest[group.part.scope])).length).toBeLessThanOrEqual(2048);
    }
  });

  test('of calls that only read stand apart from the others', () => {
    expect(groups.filter(({ part }) => part.readOnly === true).map(({ detections }) => detections.map(({ id }) => id))).toEqual([['key-used-directly']]);
  });
});

describe('what is counted', () => {
  test.each(RATES.map((detection) => [detection.id, detection] as const))('%s counts what it is about, and no near miss', (_, detection) => {
    const filter = filterOf(filterPatternOf(detection, COUNTED));
    for (const { title, matches, event } of samplesOf(detection)) { expect([title, filter(event)]).toEqual([title, matches]); }
  });

  test.each(RATES.filter(({ exactPattern }) => exactPattern === undefined).map((detection) => [detection.id, detection] as const),
  )('%s needs each of its terms', (_, detection) => {
    const wrong = (spec: RateSpec, watched: WatchedNames[] | undefined) => {
      const filter = filterOf(filterPatternOf(spec, watched));
      return samplesOf(detection).some(({ matches, event }) => filter(event) !== matches);
    };
    for (const term of detection.terms) {
      expect([term, wrong({ ...detection, terms: detection.terms.filter((other) => other !== term) }, COUNTED)]).toEqual([term, true]);
      for (const fewer of alternatives(term)) {
        const terms = detection.terms.map((other) => other === term ? fewer : other);
        expect([fewer, wrong({ ...detection, terms }, COUNTED)]).toEqual([fewer, true]);
      }
    }
    // Without the clause about what is watched, other buckets and keys count too.
    expect(wrong(detection, undefined)).toBe(true);
    const { clause } = detection;
    if (clause === undefined) { return; }
    const text = clause(COUNTED[0]);
    for (const joiner of [' && ', ' || ']) {
      text.split(joiner).forEach((part) => {
        if (part === text) { return; }
        const rest = text.split(joiner).filter((other) => other !== part).join(joiner);
        expect([part, wrong({ ...detection, clause: () => rest }, COUNTED)]).toEqual([part, true]);
      });
    }
  });

  test('the filters that scanners look for stand as AWS publishes them', () => {
    expect(RATES.filter(({ exactPattern }) => exactPattern !== undefined).map(({ exactPattern }) => exactPattern)).toEqual([
      '{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}',
      '{($.eventSource=s3.amazonaws.com) && (($.eventName=PutBucketAcl) || ($.eventName=PutBucketPolicy) || ($.eventName=PutBucketCors) || ($.eventName=PutBucketLifecycle) || ($.eventName=PutBucketReplication) || ($.eventName=DeleteBucketPolicy) || ($.eventName=DeleteBucketCors) || ($.eventName=DeleteBucketLifecycle) || ($.eventName=DeleteBucketReplication))}',
      '{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || ($.eventName=StartLogging) || ($.eventName=StopLogging)}',
      '{($.eventSource=config.amazonaws.com) && (($.eventName=StopConfigurationRecorder) || ($.eventName=DeleteDeliveryChannel) || ($.eventName=PutDeliveryChannel) || ($.eventName=PutConfigurationRecorder))}',
    ]);
  });

  test('periods are ones that a metric of a log group has', () => {
    for (const { period } of RATES) { expect(period.toSeconds() % Duration.minutes(1).toSeconds()).toBe(0); }
  });
});

/** A term of alternatives, each time with one of them missing. */
function alternatives(term: string): string[] {
  const inner = /^\((\(.*\))\)$/.exec(term)?.[1];
  const parts = inner?.split(' || ') ?? [];
  return parts.length < 2 ? [] : parts.map((_, index) => `(${parts.filter((__, other) => other !== index).join(' || ')})`);
}

test('every sample of a call is one that CloudTrail writes to a log group', () => {
  expect(SAMPLES.filter(({ detection, event }) => isNative(event) && detection !== 'key-deleted')).toEqual([]);
});
