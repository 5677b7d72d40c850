import { Token } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';
import { referentOf } from '../private/tokens';

/** Options of `Notify.slack`. */
export interface SlackChannel {
  /**
   * The id of the workspace, `T` and letters and digits: shown by the chat service once an
   * administrator has authorised it there by hand, which no template can do.
   *
   * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/slack-setup.html
   */
  readonly workspaceId: string;

  /**
   * The id of the channel, `C` and letters and digits: at the end of the channel's link.
   */
  readonly channelId: string;
}

/** Where notifications go. Rendered by `Channels`. */
export type NotifyKind =
  | { readonly to: 'email'; readonly address: string }
  | { readonly to: 'topic'; readonly topic: sns.ITopic }
  | { readonly to: 'slack'; readonly channel: SlackChannel }
  | { readonly to: 'lambda'; readonly function: lambda.IFunction }
  | { readonly to: 'incident'; readonly responsePlanArn: string };

/**
 * Who hears of a detection.
 *
 * @example
 * new EncryptionAlarms(this, 'Alarms', {
 *   notify: [
 *     Notify.email('security@example.com'),
 *     Notify.slack({ workspaceId: 'T012ABCDEF', channelId: 'C012ABCDEF' }),
 *   ],
 * });
 */
export class Notify {
  /**
   * Mails a text that a person can act on.
   *
   * The address has to confirm by the link in a first mail, and gets nothing before. Costs 2 USD
   * per 100,000 mails.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
   */
  public static email(address: string): Notify {
    if (!Token.isUnresolved(address) && !/^[^\s@]+@[^\s@]+$/.test(address)) {
      throw new ValidationError('AddressInvalid', `'address' must be an email address, got '${address}'`);
    }
    return new Notify({ to: 'email', address });
  }

  /**
   * Publishes to a topic that you have, beside the construct's own.
   *
   * A topic of this app gets the statements that let CloudWatch and EventBridge publish, and so does
   * its key. For an imported topic a warning prints them, since only its owner can add them: without
   * them nothing arrives.
   */
  public static topic(topic: sns.ITopic): Notify {
    if (topic.fifo) {
      throw new ValidationError('TopicFifo', '\'topic\' must be a standard topic: CloudWatch alarms cannot publish to a FIFO topic', topic);
    }
    return new Notify({ to: 'topic', topic });
  }

  /**
   * Posts to a Slack channel, through Amazon Q Developer in chat applications (once AWS Chatbot).
   *
   * One configuration of a channel may exist in an account: give an existing one the topic
   * `chatTopic` of the alarms instead. Costs nothing beside SNS.
   *
   * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/what-is.html
   */
  public static slack(channel: SlackChannel): Notify {
    for (const [prop, value] of Object.entries(channel)) {
      if (!Token.isUnresolved(value) && !/^[A-Z0-9]{1,255}$/.test(value)) {
        throw new ValidationError('SlackIdInvalid', `'${prop}' must be an id of capital letters and digits, such as ${prop === 'channelId' ? 'C' : 'T'}012ABCDEF, got '${value}': the name will not do`);
      }
    }
    return new Notify({ to: 'slack', channel });
  }

  /** Calls a function with the SNS event of each notification. What it cannot take ends in the dead-letter queue. */
  public static lambda(handler: lambda.IFunction): Notify {
    return new Notify({ to: 'lambda', function: handler });
  }

  /**
   * Starts an incident of AWS Systems Manager Incident Manager with a response plan that you have.
   *
   * The service takes no new customers since 7 November 2025; those who have it can go on. Costs 7 USD
   * per response plan and month.
   *
   * @param responsePlanArn its full ARN, `arn:aws:ssm-incidents::111122223333:response-plan/name`
   * @see https://docs.aws.amazon.com/incident-manager/latest/userguide/incident-creation.html
   */
  public static incident(responsePlanArn: string): Notify {
    if (!Token.isUnresolved(responsePlanArn) && !/^arn:[^:]+:ssm-incidents::\d{12}:response-plan\/[\w-]+$/.test(responsePlanArn)) {
      throw new ValidationError('ResponsePlanInvalid', `'responsePlanArn' must be the full ARN of a response plan, arn:aws:ssm-incidents::ACCOUNT:response-plan/NAME, got '${responsePlanArn}'`);
    }
    return new Notify({ to: 'incident', responsePlanArn });
  }

  private constructor(
    /** @internal */
    public readonly _kind: NotifyKind,
  ) {}
}

/** Whether both are the same receiver, whoever wrote it down. */
export function sameReceiver(scope: IConstruct, a: Notify, b: Notify): boolean {
  const nameOf = ({ _kind }: Notify): string => {
    switch (_kind.to) {
      case 'email': return _kind.address;
      case 'topic': return _kind.topic.topicArn;
      case 'slack': return `${_kind.channel.workspaceId}/${_kind.channel.channelId}`;
      case 'lambda': return _kind.function.functionArn;
      case 'incident': return _kind.responsePlanArn;
    }
  };
  return a._kind.to === b._kind.to && referentOf(scope, nameOf(a)) === referentOf(scope, nameOf(b));
}
