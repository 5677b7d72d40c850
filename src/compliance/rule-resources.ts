import { Lazy, Stack } from 'aws-cdk-lib';
import * as config from 'aws-cdk-lib/aws-config';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct, IConstruct } from 'constructs';
import { guardPolicy } from './guard-policy';
import type { RuleSpec } from './rule-spec';
import { ValidationError } from '../private/errors';

/** What a rule compares with. */
export interface RuleParameters {
  readonly keys: readonly kms.IKey[];
  readonly algorithms: readonly string[];
  readonly exemptBucketNames: readonly string[];
  /** Tags that excuse SSE-S3. */
  readonly reasonTags: readonly string[];
  /** Known at the end only. Nothing stands for every bucket. */
  readonly bucketNames?: () => readonly string[];
}

export const NO_PARAMETERS: RuleParameters = { keys: [], algorithms: [], exemptBucketNames: [], reasonTags: [] };

/** One rule, for what the scope names. */
export function addRule(scope: Construct, spec: RuleSpec, parameters: RuleParameters, ruleScope?: config.RuleScope): config.IRule {
  const id = logicalName(spec.id);
  const description = descriptionOf(spec);
  if (spec.managed === undefined) {
    return new config.CustomPolicy(scope, id, { description, policyText: policyOf(scope, spec, parameters), ruleScope });
  }
  return new config.ManagedRule(scope, id, {
    description,
    identifier: spec.managed,
    inputParameters: inputOf(spec, parameters),
    // A rule that is run by time has no scope, but parameters.
    ruleScope: spec.periodic ? undefined : ruleScope,
    maximumExecutionFrequency: spec.periodic ? config.MaximumExecutionFrequency.TWENTY_FOUR_HOURS : undefined,
  });
}

/** Where a rule of an organization looks. */
export interface OrganizationRule {
  readonly name: string;
  readonly types: string[];
  readonly excludedAccounts?: string[];
}

/** The same rule for every account of the organization. */
export function addOrganizationRule(
  scope: Construct, spec: RuleSpec, parameters: RuleParameters, { name, types, excludedAccounts }: OrganizationRule,
): config.CfnOrganizationConfigRule {
  const description = descriptionOf(spec);
  const input = inputOf(spec, parameters);
  return new config.CfnOrganizationConfigRule(scope, logicalName(spec.id), {
    organizationConfigRuleName: name,
    excludedAccounts,
    ...spec.managed === undefined ? {
      organizationCustomPolicyRuleMetadata: {
        description,
        runtime: 'guard-2.x.x',
        policyText: policyOf(scope, spec, parameters),
        organizationConfigRuleTriggerTypes: ['ConfigurationItemChangeNotification', 'OversizedConfigurationItemChangeNotification'],
        resourceTypesScope: types,
      },
    } : {
      organizationManagedRuleMetadata: {
        description,
        ruleIdentifier: spec.managed,
        inputParameters: input === undefined ? undefined : Stack.of(scope).toJsonString(input),
        ...spec.periodic ? { maximumExecutionFrequency: 'TwentyFour_Hours' } : { resourceTypesScope: types },
      },
    },
  });
}

/** A rule as the template of a conformance pack has it. */
export function ruleInPack(scope: Construct, spec: RuleSpec, parameters: RuleParameters, name: string, types: string[]): object {
  return {
    Type: 'AWS::Config::ConfigRule',
    Properties: {
      ConfigRuleName: name,
      Description: descriptionOf(spec),
      ...spec.managed === undefined ? {
        Scope: { ComplianceResourceTypes: types },
        Source: {
          Owner: 'CUSTOM_POLICY',
          CustomPolicyDetails: { PolicyRuntime: 'guard-2.x.x', PolicyText: policyOf(scope, spec, parameters) },
          SourceDetails: ['ConfigurationItemChangeNotification', 'OversizedConfigurationItemChangeNotification']
            .map((MessageType) => ({ EventSource: 'aws.config', MessageType })),
        },
      } : {
        InputParameters: inputOf(spec, parameters),
        ...spec.periodic ? { MaximumExecutionFrequency: 'TwentyFour_Hours' } : { Scope: { ComplianceResourceTypes: types } },
        Source: { Owner: 'AWS', SourceIdentifier: spec.managed },
      },
    },
  };
}

/**
 * How many fit into the 1,024 characters of the parameters of a rule: ARNs of 87 characters, names of 63.
 * https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const MOST_KEYS = 11;
export const MOST_BUCKETS = 15;

/** https://docs.aws.amazon.com/config/latest/APIReference/API_CustomPolicyDetails.html */
const LONGEST_POLICY = 10_000;
const LONGEST_ARN = 'x'.repeat(87);

/** `default-key` as `DefaultKey`. */
export function logicalName(id: string): string {
  return id.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
}

export function descriptionOf({ title, mappings: { securityHub = [] } }: RuleSpec): string {
  return `${title}${securityHub.length > 0 ? ` (${securityHub.join(', ')})` : ''}`;
}

function policyOf(scope: IConstruct, { id }: RuleSpec, { keys, algorithms, exemptBucketNames, reasonTags }: RuleParameters): string {
  const parameters = { allowed_algorithms: algorithms, exempt_buckets: exemptBucketNames, reason_tags: reasonTags };
  // Tokens have not their length yet.
  const { length } = guardPolicy(id, { ...parameters, approved_keys: keys.flatMap(() => [LONGEST_ARN, LONGEST_ARN.slice(0, 36)]) });
  if (length > LONGEST_POLICY) {
    throw new ValidationError('PolicyTooLong', `'approvedKeys' and 'sseS3BucketNames' must fit into the ${LONGEST_POLICY} characters of a rule, got ${keys.length} keys and ${exemptBucketNames.length} buckets: watch with tags instead, in several calls with fewer of them`, scope);
  }
  // A bucket may name its key by either.
  return guardPolicy(id, { ...parameters, approved_keys: keys.flatMap(({ keyArn, keyId }) => [keyArn, keyId]) });
}

function inputOf({ managed }: RuleSpec, { keys, bucketNames }: RuleParameters): Record<string, string> | undefined {
  switch (managed) {
    case 'S3_DEFAULT_ENCRYPTION_KMS': return { kmsKeyArns: keys.map(({ keyArn }) => keyArn).join(',') };
    case 'KMS_CMK_NOT_SCHEDULED_FOR_DELETION': return { kmsKeyIds: keys.map(({ keyId }) => keyId).join(',') };
    case 'CLOUDTRAIL_S3_DATAEVENTS_ENABLED': return bucketNames === undefined ? undefined : { S3BucketNames: Lazy.uncachedString({ produce: () => bucketNames().join(',') }) };
    default: return undefined;
  }
}
