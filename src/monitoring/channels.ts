import { Annotations, Arn, ArnFormat, Duration, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeDeadLetters, acknowledgeIncidentRole } from './acknowledgements';
import { findingChat, type FindingRule, findingText } from './finding-rule';
import { chatMessage, InputTransformer, textMessage } from './message';
import { keyStatements, publishStatements } from './notification-statements';
import { type Notify, sameReceiver, type SlackChannel } from './notify';
import type { RuleGroup } from './rule-groups';
import { ValidationError } from '../private/errors';
import { referentOf } from '../private/tokens';

/** EventBridge gives up on a target after these; a day is its own default and its maximum. */
const RETRY = { maximumEventAgeInSeconds: Duration.days(1).toSeconds(), maximumRetryAttempts: 185 };

/** A rule has at most five: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_TARGETS = 5;

interface Destination {
  readonly id: string;
  readonly arn: string;
  readonly roleArn?: string;
  /** How the event is put; without it, it is handed over as it is. */
  readonly put?: 'text' | 'chat';
}

/** Everything between a finding and the person who hears of it. */
export class Channels {
  public readonly topic: sns.Topic;
  public readonly key: kms.IKey;
  public readonly deadLetters: sqs.Queue;
  private readonly destinations: Destination[] = [];
  private readonly receivers: Notify[] = [];
  private chat?: sns.Topic;
  private slackChannels = 0;

  /** @param rulePrefix how the names of the rules begin that may send to the dead-letter queue */
  constructor(private readonly scope: Construct, notify: readonly Notify[], key: kms.IKey | undefined, rulePrefix: string) {
    if (notify.length === 0) {
      throw new ValidationError('NobodyHears', '\'notify\' must name at least one that hears of a detection, got none: for example [Notify.email(\'security@example.com\')]', scope);
    }
    this.key = this.keyOf(key);
    this.deadLetters = this.makeDeadLetters(rulePrefix);
    this.topic = this.makeTopic('Topic', 'Findings about encryption, for people');
    this.destinations.push({ id: 'People', arn: this.topic.topicArn, put: 'text' });
    this.take(notify);
  }

  /** The topic of chats. There is none until somebody has a chat. */
  public get chatTopic(): sns.Topic | undefined { return this.chat; }

  /** Those of them that do not hear yet, hear from now on. Returns what alarms that are there have to do for it. */
  public also(notify: readonly Notify[]): cloudwatch.IAlarmAction[] {
    const before = this.destinations.length;
    this.take(notify.filter((one) => !this.receivers.some((other) => sameReceiver(this.scope, one, other))));
    return this.alarmActions().slice(before);
  }

  /** The targets of one rule. */
  public targetsOf(group: RuleGroup, runbook: string): CfnRule.TargetProperty[] {
    return this.targets({ text: () => textMessage(group, runbook), chat: () => chatMessage(group, runbook) });
  }

  /** The targets of one rule about findings of another service. */
  public targetsOfFinding(rule: FindingRule, runbook: string): CfnRule.TargetProperty[] {
    return this.targets({ text: () => findingText(rule, runbook), chat: () => findingChat(rule, runbook) });
  }

  private targets(messages: { readonly [put in 'text' | 'chat']: () => InputTransformer }): CfnRule.TargetProperty[] {
    return this.destinations.map(({ id, arn, roleArn, put }) => ({
      id,
      arn,
      roleArn,
      inputTransformer: put === undefined ? undefined : messages[put](),
      deadLetterConfig: { arn: this.deadLetters.queueArn },
      retryPolicy: RETRY,
    }));
  }

  /** What an alarm does when it goes off. */
  public alarmActions(): cloudwatch.IAlarmAction[] {
    return this.destinations.map(({ arn }) => ({ bind: () => ({ alarmActionArn: arn }) }));
  }

  private checkTwice(): void {
    const seen = new Set<string>();
    for (const { arn } of this.destinations) {
      const resolved = referentOf(this.scope, arn);
      if (seen.has(resolved)) {
        throw new ValidationError('NotifiedTwice', `'notify' must name each topic and response plan once, got ${named(arn)} again: its people would hear everything twice`, this.scope);
      }
      seen.add(resolved);
    }
  }

  private keyOf(given: kms.IKey | undefined): kms.IKey {
    const key = given ?? new kms.Key(this.scope, 'Key', {
      description: 'Notifications about encryption; encrypts no data',
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      // Messages pass through in seconds: nothing that is kept is under this key.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.admit(key, keyStatements(this.scope), 'notificationKey', 'the policy of the key');
    return key;
  }

  private makeTopic(id: string, displayName: string): sns.Topic {
    const topic = new sns.Topic(this.scope, id, { displayName, masterKey: this.key, enforceSSL: true });
    for (const statement of publishStatements(this.scope, topic.topicArn)) { topic.addToResourcePolicy(statement); }
    return topic;
  }

  /** One statement for all rules: a queue's policy has at most 20 of them, and the CDK would write one for each rule. */
  private makeDeadLetters(rulePrefix: string): sqs.Queue {
    const queue = new sqs.Queue(this.scope, 'DeadLetters', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledgeDeadLetters(queue);
    const stack = Stack.of(this.scope);
    queue.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'UndeliveredEvents',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': Arn.format({ service: 'events', resource: 'rule', resourceName: `${rulePrefix}-*`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }, stack) },
      },
    }));
    return queue;
  }

  private addSlack({ workspaceId, channelId }: SlackChannel, index: number): void {
    if (this.chat === undefined) { return; }
    const { region } = Stack.of(this.scope);
    // CloudFormation knows the type in neither: https://docs.aws.amazon.com/general/latest/gr/chatbot.html
    if (/^(cn|us-gov)-/.test(region)) {
      throw new ValidationError('NoChatInRegion', `'notify' must not name a Slack channel in ${region}, where Amazon Q Developer in chat applications is not offered: use Notify.email(), or Notify.lambda() to post by yourself`, this.scope);
    }
    const suffix = index === 0 ? '' : `${index + 1}`;
    new chatbot.SlackChannelConfiguration(this.scope, `Slack${suffix}`, {
      slackChannelConfigurationName: `${Names.uniqueResourceName(this.scope, { maxLength: 110, separator: '-' })}-slack${suffix}`,
      slackWorkspaceId: workspaceId,
      slackChannelId: channelId,
      notificationTopics: [this.chat],
      // The channel reads; it may call nothing.
      guardrailPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('CloudWatchReadOnlyAccess')],
    });
  }

  private take(notify: readonly Notify[]): void {
    const slack = notify.flatMap(({ _kind }) => _kind.to === 'slack' ? [_kind.channel] : []);
    if (slack.length > 0 && this.chat === undefined) {
      // A chat drops what is not in its own schema, so it gets a topic and a text of its own.
      this.chat = this.makeTopic('ChatTopic', 'Findings about encryption, in the schema of chats');
      this.destinations.push({ id: 'Chat', arn: this.chat.topicArn, put: 'chat' });
    }
    for (const channel of slack) { this.addSlack(channel, this.slackChannels++); }
    this.addOthers(notify, this.receivers.length);
    this.receivers.push(...notify);
    this.checkTwice();
    if (this.destinations.length > MAX_TARGETS) {
      throw new ValidationError('TooManyTargets', `'notify' must need at most ${MAX_TARGETS} targets of a rule, got ${this.destinations.length}: subscribe to the topic of the alarms instead of naming more topics and response plans`, this.scope);
    }
  }

  private addOthers(notify: readonly Notify[], first: number): void {
    notify.forEach(({ _kind }, position) => {
      const index = first + position;
      switch (_kind.to) {
        case 'email': this.topic.addSubscription(new subscriptions.EmailSubscription(_kind.address)); return;
        case 'lambda': this.topic.addSubscription(new subscriptions.LambdaSubscription(_kind.function, { deadLetterQueue: this.deadLetters })); return;
        case 'topic': this.addTopic(_kind.topic, index); return;
        case 'incident': this.addIncident(_kind.responsePlanArn, index); return;
        case 'slack': return;
      }
    });
  }

  private addTopic(topic: sns.ITopic, index: number): void {
    this.admit(topic, publishStatements(this.scope, topic.topicArn), 'notify', `the policy of the topic ${named(topic.topicArn)}`);
    if (topic.masterKey !== undefined && topic.masterKey !== this.key) {
      this.admit(topic.masterKey, keyStatements(this.scope), 'notify', `the policy of the key of the topic ${named(topic.topicArn)}`);
    }
    this.destinations.push({ id: `Topic${index + 1}`, arn: topic.topicArn, put: 'text' });
  }

  private addIncident(arn: string, index: number): void {
    const role = new iam.Role(this.scope, `IncidentRole${index + 1}`, {
      description: 'Lets EventBridge start an incident for a finding about encryption',
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this.scope).account } } }),
    });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['ssm-incidents:StartIncident'], resources: [arn] }));
    acknowledgeIncidentRole(role);
    this.destinations.push({ id: `Incident${index + 1}`, arn, roleArn: role.roleArn });
  }

  /** Adds statements to a policy, or prints them where only the owner can. */
  private admit(to: sns.ITopic | kms.IKey, statements: iam.PolicyStatement[], prop: string, what: string): void {
    const admitted = statements.map((statement) => to.addToResourcePolicy(statement).statementAdded);
    if (admitted.every((added) => added)) { return; }
    const printed = JSON.stringify(Stack.of(this.scope).resolve(statements.map((statement) => statement.toStatementJson())));
    Annotations.of(this.scope).addWarningV2(`cdk-s3-encryption:EncryptionAlarms.ownerMustAdmit.${prop}`,
      `CloudWatch and EventBridge can notify only if ${what} has these statements, which this app cannot add to what it imports: ${printed}`);
  }
}

function named(arn: string): string {
  return Token.isUnresolved(arn) ? 'one of this app' : arn;
}
