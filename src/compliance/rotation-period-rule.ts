import { Duration, Stack } from 'aws-cdk-lib';
import * as config from 'aws-cdk-lib/aws-config';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { descriptionOf, logicalName } from './rule-resources';
import type { RuleSpec } from './rule-spec';
import { acknowledge } from '../private/findings';
import { makeHandler } from '../private/handler';

const CONFIG = 'config.amazonaws.com';

/** A rule as others refer to it, and as it stands in the template. */
export interface OwnRule {
  readonly rule: config.IRule;
  readonly resource: config.CfnConfigRule;
}

/** The function behind the rules about the period of rotation: one for all keys. */
export class RotationPeriod extends Construct {
  private readonly handler: lambda.Function;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.handler = makeHandler(this, 'Function', 'compliance/rotation-period', {
      description: 'Tells AWS Config how often watched keys are rotated. Invoked by AWS Config',
      memorySize: 256,
      timeout: Duration.minutes(1),
    });
    // The ARN of a rule is known only once it is there, and it is refused while it may not call.
    // https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html
    this.handler.addPermission('Config', { principal: new iam.ServicePrincipal(CONFIG), sourceAccount: Stack.of(this).account });
    this.handler.addToRolePolicy(new iam.PolicyStatement({ actions: ['config:PutEvaluations'], resources: ['*'] })); // has no resources
    const role = this.handler.role!;
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'config:PutEvaluations has no resources; what is told needs the token of the call.');
    acknowledge(role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
    acknowledge(this.node.findChild('FunctionLog'), 'NIST.800.53.R5-CloudWatchLogGroupEncrypted',
      'The log has ids of keys and how often they are rotated; CloudWatch Logs encrypts it with keys of its own.');
    acknowledge(this.handler, 'NIST.800.53.R5-LambdaConcurrency', 'AWS Config calls it once a day for each key.');
    acknowledge(this.handler, 'NIST.800.53.R5-LambdaDLQ', 'AWS Config shows the failure of a rule, and calls again.');
    acknowledge(this.handler, 'NIST.800.53.R5-LambdaInsideVPC', 'It calls AWS Config and KMS and sees no data.');
  }

  /** A rule about one key, which is there after what it needs. */
  public addRule(scope: Construct, spec: RuleSpec, key: kms.IKey, maximumDays: string): OwnRule {
    const id = logicalName(spec.id);
    this.handler.addToRolePolicy(new iam.PolicyStatement({ actions: ['kms:DescribeKey', 'kms:GetKeyRotationStatus'], resources: [key.keyArn] }));
    const rule = new config.CfnConfigRule(scope, id, {
      description: descriptionOf(spec),
      inputParameters: { keyArn: key.keyArn, maximumDays },
      source: {
        owner: 'CUSTOM_LAMBDA',
        sourceIdentifier: this.handler.functionArn,
        sourceDetails: [{ eventSource: 'aws.config', messageType: 'ScheduledNotification', maximumExecutionFrequency: 'TwentyFour_Hours' }],
      },
    });
    rule.node.addDependency(this.handler.node.findChild('Config'));
    return { rule: config.ManagedRule.fromConfigRuleName(scope, `${id}Rule`, rule.ref), resource: rule };
  }
}
