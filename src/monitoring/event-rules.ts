import { Lazy, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Construct, type IConstruct } from 'constructs';
import type { Channels } from './channels';
import type { MadeForDetection } from './detection-spec';
import type { FindingRule } from './finding-rule';
import { patternOf, RuleGroup } from './rule-groups';
import type { Watched } from './watched';
import { canonical, finalState } from '../private/final-state';

/**
 * How many keys, or buckets, one rule names: a pattern has at most 2,048 characters, and a name may
 * be a token of unknown length. Longest: 89 characters of an ARN in GovCloud with a multi-Region key
 * and its quotes, 66 of a bucket; the rest of the longest pattern takes 700.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
const PER_RULE = { key: 12, bucket: 18 };

/** The rules: for each group one of the account, or one for each so many keys or buckets. */
export class EventRules extends Construct {
  public readonly names: string[] = [];
  private readonly intact = new Map<IConstruct, () => boolean>();

  /** Which rules tell of which detections. */
  public get made(): MadeForDetection[] {
    return this.groups.flatMap((group) => this.node.children
      .filter(({ node }) => node.id === group.name || node.id.startsWith(`${group.name}-more-`))
      .flatMap((by) => group.detections.map((spec) => ({ spec, by, intact: () => this.intact.get(by)?.() === true }))));
  }

  constructor(
    scope: Construct, private readonly groups: readonly RuleGroup[], private readonly watched: Watched, private readonly channels: Channels,
    private readonly prefix: string, private readonly runbook: string,
  ) {
    super(scope, 'Rules');
    for (const group of groups) {
      if (group.part.scope === 'account') { this.addRule(group, group.name, () => undefined); }
    }
  }

  /** A rule about findings of another service, which is not of the catalogue. */
  public addFindings(rule: FindingRule): void {
    const name = `${this.prefix}-${rule.name}`;
    new CfnRule(this, rule.name, {
      name,
      description: `${rule.severity}: ${rule.title}`,
      state: 'ENABLED',
      eventPattern: Lazy.uncachedAny({ produce: rule.pattern }),
      // Who hears may grow.
      targets: Lazy.uncachedAny({ produce: () => this.channels.targetsOfFinding(rule, this.runbook) }),
    });
    this.names.push(name);
  }

  /** A rule about findings that another one covers by now. */
  public dropFindings(name: string): void {
    if (this.node.tryRemoveChild(name)) { this.names.splice(this.names.indexOf(`${this.prefix}-${name}`), 1); }
  }

  /** Makes the rules that the watched things need and that are not there yet. */
  public grow(): void {
    for (const group of this.groups) {
      const { scope } = group.part;
      if (scope === 'account') { continue; }
      const names = scope === 'key' ? this.watched.keyArns : this.watched.bucketNames;
      const size = PER_RULE[scope];
      const wanted = this.watched.account ? 1 : Math.ceil(names.length / size);
      for (let chunk = 0; chunk < wanted; chunk += 1) {
        const name = chunk === 0 ? group.name : `${group.name}-more-${chunk + 1}`;
        if (this.node.tryFindChild(name) !== undefined) { continue; }
        this.addRule(group, name, () => this.watched.account ? undefined : names.slice(chunk * size, (chunk + 1) * size));
      }
      if (this.watched.account) { this.dropSurplus(group); }
    }
  }

  private addRule(group: RuleGroup, name: string, watched: () => readonly string[] | undefined): void {
    const ruleName = `${this.prefix}-${name}`;
    const rule = new CfnRule(this, name, {
      name: ruleName,
      description: `${group.severity}: ${group.detections.map(({ title }) => title).join('; ')}`.slice(0, 512),
      state: stateOf(group),
      eventPattern: Lazy.uncachedAny({ produce: () => patternOf(group, watched()) }),
      targets: Lazy.uncachedAny({ produce: () => this.channels.targetsOf(group, this.runbook) }),
    });
    this.names.push(ruleName);
    this.intact.set(rule, () => {
      const { EventPattern, State, EventBusName, Targets } = finalState(rule).properties;
      const wanted = Stack.of(rule).resolve({ EventPattern: patternOf(group, watched()), State: stateOf(group) });
      return canonical({ EventPattern, State, EventBusName }) === canonical(wanted) && Array.isArray(Targets) && Targets.length > 0;
    });
  }

  /** Rules for further keys or buckets, made before the whole account was watched. */
  private dropSurplus(group: RuleGroup): void {
    for (let chunk = 1; this.node.tryRemoveChild(`${group.name}-more-${chunk + 1}`); chunk += 1) {
      this.names.splice(this.names.indexOf(`${this.prefix}-${group.name}-more-${chunk + 1}`), 1);
    }
  }
}

// Calls that only read reach a rule in this state alone, which the L2 of the CDK cannot set:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
function stateOf({ part }: RuleGroup): string {
  return part.readOnly === true ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED';
}
