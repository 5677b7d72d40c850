import { Annotations, ArnFormat, CfnGuardHook, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { EncryptionHookProps } from './encryption-hook-props';
import { TEMPLATE_RULES } from './encryption-validations';
import { ValidationError } from '../private/errors';
import { acknowledge, resourceFinding } from '../private/findings';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-guardhook.html */
const TARGETS = ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key'];
const ALIAS = /^(?!aws)[A-Za-z0-9]{2,64}(::[A-Za-z0-9]{2,64}){2}$/i;

/**
 * Stops deployments of CloudFormation, of whatever tool, that would make a bucket or a key other than `EncryptionValidations` asks for
 * at synthesis: by the same rules of Guard, before the resource is made or changed.
 *
 * For every stack of the account in this region. It sees one resource at a time: a bucket that has no policy at all passes, and so a
 * target of access logs under SSE-S3 is stopped, unless its stack is excluded.
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
  /** The ARN of the hook. */
  public readonly hookArn: string;

  constructor(scope: Construct, id: string, props: EncryptionHookProps = {}) {
    super(scope, id);
    const { alias = 'CdkS3Encryption::Rules::Hook', warnOnlyBecause, excludedStackNames, logBucket } = props;
    this.refuse(alias, warnOnlyBecause, excludedStackNames);
    if (warnOnlyBecause !== undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:EncryptionHook.warnsOnly', `deployments that break a rule go on. Reason given: ${warnOnlyBecause}`);
    }
    const rules = new Asset(this, 'Rules', { path: TEMPLATE_RULES });
    const role = this.makeRole();
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [rules.bucket.arnForObjects(rules.s3ObjectKey)] }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [rules.bucket.bucketArn] }));
    if (logBucket !== undefined) {
      acknowledge(role, resourceFinding(role, logBucket.arnForObjects('*')), 'CloudFormation names the reports.');
      acknowledge(role, 'AwsSolutions-IAM5[Action::s3:Abort*]', 'Of its own uploads.');
      logBucket.grantPut(role);
    }
    const hook = new CfnGuardHook(this, 'Hook', {
      alias,
      executionRole: role.roleArn,
      failureMode: warnOnlyBecause === undefined ? 'FAIL' : 'WARN',
      hookStatus: 'ENABLED',
      logBucket: logBucket?.bucketName,
      ruleLocation: { uri: rules.s3ObjectUrl },
      targetOperations: ['RESOURCE'],
      targetFilters: {
        targets: TARGETS.flatMap((targetName) => ['CREATE', 'UPDATE'].map((action) => ({ action, invocationPoint: 'PRE_PROVISION', targetName }))),
      },
      stackFilters: excludedStackNames === undefined ? undefined : { filteringCriteria: 'ANY', stackNames: { exclude: excludedStackNames } },
    });
    hook.node.addDependency(role.node.findChild('DefaultPolicy')); // what it may read
    this.hookArn = hook.attrHookArn;
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
