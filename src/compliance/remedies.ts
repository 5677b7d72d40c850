import { readFileSync } from 'fs';
import { join } from 'path';
import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import * as config from 'aws-cdk-lib/aws-config';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { ComplianceRemediation } from './compliance-remediation';
import type { ExpectedEncryption } from './expected-encryption';
import { WITHOUT_REMEDIATION } from './remediation-regions';
import { logicalName } from './rule-resources';
import type { RuleSpec } from './rule-spec';
import { ValidationError } from '../private/errors';
import { acknowledge } from '../private/findings';

/** Where the automations are, seen from `lib/compliance` and from `src/compliance`. */
const FOLDER = join(__dirname, '..', '..', 'assets', 'compliance', 'documents');

/** https://docs.aws.amazon.com/config/latest/APIReference/API_StaticValue.html */
const MOST_VALUES = 25;

type Remedy = NonNullable<RuleSpec['remedy']>;

interface Automation {
  readonly file: string;
  readonly description: string;
  /** What the script is given, and what each of it means. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly subject: string;
  readonly actions: readonly string[];
}

const AUTOMATIONS: Readonly<Record<Remedy, Automation>> = {
  'bucket-encryption': {
    file: 'set-bucket-encryption',
    description: 'Sets the default encryption of a bucket: its algorithm, its key, the S3 Bucket Key and the block of SSE-C. Leaves alone a bucket that has them.',
    parameters: {
      BucketName: 'The bucket.',
      ExpectedBucketOwner: 'The account that owns it.',
      AllowedSSEAlgorithms: 'aws:kms, aws:kms:dsse or AES256. A bucket that has another one gets the first. None: whatever it has stays.',
      ApprovedKMSKeyArns: 'The keys that the bucket may be under. None: whatever it has stays. A bucket that is under another one gets the first.',
      EnableBucketKey: 'true to turn the S3 Bucket Key on, false to leave it as it is.',
      BlockSSEC: 'true to block SSE-C, false to leave it as it is.',
    },
    subject: 'AWS::S3::Bucket',
    actions: ['s3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration'],
  },
  'tls-policy': {
    file: 'deny-plain-http',
    description: 'Adds a statement to the policy of a bucket that denies plain HTTP to everybody. Leaves alone a bucket that has it.',
    parameters: { BucketName: 'The bucket.', ExpectedBucketOwner: 'The account that owns it.', Partition: 'The partition of its ARN.' },
    subject: 'AWS::S3::Bucket',
    actions: ['s3:GetBucketPolicy', 's3:PutBucketPolicy'],
  },
  'key-rotation': {
    file: 'enable-key-rotation',
    description: 'Turns on the automatic rotation of a key. Leaves alone a key that is rotated as often, or more.',
    parameters: { KeyId: 'The key.', RotationPeriodInDays: 'How often, in days, at least.' },
    subject: 'AWS::KMS::Key',
    actions: ['kms:GetKeyRotationStatus', 'kms:EnableKeyRotation'],
  },
};

/** The automations of one EncryptionCompliance, and the role that they act as. */
export class Remedies extends Construct {
  public readonly role: iam.Role;
  private readonly documents = new Map<Remedy, ssm.CfnDocument>();
  private readonly byHandOnly: boolean;

  constructor(scope: Construct, id: string, private readonly remediation: ComplianceRemediation) {
    super(scope, id);
    const stack = Stack.of(this);
    this.byHandOnly = WITHOUT_REMEDIATION.includes(stack.region);
    if (this.byHandOnly) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:EncryptionCompliance.remediationNotInRegion',
        `CloudFormation has no remediations of AWS Config in ${stack.region}: the automations are made, and nobody starts them but you, with StartAutomationExecution of Systems Manager. Make the remediations by PutRemediationConfigurations where AWS Config has them`);
    }
    this.role = new iam.Role(this, 'Role', {
      description: 'Sets watched buckets and keys right',
      // https://docs.aws.amazon.com/systems-manager/latest/userguide/cross-service-confused-deputy-prevention.html
      assumedBy: new iam.ServicePrincipal('ssm.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'ssm', resource: 'automation-execution', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME }) },
        },
      }),
    });
    acknowledge(this.role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
  }

  /** Whether there is nothing that they could set right. */
  public get idle(): boolean { return this.documents.size === 0; }

  /**
   * What sets one bucket right when it breaks a rule.
   *
   * @param asked every rule that looks at the bucket
   */
  public ofBucket(
    rule: config.IRule, spec: RuleSpec, bucket: s3.IBucket, { keys: approved, algorithms }: ExpectedEncryption, asked: readonly RuleSpec[],
  ): void {
    if (spec.remedy === undefined) { return; }
    const { account, partition } = Stack.of(this);
    // One automation sets everything: what no rule asks for stays, or a rule that somebody turned off would be enforced by the others.
    const asks = (id: string) => asked.some((other) => other.id === id);
    const keys = asks('default-key') ? approved.map(({ keyArn }) => keyArn) : [];
    if (keys.length > MOST_VALUES) {
      throw new ValidationError('TooManyKeys', `'approvedKeys' must be at most ${MOST_VALUES} where there is 'remediation', got ${keys.length}: AWS Config takes no more values for a parameter`, this);
    }
    this.attach(rule, spec.remedy, bucket.bucketArn, 'BucketName', {
      ExpectedBucketOwner: [account],
      ...spec.remedy === 'tls-policy' ? { Partition: [partition] } : {
        // Of a bucket under SSE-S3 only the block is asked for: what else it has stays.
        ...keys.length === 0 ? {} : { AllowedSSEAlgorithms: algorithms, ApprovedKMSKeyArns: keys },
        EnableBucketKey: [`${asks('bucket-key')}`],
        BlockSSEC: [`${asks('sse-c-blocked')}`],
      },
    });
  }

  /** What sets one key right when it breaks a rule. */
  public ofKey(rule: config.IRule, spec: RuleSpec, key: kms.IKey, days: string): void {
    if (spec.remedy === undefined) { return; }
    this.attach(rule, spec.remedy, key.keyArn, 'KeyId', { RotationPeriodInDays: [days] });
  }

  private attach(rule: config.IRule, remedy: Remedy, arn: string, subject: string, values: Readonly<Record<string, readonly string[]>>): void {
    const { actions, subject: resourceType } = AUTOMATIONS[remedy];
    this.role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [arn] }));
    const targetId = this.documentOf(remedy).ref;
    if (this.byHandOnly) { return; }
    const configuration = new config.CfnRemediationConfiguration(rule, 'Remediation', {
      configRuleName: rule.configRuleName,
      targetType: 'SSM_DOCUMENT',
      targetId,
      resourceType,
      automatic: this.remediation._automatic,
      maximumAutomaticAttempts: this.remediation._attempts,
      // Of the resources of one rule, which is one here: for whoever starts it for more, by another rule or by hand.
      executionControls: { ssmControls: { concurrentExecutionRatePercentage: 10, errorPercentage: 10 } },
      retryAttemptSeconds: this.remediation._retry.toSeconds(),
      parameters: {
        AutomationAssumeRole: fixed([this.role.roleArn]),
        [subject]: { ResourceValue: { Value: 'RESOURCE_ID' } },
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fixed(value)])),
      },
    });
    configuration.node.addDependency(this.role.node.findChild('DefaultPolicy')); // it may run at once
  }

  private documentOf(remedy: Remedy): ssm.CfnDocument {
    const known = this.documents.get(remedy);
    if (known !== undefined) { return known; }
    const document = new ssm.CfnDocument(this, logicalName(AUTOMATIONS[remedy].file), {
      documentType: 'Automation',
      documentFormat: 'JSON',
      updateMethod: 'NewVersion', // the name, and whoever refers to it, stays
      content: contentOf(AUTOMATIONS[remedy]),
    });
    this.documents.set(remedy, document);
    return document;
  }
}

function fixed(values: readonly string[]): object { return { StaticValue: { Values: values } }; }

/** Parameters that are lists, and what they are when nobody gives them. */
const LISTS: Readonly<Record<string, object>> = { AllowedSSEAlgorithms: { default: [] }, ApprovedKMSKeyArns: { default: [] } };

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html */
function contentOf({ file, description, parameters }: Automation): object {
  const names = Object.keys(parameters);
  const step = 'SetRight';
  return {
    schemaVersion: '0.3',
    description,
    assumeRole: '{{ AutomationAssumeRole }}',
    parameters: {
      AutomationAssumeRole: { type: 'AWS::IAM::Role::Arn', description: 'The role that the automation acts as.' },
      ...Object.fromEntries(names.map((name) => [name, {
        type: name in LISTS ? 'StringList' : 'String', description: parameters[name], ...LISTS[name],
      }])),
    },
    mainSteps: [{
      name: step,
      action: 'aws:executeScript',
      description,
      timeoutSeconds: 120,
      isEnd: true,
      inputs: {
        Runtime: 'python3.11',
        Handler: 'handler',
        InputPayload: Object.fromEntries(names.map((name) => [name, `{{ ${name} }}`])),
        Script: readFileSync(join(FOLDER, `${file}.py`), 'utf8'),
      },
      outputs: ['Changed', 'Before', 'After'].map((Name) => ({ Name, Selector: `$.Payload.${Name}`, Type: 'String' })),
    }],
    outputs: ['Changed', 'Before', 'After'].map((name) => `${step}.${name}`),
  };
}
