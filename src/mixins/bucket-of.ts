import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ValidationError } from '../private/errors';
import { at, canonical, finalState, missingStatements } from '../private/final-state';
import { structureOf } from '../private/structure';

/** The s3.Bucket that an L1 belongs to, or nothing where it stands alone. */
export function ownerOf(resource: s3.CfnBucket): s3.Bucket | undefined {
  const { scope } = resource.node;
  return scope instanceof s3.Bucket && scope.node.defaultChild === resource ? scope : undefined;
}

/** Adds statements to the policy of a bucket, which is made where there is none, and holds the template to them. */
export function promise(resource: s3.CfnBucket, mixin: string, statements: iam.PolicyStatement[]): void {
  const owner = ownerOf(resource);
  if (owner !== undefined) {
    for (const statement of statements) { owner.addToResourcePolicy(statement); }
  } else {
    const policy = policyOf(resource) ?? new s3.CfnBucketPolicy(resource, 'Policy', { bucket: resource.ref, policyDocument: new iam.PolicyDocument() });
    const document = policy.policyDocument instanceof iam.PolicyDocument ? policy.policyDocument
      : iam.PolicyDocument.fromJson(Stack.of(policy).resolve(policy.policyDocument));
    document.addStatements(...statements);
    policy.policyDocument = document;
  }
  resource.node.addValidation({
    validate: () => {
      const policy = owner?.policy?.node.defaultChild as s3.CfnBucketPolicy | undefined ?? policyOf(resource);
      const found = policy === undefined ? undefined : finalState(policy).properties.PolicyDocument;
      const missing = missingStatements(resource, found, statements);
      return missing.length === 0 ? [] : [new ValidationError('PromiseBroken',
        `the bucket policy must have what ${mixin} promised, and misses ${missing.join(', ')} in the template: an override or an aspect took it out, leave the mixin out if that is meant`, resource).message];
    },
  });
}

/** Holds the template to a setting of the bucket. */
export function promiseSetting(resource: s3.CfnBucket, mixin: string, path: (string | number)[], wanted: unknown, remedy: string = 'leave the mixin out if that is meant'): void {
  resource.node.addValidation({
    validate: () => {
      const found = at(finalState(resource).properties, ...path);
      return canonical(found) === canonical(Stack.of(resource).resolve(wanted)) ? [] : [new ValidationError('PromiseBroken',
        `the bucket must have what ${mixin} promised in ${path.join('.')}, and has ${JSON.stringify(found)} in the template: another mixin, an override or an aspect changed it: ${remedy}`, resource).message];
    },
  });
}

/** The rules of the default encryption, to be changed: as L1 properties, whoever set them, and with the references that are in them. */
export function rulesOf(resource: s3.CfnBucket): s3.CfnBucket.ServerSideEncryptionRuleProperty[] {
  const rules = at(structureOf(resource, resource.bucketEncryption), 'serverSideEncryptionConfiguration');
  return Array.isArray(rules) ? rules as s3.CfnBucket.ServerSideEncryptionRuleProperty[] : [];
}

function policyOf(resource: s3.CfnBucket): s3.CfnBucketPolicy | undefined {
  const stack = Stack.of(resource);
  const ref = canonical(stack.resolve(resource.ref));
  return stack.node.findAll().find((one): one is s3.CfnBucketPolicy =>
    s3.CfnBucketPolicy.isCfnBucketPolicy(one) && Stack.of(one) === stack && canonical(stack.resolve(one.bucket)) === ref);
}
