import { CustomResource, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { CfnSession } from 'aws-cdk-lib/aws-macie';
import { Construct, type IConstruct } from 'constructs';
import type { AutomatedDiscovery } from './automated-discovery';
import { lacksMacie } from './macie-regions';
import type { MacieSession } from './macie-session';
import { FindingPublishingFrequency } from './macie-session-options';
import { ValidationError } from '../private/errors';
import { acknowledge, resourceFinding } from '../private/findings';
import { makeHandler } from '../private/handler';
import { madeElsewhere } from '../private/once-in-region';

const ID = 'CdkS3EncryptionMacie';

/** What Macie has once in an account and region, and every `SensitiveDataDiscovery` of a stack shares. */
export class MacieParts extends Construct {
  public static of(scope: Construct): MacieParts {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(ID) as MacieParts | undefined ?? new MacieParts(stack);
  }

  private readonly handler: lambda.Function;
  private made?: CfnSession;
  private discovery?: CustomResource;
  private enables = false;
  private readonly later: IConstruct[] = [];

  private constructor(stack: Stack) {
    super(stack, ID);
    this.handler = makeHandler(this, 'Function', 'exposure/macie', {
      description: 'Makes and cancels jobs of Macie for SensitiveDataDiscovery. Invoked by CloudFormation',
      memorySize: 256,
      timeout: Duration.minutes(5),
    });
    this.let(['macie2:GetMacieSession'], '*');
    acknowledgeFunction(this.handler, this.node.findChild('FunctionLog'));
  }

  /** What needs Macie enabled is deployed after the session, if this stack makes one. */
  public afterSession(resource: IConstruct): void {
    this.later.push(resource);
    if (this.made !== undefined) { resource.node.addDependency(this.made); }
  }

  /** Makes the session where it is wanted, once. */
  public useSession(scope: Construct, { _make: options }: MacieSession): void {
    if (options === undefined) { return; }
    const stack = Stack.of(this);
    if (lacksMacie(this)) {
      throw new ValidationError('NoMacie', `'session' must be left to others in ${stack.region}, where CloudFormation has no Macie, got MacieSession.make(): make SensitiveDataDiscovery in the region of the buckets, or give MacieSession.existing() if Macie is offered there by now`, scope);
    }
    const findingPublishingFrequency = options.findingPublishingFrequency ?? FindingPublishingFrequency.FIFTEEN_MINUTES;
    if (this.made !== undefined) {
      if (this.made.findingPublishingFrequency !== findingPublishingFrequency) {
        throw new ValidationError('SessionDiffers', `'session' must be the same for all in the stack, which share it, got ${findingPublishingFrequency} beside ${this.made.findingPublishingFrequency}: give the same 'findingPublishingFrequency'`, scope);
      }
      return;
    }
    const other = stack.node.findAll().find((one) => one instanceof CfnSession && Stack.of(one) === stack) ?? madeElsewhere(this, 'session');
    if (other !== undefined) {
      throw new ValidationError('SessionTwice', `'session' must be made once, since an account has one in each region, got MacieSession.make() beside ${other.node.path}: give MacieSession.existing() here, and add a dependency on it`, scope);
    }
    this.made = new CfnSession(this, 'Session', { status: 'ENABLED', findingPublishingFrequency });
    // Disabling Macie deletes findings and jobs of everybody; only one that the same deployment enabled goes with its failure.
    this.made.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    for (const resource of this.later) { resource.node.addDependency(this.made); }
  }

  /** Turns automated discovery on, or makes sure that it is on: once, as the one of them asks that asks for more. */
  public useDiscovery({ _enable }: AutomatedDiscovery): void {
    this.enables ||= _enable;
    this.let(['macie2:GetAutomatedDiscoveryConfiguration'], '*');
    // Also where nothing is turned on any more: what the stack turned on before may have to be turned off.
    this.let(['macie2:ListMembers', 'macie2:UpdateAutomatedDiscoveryConfiguration'], '*');
    this.discovery ??= this.resource(this, 'AutomatedDiscovery', 'Custom::MacieAutomatedDiscovery', {
      Enable: Lazy.uncachedString({ produce: () => `${this.enables}` }),
    });
  }

  /** A job, which the end of its resource cancels. */
  public addJob(scope: Construct, properties: Record<string, unknown>): CustomResource {
    const jobs = Stack.of(this).formatArn({ service: 'macie2', resource: 'classification-job', resourceName: '*' });
    this.let(['macie2:DescribeBuckets', 'macie2:ListClassificationJobs', 'cloudwatch:GetMetricStatistics'], '*');
    this.let(['macie2:CreateClassificationJob', 'macie2:DescribeClassificationJob', 'macie2:TagResource', 'macie2:UpdateClassificationJob'], jobs);
    acknowledge(this.handler.role!, resourceFinding(this, jobs), 'Macie gives a job its id when it is made.');
    return this.resource(scope, 'Job', 'Custom::MacieClassificationJob', properties);
  }

  /** What is new in a bucket, and measured by nobody yet, the function lists before it makes a job. */
  public letList(bucketName: string, job: IConstruct): void {
    // By its name, which the job has too: the ARN would be one more export of another stack.
    const resources = [Stack.of(this).formatArn({ service: 's3', region: '', account: '', resource: bucketName })];
    const { policyDependable } = this.handler.role!.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources }));
    if (policyDependable !== undefined) { job.node.addDependency(policyDependable); } // of many buckets, some are in a policy of their own
  }

  private resource(scope: Construct, id: string, resourceType: string, properties: Record<string, unknown>): CustomResource {
    const resource = new CustomResource(scope, id, {
      serviceToken: this.handler.functionArn, resourceType, serviceTimeout: Duration.minutes(6), properties,
    });
    resource.node.addDependency(this.handler.role!.node.findChild('DefaultPolicy'));
    this.afterSession(resource);
    return resource;
  }

  /** Adding the same twice adds it once. */
  private let(actions: string[], resource: string): void {
    this.handler.addToRolePolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
  }
}

function acknowledgeFunction(handler: lambda.Function, log: IConstruct): void {
  const role = handler.role!;
  acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'Reading the session, the buckets, the jobs and their settings, and automated discovery have no resources in IAM.');
  acknowledge(role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
  acknowledge(log, 'NIST.800.53.R5-CloudWatchLogGroupEncrypted', 'The log has names of buckets and jobs; CloudWatch Logs encrypts it with keys of its own.');
  acknowledge(handler, 'NIST.800.53.R5-LambdaConcurrency', 'CloudFormation calls it once for each resource of a deployment.');
  acknowledge(handler, 'NIST.800.53.R5-LambdaDLQ', 'CloudFormation waits for its answer, and shows a failure.');
  acknowledge(handler, 'NIST.800.53.R5-LambdaInsideVPC', 'It calls Macie and CloudWatch, lists buckets, and sees no data.');
}
