import { Annotations, ArnFormat, CfnGuardHook, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { EncryptionHookProps } from './encryption-hook-props';
import { STACK_RULES, TEMPLATE_RULES } from './template-rules';
import { SSE_S3_REASON_TAG } from '../bucket';
import { ValidationError } from '../private/errors';
import { acknowledge, resourceFinding } from '../private/findings';
import { madeElsewhere } from '../private/once-in-region';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-guardhook.html */
const TARGETS = ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey'];
const ALIAS = /^(?!aws)[A-Za-z0-9]{2,64}(::[A-Za-z0-9]{2,64}){2}$/i;
/** After the alias of the one is that of the other, whose last part is this much longer. */
const OF_STACKS = 'Stacks';
const LONGEST_PART = 64;

/**
 * Stops deployments of CloudFormation, of whatever tool, that would make a bucket or a key other than `EncryptionValidations` asks for
 * at synthesis: by the same rules of Guard, before the resource is made or changed.
 *
 * For every stack of the account in this region. One hook looks at each bucket, bucket policy and key that is made or changed, by
 * itself: SSE-C has to be blocked by the bucket, since a policy that denies it is not seen with it, and plain HTTP denied by one
 * statement of the policy, as `enforceSSL` writes it. Another one looks at the templates of stacks and change sets whole, for buckets
 * without a policy: an update of an old stack that has such a bucket is stopped too, whatever it changes, and a policy that another
 * stack makes for the bucket is not seen. Of buckets that say the very same in the template, as those without any property do,
 * it asks for one policy only, and so it does of those under the same condition: `EncryptionValidations` tells them apart.
 *
 * A bucket that is under SSE-S3 on purpose, such as a target of access logs, says why in the tag `SSE_S3_REASON_TAG`. Those that
 * this library makes have it; `Tags.of(bucket).add(EncryptionHook.SSE_S3_REASON_TAG, 'reason')` puts it onto others.
 *
 * Costs what CloudFormation takes for the operations of hooks, if anything: its pricing page says which.
 *
 * @see https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/guard-hooks.html
 * @see https://aws.amazon.com/cloudformation/pricing/
 * @example
 * new EncryptionHook(this, 'Hook', {
 *   warnOnlyBecause: 'two weeks to see what it would stop',
 * });
 */
export class EncryptionHook extends Construct {
  /**
   * The key of the tag with which a bucket under SSE-S3 says why: `cdk-s3-encryption:sse-s3-because`. An empty value is no reason.
   *
   * Whoever may write a template may set it; AWS Config shows it with the bucket.
   */
  public static readonly SSE_S3_REASON_TAG: string = SSE_S3_REASON_TAG;

  /** The ARN of the hook that looks at resources. */
  public readonly hookArn: string;

  /** The ARN of the hook that looks at whole templates. */
  public readonly stackHookArn: string;

  constructor(scope: Construct, id: string, props: EncryptionHookProps = {}) {
    super(scope, id);
    const { alias = 'CdkS3Encryption::Rules::Hook', warnOnlyBecause, excludedStackNames, logBucket } = props;
    this.refuse(alias, warnOnlyBecause, excludedStackNames);
    if (warnOnlyBecause !== undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:EncryptionHook.warnsOnly', `deployments that break a rule go on. Reason given: ${warnOnlyBecause}`);
    }
    const rules = new Asset(this, 'Rules', { path: TEMPLATE_RULES });
    const stackRules = new Asset(this, 'StackRules', { path: STACK_RULES });
    const role = this.makeRole();
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [rules, stackRules].map(({ bucket, s3ObjectKey }) => bucket.arnForObjects(s3ObjectKey)),
    }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [rules.bucket.bucketArn] }));
    if (logBucket !== undefined) {
      acknowledge(role, resourceFinding(role, logBucket.arnForObjects('*')), 'CloudFormation names the reports.');
      acknowledge(role, 'AwsSolutions-IAM5[Action::s3:Abort*]', 'It ends its own uploads, whose names it makes.');
      logBucket.grantPut(role);
    }
    const common = {
      executionRole: role.roleArn,
      failureMode: warnOnlyBecause === undefined ? 'FAIL' : 'WARN',
      hookStatus: 'ENABLED',
      logBucket: logBucket?.bucketName,
      stackFilters: excludedStackNames === undefined ? undefined : { filteringCriteria: 'ANY', stackNames: { exclude: excludedStackNames } },
    };
    const hook = new CfnGuardHook(this, 'Hook', {
      ...common,
      alias,
      ruleLocation: { uri: rules.s3ObjectUrl },
      targetOperations: ['RESOURCE'],
      targetFilters: {
        targets: TARGETS.flatMap((targetName) => ['CREATE', 'UPDATE'].map((action) => ({ action, invocationPoint: 'PRE_PROVISION', targetName }))),
      },
    });
    const stackHook = new CfnGuardHook(this, 'StackHook', {
      ...common,
      alias: `${alias}${OF_STACKS}`,
      ruleLocation: { uri: stackRules.s3ObjectUrl },
      // A change set is looked at when it is made, and what a stack becomes without one, or when it is executed, as a stack.
      targetOperations: ['STACK', 'CHANGE_SET'],
    });
    // Not DELETE: a stack can be deleted whatever its template has. The type of the CDK asks for 'targets', which are for resources.
    stackHook.addPropertyOverride('TargetFilters', { Actions: ['CREATE', 'UPDATE'] });
    for (const one of [hook, stackHook]) { one.node.addDependency(role.node.findChild('DefaultPolicy')); } // what it may read
    this.hookArn = hook.attrHookArn;
    this.stackHookArn = stackHook.attrHookArn;
  }

  /** https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/guard-hooks-prepare-iam-role.html */
  private makeRole(): iam.Role {
    const stack = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      description: 'CloudFormation reads the rules of a hook about encryption',
      assumedBy: new iam.ServicePrincipal('hooks.cloudformation.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'cloudformation', resource: 'type', resourceName: 'hook/*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME }) },
        },
      }),
    });
    acknowledge(role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
    return role;
  }

  private refuse(alias: string, warnOnlyBecause: string | undefined, excluded: string[] | undefined): void {
    if (!ALIAS.test(alias)) {
      throw new ValidationError('AliasInvalid', `'alias' must be three parts of 2 to 64 letters and digits, between them '::', and not of AWS, got '${alias}': for example 'Example::Encryption::Hook'`, this);
    }
    const last = alias.slice(alias.lastIndexOf(':') + 1);
    if (last.length > LONGEST_PART - OF_STACKS.length) {
      throw new ValidationError('AliasTooLong', `'alias' must have a last part of at most ${LONGEST_PART - OF_STACKS.length} characters, got ${last.length} in '${alias}': the hook for whole templates is called so too, with '${OF_STACKS}' at the end`, this);
    }
    const other = madeElsewhere(this, `hook ${alias}`);
    if (other !== undefined) {
      throw new ValidationError('AliasTwice', `'alias' must be another one for each EncryptionHook of an account and region, got '${alias}', which ${other.node.path} has: one hook looks at every stack, so remove this one, or give it an alias of its own`, this);
    }
    if (warnOnlyBecause?.trim() === '') {
      throw new ValidationError('ReasonMissing', `'warnOnlyBecause' must say why, got '${warnOnlyBecause}': whoever reads the warning wants to know`, this);
    }
    if (excluded?.length === 0) { throw new ValidationError('NothingExcluded', '\'excludedStackNames\' must name at least one stack, got []: leave it out', this); }
    const { region } = Stack.of(this);
    if (/^(cn|us-gov)-/.test(region)) {
      throw new ValidationError('NoHookInRegion', `EncryptionHook must not be in ${region}, where CloudFormation has no hooks of Guard: use EncryptionValidations at synthesis`, this);
    }
  }
}
