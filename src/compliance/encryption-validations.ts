import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import {
  CloudFormationValidatePlugin, type IPolicyValidationContext, type IPolicyValidationPlugin, type PolicyValidationPluginReport,
  type PolicyViolatingResource, type PolicyViolation,
} from 'aws-cdk-lib';
import { bucketsUnderAlias, bucketsWithoutPolicy, logTargets, policiesOfParts, readTemplate, type Resources } from './template-facts';

/** Where the rules for templates are, seen from `lib/compliance` and from `src/compliance`. */
export const TEMPLATE_RULES = join(__dirname, '..', '..', 'assets', 'compliance', 'template-rules');

/** What a rule says where a template leaves out what it asks about. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  default_key: 'the bucket has no default encryption, which means SSE-S3: use SecureBucket, or s3.Bucket with encryptionKey',
  sse_c_blocked: 'SSE-C is not blocked: set blockedEncryptionTypes to [s3.BlockedEncryptionType.SSE_C]',
  tls_only: 'plain HTTP is not denied to everybody: set enforceSSL',
  key_rotation: 'the key is not rotated: set enableKeyRotation',
  bucket_key: 'the S3 Bucket Key is off, and every object costs a request to KMS: set bucketKeyEnabled',
};

/** What Guard cannot ask: which resource belongs to which, and what a text that is put together says. */
const BEYOND_GUARD: readonly { readonly ruleName: string; readonly description: string; readonly find: (resources: Resources) => string[] }[] = [
  { ruleName: 'tls_only', description: 'the bucket has no policy, so plain HTTP is not denied: set enforceSSL', find: bucketsWithoutPolicy },
  { ruleName: 'tls_only', description: 'plain HTTP is not denied for the bucket and all of its objects: set enforceSSL', find: policiesOfParts },
  {
    ruleName: 'default_key',
    description: 'the default encryption names an alias, which can be moved to any other key: name the key itself',
    find: bucketsUnderAlias,
  },
];

/**
 * Looks at every bucket, bucket policy and key of an app at synthesis, whoever made them, and ends the synthesis where one is not
 * as `EncryptionCompliance` will ask for once it is deployed: SSE-KMS under a key that the template names, the Bucket Key on, SSE-C
 * blocked, plain HTTP denied, keys rotated.
 *
 * A bucket that takes the access logs of another one of its stack is not asked for a key. What is meant to be is acknowledged where
 * it is made: `Validations.of(bucket).acknowledge({ id: 'cdk-s3-encryption::default_key', reason: '…' })`.
 *
 * Starts an engine at the end of the synthesis: 1 to 3 seconds. Costs nothing.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 * @example
 * Validations.of(app).addPlugins(new EncryptionValidations());
 */
export class EncryptionValidations implements IPolicyValidationPlugin {
  /** Names the plugin in reports and acknowledgements: `cdk-s3-encryption`. */
  public readonly name: string = 'cdk-s3-encryption';

  /** The rules, as reports and acknowledgements name them. */
  public readonly ruleIds?: string[] = Object.keys(LEFT_OUT).sort();

  /** What is not as it should be, in the templates of an app. The CDK calls it. */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const guardRules = readdirSync(TEMPLATE_RULES).sort().map((file) => ({ name: file, content: readFileSync(join(TEMPLATE_RULES, file), 'utf8') }));
    const engine = new CloudFormationValidatePlugin({ guardRules, includeDefaultRules: false });
    const { violations } = engine.validate(context);
    const found = [
      ...violations.flatMap((violation) => findingsOf(violation)),
      ...context.stackTemplates.flatMap(({ templatePath }) => BEYOND_GUARD.flatMap(({ ruleName, description, find }) =>
        find(readTemplate(templatePath)).map((resourceLogicalId): Finding => (
          { ruleName, description, resource: { resourceLogicalId, templatePath, locations: [] } })))),
    ];
    const reported = new Map(found.map((finding) => [`${finding.ruleName} ${finding.resource.templatePath} ${finding.resource.resourceLogicalId}`, finding]));
    return {
      success: reported.size === 0,
      violations: [...reported.values()].map(({ resource, ...finding }) => ({ ...finding, severity: 'error', violatingResources: [resource] })),
    };
  }
}

/** One rule and one resource: the engine reports each clause. */
interface Finding {
  readonly ruleName: string;
  readonly description: string;
  readonly resource: PolicyViolatingResource;
}

/** What the engine says, without what is meant to be and in words that help. */
function findingsOf({ ruleName, description, violatingResources }: PolicyViolation): Finding[] {
  const unclear = ruleName === 'tls_only' || /^Guard check .* is missing$/s.test(description);
  return violatingResources
    .filter(({ templatePath, resourceLogicalId }) =>
      ruleName !== 'default_key' || templatePath === undefined || !logTargets(readTemplate(templatePath)).includes(resourceLogicalId ?? ''))
    .map((resource) => ({ ruleName, resource, description: unclear ? LEFT_OUT[ruleName] ?? description : description.replace(/^[\w.]+: /, '') }));
}
