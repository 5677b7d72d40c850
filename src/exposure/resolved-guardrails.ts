import { Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import type { EncryptionGuardrailsProps } from './encryption-guardrails-props';
import {
  denyBackfillRoleForgery, denyEncryptionChange, denyEncryptionChangeFromOutside, denyForeignKeys, denyInsecureTransport, denyKeyDeletion,
  denyObjectEncryptionChange, denyRoleForgery, denySseC,
} from './guardrail-statements';
import { ValidationError } from '../private/errors';

const ORGANIZATION = /^o-[a-z0-9]{10,32}$/;
/** A name that does not begin with something fixed would except nearly everybody. */
const ROLE = /^arn:(\*|[a-z-]+):iam::(\d{12}|\*):role\/([\w+=,.@/*?-]*\/)?[\w+=,.@-]{3}[\w+=,.@*?-]*$/;
const ACCOUNT = /^\d{12}$/;
const ROLES = 'ARNs of roles such as arn:aws:iam::*:role/BreakGlass, whose names begin with at least three characters that are no wildcard';
const TARGET = /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|\d{12})$/;

/** What the props mean. */
export interface ResolvedGuardrails {
  readonly ofPrincipals: readonly iam.PolicyStatement[];
  readonly ofResources: readonly iam.PolicyStatement[];
  readonly warnings: readonly { readonly id: string; readonly text: string }[];
}

/** Decides which statements there are, and refuses what contradicts itself. */
export function resolveGuardrails(scope: IConstruct, props: EncryptionGuardrailsProps): ResolvedGuardrails {
  const organizations = [props.organizationId, ...props.trustedOrganizationIds ?? []];
  each(scope, 'organizationId', [props.organizationId], ORGANIZATION, 'the id of an organization, such as o-exampleorg1');
  each(scope, 'trustedOrganizationIds', props.trustedOrganizationIds ?? [], ORGANIZATION, 'ids of organizations, such as o-exampleorg1');
  each(scope, 'targetIds', props.targetIds ?? [], TARGET, 'ids of a root (r-…), of organizational units (ou-…) or of accounts (12 digits)');
  if (props.targetIds?.length === 0) { throw new ValidationError('NoTargets', '\'targetIds\' must name at least one target, got []: leave it out to make the policies without attaching them', scope); }
  each(scope, 'trustedAccountIds', props.trustedAccountIds ?? [], ACCOUNT, 'ids of accounts, of 12 digits');
  const trust = props.trustedOrganizationIds !== undefined ? 'trustedOrganizationIds' : props.trustedAccountIds !== undefined ? 'trustedAccountIds' : undefined;
  if (props.allowForeignKeysBecause !== undefined && trust !== undefined) {
    throw new ValidationError('TrustForNothing', `'${trust}' says whose keys are not foreign, and \'allowForeignKeysBecause' allows all: remove one of them`, scope);
  }
  const deletion = roles(scope, 'keyDeletionRoleArns', props.keyDeletionRoleArns, 'allowKeyDeletionBecause', props.allowKeyDeletionBecause);
  const change = roles(scope, 'encryptionChangeRoleArns', props.encryptionChangeRoleArns, 'allowEncryptionChangeBecause', props.allowEncryptionChangeBecause);
  const objects = rolesOfObjects(scope, props.objectEncryptionChangeRoleArns, change);
  const excepted = [...new Set([...deletion ?? [], ...change ?? []])];
  const ofBackfills = (objects ?? []).filter((arn) => !excepted.includes(arn));
  const administrators = props.roleAdministratorArns;
  if (administrators !== undefined) {
    if (administrators.length === 0) { throw new ValidationError('NobodyAdministers', '\'roleAdministratorArns\' must name at least one role, got []: leave it out to let whoever has the permission', scope); }
    if (excepted.length === 0) { throw new ValidationError('NothingToAdminister', '\'roleAdministratorArns\' says who may make the excepted roles, and no role is excepted: remove it', scope); }
    eachRole(scope, 'roleAdministratorArns', administrators);
  }
  const left: [id: string, what: string, why: string | undefined][] = [
    ['sseCAllowed', 'uploads may use keys that only clients have (SSE-C)', props.allowSseCBecause],
    ['plainHttpAllowed', 'buckets may be reached by plain HTTP', props.allowPlainHttpBecause],
    ['keyDeletionAllowed', 'whoever has the permission may delete keys', props.allowKeyDeletionBecause],
    ['encryptionChangeAllowed', 'whoever has the permission may change the encryption of buckets and of objects', props.allowEncryptionChangeBecause],
    ['foreignKeysAllowed', 'objects may be put under keys of other organizations', props.allowForeignKeysBecause],
  ];
  for (const [id, , why] of left) {
    if (why?.trim() === '') { throw new ValidationError('ReasonMissing', `'${propOf(id)}' must say why, got '${why}': whoever reads the warning wants to know`, scope); }
  }
  return {
    ofPrincipals: [
      ...deletion === undefined ? [] : denyKeyDeletion(deletion),
      ...change === undefined ? [] : [denyEncryptionChange(change)],
      ...objects === undefined ? [] : [denyObjectEncryptionChange(objects)],
      ...props.allowForeignKeysBecause === undefined ? [denyForeignKeys(organizations, props.trustedAccountIds ?? [])] : [],
      ...administrators === undefined ? [] : [denyRoleForgery(excepted, administrators)],
      ...administrators === undefined || ofBackfills.length === 0 ? [] : [denyBackfillRoleForgery(ofBackfills, [...administrators, ...change ?? []])],
    ],
    ofResources: [
      ...props.allowSseCBecause === undefined ? [denySseC()] : [],
      ...props.allowPlainHttpBecause === undefined ? [denyInsecureTransport()] : [],
      ...change === undefined ? [] : [denyEncryptionChangeFromOutside(props.organizationId)],
    ],
    warnings: [
      ...left.flatMap(([id, what, why]) => (why === undefined ? [] : [{ id: `cdk-s3-encryption:EncryptionGuardrails.${id}`, text: `${what}. Reason given: ${why}` }])),
      ...excepted.length > 0 && administrators === undefined ? [{
        id: 'cdk-s3-encryption:EncryptionGuardrails.rolesCanBeForged',
        text: 'whoever may make a role of an excepted name, or change one, in an account that is bound is excepted too: give roleAdministratorArns, or acknowledge this where such roles are protected by another policy',
      }] : [],
      ...props.targetIds === undefined ? [{
        id: 'cdk-s3-encryption:EncryptionGuardrails.notAttached',
        text: 'the policies are attached to nothing and stop nothing: give targetIds, an account to try first',
      }] : [],
    ],
  };
}

function propOf(id: string): string { return `allow${id.charAt(0).toUpperCase()}${id.slice(1).replace(/Allowed$/, '')}Because`; }

function each(scope: IConstruct, prop: string, values: readonly string[], pattern: RegExp, allowed: string): void {
  if (Token.isUnresolved(values)) { return; } // such as a parameter with a list
  for (const value of values) {
    if (!Token.isUnresolved(value) && !pattern.test(value)) { throw new ValidationError('GuardrailInvalid', `'${prop}' must be ${allowed}, got '${value}': correct it`, scope); }
  }
}

/** Partitions have their own: a role of another one is nobody, so that nobody would be excepted. */
function eachRole(scope: IConstruct, prop: string, arns: readonly string[]): void {
  each(scope, prop, arns, ROLE, ROLES);
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region) || Token.isUnresolved(arns)) { return; }
  const { partition } = RegionInfo.get(region);
  for (const arn of arns) {
    const theirs = Token.isUnresolved(arn) ? '*' : arn.split(':')[1];
    if (partition !== undefined && theirs !== '*' && theirs !== partition) {
      throw new ValidationError('PartitionElsewhere', `'${prop}' must name roles of ${partition}, the partition of ${region}, got '${arn}', which is nobody there: begin it with arn:${partition}, or with arn:*`, scope);
    }
  }
}

/** Who may change the encryption of objects: who may change that of buckets, unless somebody is named. */
function rolesOfObjects(
  scope: IConstruct, given: readonly string[] | undefined, change: readonly string[] | undefined,
): readonly string[] | undefined {
  if (given === undefined) { return change; }
  if (change === undefined) {
    throw new ValidationError('GuardrailTwice', "'objectEncryptionChangeRoleArns' says who may, and 'allowEncryptionChangeBecause' lets everybody: remove one of them", scope);
  }
  if (given.length === 0) {
    throw new ValidationError('NobodyExcepted', "'objectEncryptionChangeRoleArns' must name at least one role, got []: leave it out for those of encryptionChangeRoleArns", scope);
  }
  eachRole(scope, 'objectEncryptionChangeRoleArns', given);
  return given;
}

function roles(
  scope: IConstruct, prop: string, given: readonly string[] | undefined, allow: string, because: string | undefined,
): readonly string[] | undefined {
  if (because !== undefined) {
    if (given !== undefined) { throw new ValidationError('GuardrailTwice', `'${prop}' says who may, and '${allow}' lets everybody: remove one of them`, scope); }
    return undefined;
  }
  if (given === undefined || given.length === 0) {
    throw new ValidationError('NobodyExcepted', `'${prop}' must name at least one role, got ${given === undefined ? 'nothing' : '[]'}: name those that may, or give '${allow}' with the reason`, scope);
  }
  eachRole(scope, prop, given);
  return given;
}
