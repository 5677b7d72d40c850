import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ValidationError } from '../private/errors';
import { at, canonical, finalState } from '../private/final-state';
import { structureOf } from '../private/structure';

/** The s3.Bucket that an L1 belongs to, or nothing where it stands alone. */
export function ownerOf(resource: s3.CfnBucket): s3.Bucket | undefined {
  const { scope } = resource.node;
  return scope instanceof s3.Bucket && scope.node.defaultChild === resource ? scope : undefined;
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
  if (resource.bucketEncryption !== undefined && !Array.isArray(rules)) {
    throw new ValidationError('EncryptionUnreadable', `the default encryption of ${resource.node.path} must be an object with its rules for a mixin to change them, got ${JSON.stringify(Stack.of(resource).resolve(resource.bucketEncryption))}: put the function of CloudFormation into a rule`, resource);
  }
  return Array.isArray(rules) ? rules as s3.CfnBucket.ServerSideEncryptionRuleProperty[] : [];
}
