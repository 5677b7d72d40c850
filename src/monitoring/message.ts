import type { RuleGroup } from './rule-groups';

/** The two halves of an input transformer of EventBridge. */
export interface InputTransformer {
  readonly inputPathsMap: Record<string, string>;
  readonly inputTemplate: string;
}

/** A path that an event does not have renders as nothing. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
const FROM_CLOUDTRAIL = {
  account: '$.account',
  bucket: '$.detail.requestParameters.bucketName',
  call: '$.detail.eventName',
  error: '$.detail.errorCode',
  id: '$.detail.eventID',
  key: '$.detail.resources[0].ARN',
  from: '$.detail.sourceIPAddress',
  region: '$.region',
  through: '$.detail.userIdentity.invokedBy',
  who: '$.detail.userIdentity.arn',
  kind: '$.detail.userIdentity.type',
  when: '$.detail.eventTime',
};

const FROM_SERVICE = { account: '$.account', id: '$.id', key: '$.resources[0]', region: '$.region', when: '$.time' };

/**
 * The mail that a person gets: what, which, who, from where, when, and what to do.
 *
 * Each line is a JSON string of its own; a template of text has no other way to break lines.
 */
export function textMessage(group: RuleGroup, runbook: string): InputTransformer {
  const native = group.part.native !== undefined;
  const lines = [
    headline(group),
    ...meaningsOf(group),
    ...subjectOf(group),
    ...native ? [] : ['Who: <who> (<kind>) <through>', 'From: <from>'],
    'When: <when>',
    'Where: account <account>, region <region>',
    ...group.part.outcome === 'succeeded' || native ? [] : ['Outcome: <error>'],
    `Runbook: ${runbook}#${anchorOf(group)}`,
    `Event: <id>${native ? '' : ', to be found in CloudTrail by its eventID'}`,
  ];
  return { inputPathsMap: used(lines, native), inputTemplate: lines.map((line) => JSON.stringify(line)).join('\n') };
}

/**
 * The same for a chat, in the schema that Amazon Q Developer in chat applications asks for: it drops
 * every other text without a word.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export function chatMessage(group: RuleGroup, runbook: string): InputTransformer {
  const native = group.part.native !== undefined;
  const message = {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: headline(group),
      description: [...meaningsOf(group), ...subjectOf(group), ...native ? [] : ['Who: <who>', 'From: <from>'], 'When: <when>'].join('\\n'),
      nextSteps: [`Runbook: ${runbook}#${anchorOf(group)}`],
      keywords: [group.severity, group.part.source],
    },
  };
  // The two characters \n of the description are what JSON needs; stringify would escape them once more.
  const inputTemplate = JSON.stringify(message).replace(/\\\\n/g, '\\n');
  return { inputPathsMap: used([inputTemplate], native), inputTemplate };
}

/** The section of the runbook: of the call where there is one, since a rule may stand for several. */
function anchorOf({ part, detections }: RuleGroup): string {
  return detections.length === 1 ? detections[0].id : part.native === undefined ? '<call>' : detections[0].id;
}

function headline({ severity, part, detections }: RuleGroup): string {
  const word = severity.toUpperCase();
  return detections.length === 1 ? `${word}: ${detections[0].title}${part.native === undefined ? ' (<call>)' : ''}` : `${word}: <call>${part.scope === 'account' ? '' : ` on a watched ${part.scope}`}`;
}

/** A rule that stands for several detections cannot choose among texts, so it gives each, by the call. */
function meaningsOf({ detections, part: { source, scope, outcome } }: RuleGroup): string[] {
  if (detections.length === 1) { return [`What it means: ${detections[0].meaning}`]; }
  return ['What it means, by the call:', ...detections.map(({ parts, meaning }) => {
    const calls = parts.filter((part) => part.source === source && part.scope === scope && part.outcome === outcome && part.where === undefined);
    return `- ${calls.flatMap((part) => part.calls).join(', ')}: ${meaning}`;
  })];
}

function subjectOf({ part }: RuleGroup): string[] {
  return part.source === 'aws.kms' ? ['Key: <key>'] : part.source === 'aws.s3' && part.scope === 'bucket' ? ['Bucket: <bucket>'] : [];
}

function used(lines: readonly string[], native: boolean): Record<string, string> {
  const text = lines.join('\n');
  return Object.fromEntries(Object.entries(native ? FROM_SERVICE : FROM_CLOUDTRAIL).filter(([name]) => text.includes(`<${name}>`)));
}
