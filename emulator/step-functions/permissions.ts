import type { LocalAccount } from '../service/identities';
import type { Asked } from '../service/policy';

type Parameters = Readonly<Record<string, unknown>>;
type Needs = (parameters: Parameters, account: LocalAccount) => Asked[];

/**
 * What the role of a state machine needs for calls to services whose policies the local AWS does not ask, by service
 * and action. What is not here cannot be proven, and so is refused when a machine is made.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const NEEDS: Readonly<Record<string, Needs>> = {
  'cloudwatch:putMetricData': ({ Namespace }) => [{ action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': String(Namespace) } }],
  'eventbridge:putEvents': ({ Entries }, account) => (Array.isArray(Entries) ? Entries as Parameters[] : []).map((entry) => {
    const bus = String(entry.EventBusName ?? 'default');
    return {
      action: 'events:PutEvents',
      resource: bus.startsWith('arn:') ? bus : `arn:${partitionOf(account.region)}:events:${account.region}:${account.account}:event-bus/${bus}`,
      context: { 'events:source': String(entry.Source), 'events:detail-type': String(entry.DetailType) },
    };
  }),
  'sns:publish': ({ TopicArn, TargetArn, PhoneNumber }) => [{ action: 'sns:Publish', resource: String(TopicArn ?? TargetArn ?? PhoneNumber), context: {} }],
};

/** Whether it can be told what an action of such a service needs. */
export function isProvable(service: string, action: string): boolean {
  return Object.hasOwn(NEEDS, `${service}:${action}`);
}

export function needsOf(service: string, action: string, parameters: Parameters, account: LocalAccount): Asked[] {
  return NEEDS[`${service}:${action}`](parameters, account);
}

export function partitionOf(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
