import type { DetectionSeverity } from './detection-severity';
import type { PatternNode } from './detection-spec';
import type { InputTransformer } from './message';

/** Findings of another service that reach people as those of the alarms do. */
export interface FindingRule {
  /** Its section in the runbook. */
  readonly id: string;
  /** Part of the name of the rule, unique among those of the alarms: at most 40 characters. */
  readonly name: string;
  readonly severity: DetectionSeverity;
  readonly title: string;
  readonly meaning: string;
  /** The whole event pattern. Known at the end only. */
  readonly pattern: () => PatternNode;
  /** Further lines of the message, which may name fields of the event as `<name>`. */
  readonly lines: readonly string[];
  /** Where the fields are that the lines name. */
  readonly fields: Readonly<Record<string, string>>;
}

const ALWAYS = { account: '$.account', id: '$.id', region: '$.region', when: '$.time' };

/** The mail that a person gets. Each line is a JSON string of its own; a template of text has no other way to break lines. */
export function findingText(rule: FindingRule, runbook: string): InputTransformer {
  const lines = [
    `${rule.severity.toUpperCase()}: ${rule.title}`,
    `What it means: ${rule.meaning}`,
    ...rule.lines,
    'When: <when>',
    'Where: account <account>, region <region>',
    `Runbook: ${runbook}#${rule.id}`,
    'Event: <id>',
  ];
  return { inputPathsMap: { ...ALWAYS, ...rule.fields }, inputTemplate: lines.map((line) => JSON.stringify(line)).join('\n') };
}

/**
 * The same for a chat, in the schema that Amazon Q Developer in chat applications asks for.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export function findingChat(rule: FindingRule, runbook: string): InputTransformer {
  const { account: _account, id: _id, region: _region, ...fields } = { ...ALWAYS, ...rule.fields };
  const message = {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: `${rule.severity.toUpperCase()}: ${rule.title}`,
      description: [`What it means: ${rule.meaning}`, ...rule.lines, 'When: <when>'].join('\\n'),
      nextSteps: [`Runbook: ${runbook}#${rule.id}`],
      keywords: [rule.severity],
    },
  };
  // The two characters \n of the description are what JSON needs; stringify would escape them once more.
  return { inputPathsMap: fields, inputTemplate: JSON.stringify(message).replace(/\\\\n/g, '\\n') };
}
