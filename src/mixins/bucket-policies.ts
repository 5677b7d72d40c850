import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ownerOf } from './bucket-of';
import { ValidationError } from '../private/errors';
import { at, canonical, finalState, missingStatements } from '../private/final-state';
import { structureOf } from '../private/structure';
import { referentOf } from '../private/tokens';

const HELD_TO_ONE = new WeakSet<s3.CfnBucket>();

/** Adds statements to the policy of a bucket, which is made where there is none, and holds the template to them. */
export function promise(resource: s3.CfnBucket, mixin: string, statements: iam.PolicyStatement[]): void {
  addTo(resource, statements);
  resource.node.addValidation({
    validate: () => {
      const policies = policiesOf(resource);
      const missing = policies.length === 0 ? statements.map(({ sid }) => sid)
        : policies.flatMap((policy) => missingStatements(policy, finalState(policy).properties.PolicyDocument, statements));
      return missing.length === 0 ? [] : [new ValidationError('PromiseBroken',
        `the bucket policy must have what ${mixin} promised, and misses ${missing.join(', ')} in the template: an override or an aspect took it out, or a policy was made later; leave the mixin out if that is meant`, resource).message];
    },
  });
  if (!HELD_TO_ONE.has(resource)) {
    HELD_TO_ONE.add(resource);
    resource.node.addValidation({ validate: () => secondPolicy(resource) });
  }
}

function addTo(resource: s3.CfnBucket, statements: iam.PolicyStatement[]): void {
  const owner = ownerOf(resource);
  const policies = policiesOf(resource);
  if (owner !== undefined && owner.policy === undefined && policies.length === 1 && policies[0].node.scope instanceof s3.BucketPolicy) {
    owner.policy = policies[0].node.scope; // so that grants find it too, instead of making a second one
  }
  for (const policy of policies) { addToPolicy(policy, statements); }
  if (policies.length > 0) { return; }
  if (owner !== undefined) {
    for (const statement of statements) { owner.addToResourcePolicy(statement); }
  } else {
    new s3.CfnBucketPolicy(resource, 'Policy', { bucket: resource.ref, policyDocument: new iam.PolicyDocument({ statements }) });
  }
}

function addToPolicy(policy: s3.CfnBucketPolicy, statements: iam.PolicyStatement[]): void {
  if (policy.policyDocument instanceof iam.PolicyDocument) {
    policy.policyDocument.addStatements(...statements);
    return;
  }
  // A document that is an object keeps whatever it has, functions of CloudFormation among it.
  const document = structureOf(policy, policy.policyDocument) as object;
  const found = at(document, 'Statement');
  if (found === undefined) {
    throw new ValidationError('PolicyUnreadable', `'policyDocument' must be an iam.PolicyDocument or an object with a Statement for statements to be added to it, got ${JSON.stringify(Stack.of(policy).resolve(document))}: write the condition into the statements, or leave the mixin out`, policy);
  }
  const missing = new Set(missingStatements(policy, Stack.of(policy).resolve({ ...document, Statement: [found].flat() }), statements));
  policy.policyDocument = { ...document, Statement: [found, ...statements.filter(({ sid }) => missing.has(sid ?? '')).map((one) => one.toStatementJson() as object)].flat() };
}

/** S3 keeps one policy of a bucket; CloudFormation refuses a second, or one overwrites the other. */
function secondPolicy(resource: s3.CfnBucket): string[] {
  const policies = policiesOf(resource);
  const conditions = new Set(policies.map(({ cfnOptions }) => cfnOptions.condition));
  const areAlternatives = !conditions.has(undefined) && conditions.size === policies.length;
  return policies.length < 2 || areAlternatives ? [] : [new ValidationError('SecondBucketPolicy',
    `the bucket must have one bucket policy, got ${policies.map(({ node }) => node.path).join(' and ')}: S3 keeps one, so a deployment fails or loses the statements of the other; put the statements of the two into one of them, and apply mixins after it is made`, resource).message];
}

/** The policies that name the bucket, in the order in which they are in the app. */
function policiesOf(resource: s3.CfnBucket): s3.CfnBucketPolicy[] {
  return resource.node.root.node.findAll()
    .filter((one): one is s3.CfnBucketPolicy => s3.CfnBucketPolicy.isCfnBucketPolicy(one) && isAbout(one, resource));
}

/** By a reference from whichever stack, or by the same name within the stack: names say nothing about the account of another stack. */
function isAbout(policy: s3.CfnBucketPolicy, resource: s3.CfnBucket): boolean {
  const { stack } = resource;
  if (policy.stack !== stack) { return referentOf(policy, policy.bucket) === referentOf(resource, resource.ref); }
  const [named, reference, name] = [policy.bucket, resource.ref, resource.bucketName].map((one) => canonical(stack.resolve(one)));
  return named === reference || (name !== undefined && named === name);
}
