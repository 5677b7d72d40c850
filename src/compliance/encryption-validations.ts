import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import {
  CloudFormationValidatePlugin, type IPolicyValidationContext, type IPolicyValidationPlugin, type PolicyValidationPluginReport,
  type PolicyViolatingResource, type PolicyViolation,
} from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { allTemplates, type StackTemplate } from './all-templates';
import { formsIn, stackAt } from './approved-in-template';
import type { EncryptionValidationsProps } from './encryption-validations-props';
import { checkKeys } from './expected-encryption';
import { maximumDaysOf, YEARLY } from './rotation-days';
import {
  bucketsThatDenyCustomerKeys, bucketsUnderAlias, bucketsWithoutKey, bucketsWithoutPolicy, keysOfBuckets, logTargets, policiesOfParts, readTemplate,
  type Resources, rotationPeriods,
} from './template-facts';
import { TEMPLATE_RULES } from './template-rules';
import { flat, located } from './template-text';
import { ValidationError } from '../private/errors';

/** What a rule says where a template leaves out what it asks about. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  default_key: 'the bucket has no default encryption, which means SSE-S3: use SecureBucket, or s3.Bucket with encryptionKey',
  sse_c_blocked: 'SSE-C is not blocked: set blockedEncryptionTypes to [s3.BlockedEncryptionType.SSE_C]',
  tls_only: 'plain HTTP is not denied to everybody: set enforceSSL',
  key_rotation: 'the key is not rotated: set enableKeyRotation',
  bucket_key: 'the S3 Bucket Key is off, and every object costs a request to KMS: set bucketKeyEnabled',
  key_usable: 'the key is disabled, and nobody can read what is under it: set enabled, or leave it out',
};

type Look = (resources: Resources) => { readonly ruleName: string; readonly id: string; readonly description: string }[];

/** What Guard cannot ask: which resource belongs to which, and what a text that is put together says. */
const BEYOND_GUARD: readonly Look[] = [
  found('tls_only', 'the bucket has no policy, so plain HTTP is not denied: set enforceSSL', bucketsWithoutPolicy),
  found('tls_only', 'plain HTTP is not denied for the bucket and all of its objects: set enforceSSL', policiesOfParts),
  found('default_key', 'the default encryption names an alias, which can be moved to any other key: name the key itself', bucketsUnderAlias),
  found('default_key', 'the default encryption may name no key, which means the AWS managed key aws/s3: name one under every condition', bucketsWithoutKey),
];

/**
 * Looks at every bucket, bucket policy and key of an app at synthesis, whoever made them, and ends the synthesis where one is not
 * as `EncryptionCompliance` will ask for once it is deployed: SSE-KMS under a key that the template names, the Bucket Key on, SSE-C
 * blocked or denied by the policy, plain HTTP denied, keys rotated and not disabled. A policy counts for its bucket where it has no
 * condition of the template or that of the bucket, and plain HTTP is denied where one statement does it as `enforceSSL` writes it:
 * one that says the same otherwise, in two statements or with `BoolIfExists`, is reported, as AWS Config will.
 *
 * A bucket that takes the access logs of another one of its stack is not asked for a key, nor is one under SSE-S3 that says why in the
 * tag `EncryptionHook.SSE_S3_REASON_TAG`. What else is meant to be is acknowledged where it is made:
 * `Validations.of(bucket).acknowledge({ id: 'cdk-s3-encryption::default_key', reason: '…' })`.
 *
 * Starts an engine at the end of the first synthesis of a process: 1 to 3 seconds. Costs nothing.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 * @example
 * Validations.of(app).addPlugins(new EncryptionValidations({ maximumKeyRotationPeriod: Duration.days(365) }));
 */
export class EncryptionValidations implements IPolicyValidationPlugin {
  /** Names the plugin in reports and acknowledgements: `cdk-s3-encryption`. */
  public readonly name: string = 'cdk-s3-encryption';

  /** The rules, as reports and acknowledgements name them. */
  public readonly ruleIds?: string[] = Object.keys(LEFT_OUT).sort();

  private readonly approvedKeys?: kms.IKey[];
  private readonly maximumDays?: number;

  constructor(props: EncryptionValidationsProps = {}) {
    this.approvedKeys = props.approvedKeys;
    checkKeys(undefined, this.approvedKeys ?? [], this.approvedKeys !== undefined);
    this.maximumDays = maximumDaysOf(undefined, props.maximumKeyRotationPeriod);
  }

  /** What is not as it should be, in the templates of an app. The CDK calls it. */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    // A template without resources breaks nothing, and Guard would miss them.
    const stackTemplates = allTemplates(context).filter(({ templatePath }) => Object.keys(readTemplate(templatePath)).length > 0);
    const { violations } = engine().validate({ ...context, stackTemplates, templatePaths: stackTemplates.map(({ templatePath }) => templatePath) });
    const all = [
      ...stackTemplates.flatMap(({ templatePath, ...template }) => {
        const resources = readTemplate(templatePath);
        const looks = [...BEYOND_GUARD, this.approved(context.appConstruct, template), this.rotatedOften()];
        return looks.flatMap((look) => look(resources)).map(({ id, ...finding }): Finding => (
          { ...finding, resource: { resourceLogicalId: id, templatePath, locations: [] } }));
      }),
      // The engine tells more than it was asked, about schemas: that is for the plugin of the CDK to report.
      ...violations.filter(({ ruleName }) => ruleName in LEFT_OUT).flatMap((violation) => findingsOf(violation)),
    ];
    const reported = new Map(all.map((finding) => [`${finding.ruleName} ${finding.resource.templatePath} ${finding.resource.resourceLogicalId}`, finding]));
    return {
      success: reported.size === 0,
      violations: [...reported.values()].map(({ resource, ...finding }) => ({ ...finding, severity: 'error', violatingResources: [resource] })),
    };
  }

  private approved(root: IConstruct, { stackConstructPath: path, region, accountId }: Omit<StackTemplate, 'templatePath'>): Look {
    if (this.approvedKeys === undefined) { return () => []; }
    const inText = (text: string) => located(text, region, accountId);
    const stack = stackAt(root, path);
    if (stack === undefined) { throw new ValidationError('StackUnknown', `'approvedKeys' cannot be looked for in the template of ${path}, which is no stack of this app: leave it out`); }
    const forms = new Set(formsIn(stack, this.approvedKeys).map(inText));
    const names = this.approvedKeys.map(({ node }) => node.path).join(', ');
    return (resources) => keysOfBuckets(resources).filter(([, key]) => !forms.has(inText(flat(key)))).map(([id, key]) => (
      { ruleName: 'default_key', id, description: `the default encryption is under a key that is not approved, ${JSON.stringify(key)}: use one of approvedKeys, ${names}` }));
  }

  private rotatedOften(): Look {
    const most = this.maximumDays;
    if (most === undefined) { return () => []; }
    const seldom = (days: unknown) => !(Number(days ?? YEARLY) <= most);
    return (resources) => rotationPeriods(resources).filter(([, days]) => seldom(days)).map(([id, days]) => (
      { ruleName: 'key_rotation', id, description: `the key is rotated every ${JSON.stringify(days ?? YEARLY)} days: set rotationPeriod to ${most} days or fewer` }));
  }
}

let started: CloudFormationValidatePlugin | undefined;

/** One for the process: each takes a second to start and 130 MB that it never gives back, and tests of an app synthesize it often. */
function engine(): CloudFormationValidatePlugin {
  started ??= new CloudFormationValidatePlugin({
    guardRules: readdirSync(TEMPLATE_RULES).sort().map((file) => ({ name: file, content: readFileSync(join(TEMPLATE_RULES, file), 'utf8') })),
    includeDefaultRules: false,
  });
  return started;
}

function found(ruleName: string, description: string, find: (resources: Resources) => string[]): Look {
  return (resources) => find(resources).map((id) => ({ ruleName, id, description }));
}

/** One rule and one resource: the engine reports each clause. */
interface Finding {
  readonly ruleName: string;
  readonly description: string;
  readonly resource: PolicyViolatingResource;
}

/** Resources that a rule is not for, which Guard cannot tell. */
const MEANT: Readonly<Record<string, ((resources: Resources) => string[]) | undefined>> = {
  default_key: logTargets, sse_c_blocked: bucketsThatDenyCustomerKeys,
};

/** What the engine says, without what is meant to be and in words that help. */
function findingsOf({ ruleName, description, violatingResources }: PolicyViolation): Finding[] {
  const unclear = ruleName === 'tls_only' || /^Guard check .* is missing$/s.test(description);
  const isMeant = ({ templatePath, resourceLogicalId = '' }: PolicyViolatingResource) =>
    templatePath !== undefined && MEANT[ruleName]?.(readTemplate(templatePath)).includes(resourceLogicalId) === true;
  return violatingResources.filter((resource) => !isMeant(resource))
    .map((resource) => ({ ruleName, resource, description: unclear ? LEFT_OUT[ruleName] ?? description : description.replace(/^[\w.]+: /, '') }));
}
