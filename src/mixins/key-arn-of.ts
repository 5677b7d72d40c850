import { CfnResource, Fn, Reference, Stack, Stage, Token, Tokenization } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';
import { at, canonical } from '../private/final-state';
import { structureOf } from '../private/structure';

/**
 * The ARN of the key that a default encryption names: what S3 tells a policy about an upload, whichever way the upload names the key.
 *
 * An id or an alias of a key of this app becomes the ARN of the key. Refused is what is known to be no ARN of a key; parameters, imported
 * values and attributes of other resources may be one, and stay.
 */
export function keyArnOf(scope: IConstruct, value: string): string {
  const tokens = Tokenization.reverseString(value);
  const [token] = tokens.length === 1 ? tokens.tokens : [];
  if (Reference.isReference(token)) { return ofTarget(scope, token.target, token.displayName, value); }
  if (token !== undefined) { return ofIntrinsic(scope, structureOf(scope, token), value); }

  const alias = aliasIn(scope, value) ?? tokens.tokens.filter(Reference.isReference).map(({ target }) => target).find(isAlias);
  if (alias !== undefined) { return keyArnOf(scope, alias.targetKeyId); }
  const mayBeOne = tokens.length > 1 || /^arn:[^:]+:kms:[^:]+:[^:]+:key\/|^\{\{resolve:/.test(value);
  if (/(^|:)alias\//.test(textOf(scope, value)) || !mayBeOne) {
    throw new ValidationError('KeyArnMalformed', `BucketUploadsUnderKey needs a key with a full ARN in the default encryption of the bucket, got '${textOf(scope, value)}': S3 compares what an upload names with it, so name the key by arn:<partition>:kms:<region>:<account>:key/<id>, an imported one by kms.Key.fromKeyArn`, scope);
  }
  return value;
}

/** Of a reference: keys have their ARN in an attribute, and aliases have a key. */
function ofTarget(scope: IConstruct, target: IConstruct, attribute: string, value: string): string {
  if (kms.CfnKey.isCfnKey(target) || kms.CfnReplicaKey.isCfnReplicaKey(target)) { return attribute === 'Arn' ? value : target.attrArn; }
  return isAlias(target) ? keyArnOf(scope, target.targetKeyId) : value;
}

/** Of a function of CloudFormation, or of what is computed late. */
function ofIntrinsic(scope: IConstruct, intrinsic: unknown, value: string): string {
  if (typeof intrinsic === 'string') { return keyArnOf(scope, intrinsic); }
  const branches = at(intrinsic, 'Fn::If');
  if (Array.isArray(branches)) {
    const [condition, ...either] = branches as [string, unknown, unknown];
    const [yes, no] = either.map((one) => (typeof one === 'string' ? keyArnOf(scope, one) : ofIntrinsic(scope, one, Token.asString(one))));
    return yes === either[0] && no === either[1] ? value : Fn.conditionIf(condition, yes, no).toString();
  }
  const id = at(intrinsic, 'Ref') ?? at(intrinsic, 'Fn::GetAtt', 0);
  const target = id === undefined ? undefined : Stack.of(scope).node.findAll()
    .find((one) => CfnResource.isCfnResource(one) && one.stack === Stack.of(scope) && one.stack.resolve(one.logicalId) === id);
  return target === undefined ? value : ofTarget(scope, target, String(at(intrinsic, 'Fn::GetAtt', 1) ?? 'Ref'), value);
}

function isAlias(construct: IConstruct): construct is kms.CfnAlias { return kms.CfnAlias.isCfnAlias(construct); }

/** The alias of this app that a name or an ARN of an alias means: that of the stack, or else the only one of the stage. */
function aliasIn(scope: IConstruct, value: string): kms.CfnAlias | undefined {
  const wanted = textOf(scope, value);
  const all = (Stage.of(scope) ?? scope.node.root).node.findAll().filter(isAlias);
  const isMeant = (alias: kms.CfnAlias) => textOf(alias, alias.stack.formatArn({ service: 'kms', resource: alias.aliasName })) === wanted;
  const here = all.find((alias) => alias.stack === Stack.of(scope) && (textOf(alias, alias.aliasName) === wanted || isMeant(alias)));
  if (here !== undefined) { return here; }
  const elsewhere = all.filter(isMeant);
  return elsewhere.length === 1 ? elsewhere[0] : undefined;
}

/** What is resolved as one text, with functions of CloudFormation as JSON in it. */
function textOf(scope: IConstruct, value: string): string {
  const resolved: unknown = Stack.of(scope).resolve(value);
  const parts = at(resolved, 'Fn::Join', 1);
  return (Array.isArray(parts) ? parts as unknown[] : [resolved]).map((part) => (typeof part === 'string' ? part : canonical(part))).join('');
}
