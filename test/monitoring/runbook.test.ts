import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as logs from 'aws-cdk-lib/aws-logs';
import { DetectionChoice, EncryptionAlarms, Notify, SecureBucket } from '../../src';
import { CATALOGUE } from '../../src/monitoring/detection';
import { testStack } from '../helpers/stack';

const RUNBOOK = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8');

/** What a link can point to: headings, as they are shown, and anchors of their own. */
const ANCHORS = new Set([
  ...[...RUNBOOK.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w -]/g, '').replace(/ /g, '-')),
  ...[...RUNBOOK.matchAll(/<a id="(\w+)"><\/a>/g)].map(([, id]) => id),
]);

test.each(CATALOGUE.map((detection) => [detection.id, detection] as const))('%s has a section with meaning, way to investigate, and way to resolve', (id, { meaning }) => {
  const section = RUNBOOK.split(/^### /m).find((text) => text.startsWith(`${id}\n`)) ?? '';
  expect(section).toMatch(/\*\*Meaning\.\*\*[^]+\*\*Investigate\.\*\*[^]+\*\*Resolve\.\*\*/);
  expect(section.replace(/\s+/g, ' ')).toContain(meaning);
});

test('every link of every notification and alarm has its anchor', () => {
  const stack = testStack();
  const alarms = new EncryptionAlarms(stack, 'Alarms', {
    notify: [Notify.email('security@example.com'), Notify.slack({ workspaceId: 'T1', channelId: 'C1' })],
    trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail'),
    choices: [DetectionChoice.anomalyBand()],
    runbookUrl: 'https://runbook.example.com',
  });
  alarms.watch(new SecureBucket(stack, 'Data'));
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string; Properties: any }> };
  const found = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    const calls = (Properties.EventPattern?.detail?.eventName ?? []) as string[];
    const anchors = [...JSON.stringify(Properties).matchAll(/https:\/\/runbook\.example\.com#(<call>|[\w-]+)/g)].map(([, anchor]) => anchor);
    return Type === 'AWS::Events::Rule' || Type === 'AWS::CloudWatch::Alarm' ? [{ id, anchors: anchors.flatMap((anchor) => anchor === '<call>' ? calls : [anchor]) }] : [];
  });
  expect(found.length).toBeGreaterThan(25);
  expect(found.filter(({ anchors }) => anchors.length === 0)).toEqual([]);
  expect(found.flatMap(({ anchors }) => anchors).filter((anchor) => !ANCHORS.has(anchor))).toEqual([]);
});
