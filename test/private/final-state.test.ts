import { CfnResource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ValidationError } from '../../src/private/errors';
import { at, canonical, finalState, missingStatements } from '../../src/private/final-state';
import { testStack } from '../helpers/stack';

describe('finalState', () => {
  test('sees what the L2 renders late, what an aspect sets and what an override wins', () => {
    const bucket = new s3.Bucket(testStack(), 'Data', { versioned: true });
    const resource = bucket.node.defaultChild as s3.CfnBucket;
    bucket.addLifecycleRule({ id: 'Late', expiredObjectDeleteMarker: true });
    resource.bucketName = 'set-by-aspect';
    resource.addPropertyOverride('VersioningConfiguration.Status', 'Suspended');
    expect(finalState(resource).properties).toMatchObject({
      BucketName: 'set-by-aspect', VersioningConfiguration: { Status: 'Suspended' }, LifecycleConfiguration: { Rules: [{ Id: 'Late' }] },
    });
  });

  test('sees a deletion override', () => {
    const resource = new s3.Bucket(testStack(), 'Data', { versioned: true }).node.defaultChild as s3.CfnBucket;
    resource.addPropertyDeletionOverride('VersioningConfiguration');
    expect(finalState(resource).properties).not.toHaveProperty('VersioningConfiguration');
  });

  test('reads a resource without properties', () => {
    expect(finalState(new CfnResource(testStack(), 'Bare', { type: 'Test::Bare' }))).toEqual({ properties: {}, deletionPolicy: undefined });
  });

  test('reads the deletion policy', () => {
    expect(finalState(new s3.Bucket(testStack(), 'Data').node.defaultChild as CfnResource).deletionPolicy).toBe('Retain');
  });
});

describe('at', () => {
  test('follows keys and indices', () => {
    expect(at({ a: [{ b: 1 }] }, 'a', 0, 'b')).toBe(1);
  });

  test.each([undefined, null, 'text', 5, {}, []])('gives undefined where the path leads nowhere: %j', (value) => {
    expect(at(value, 'a', 'b')).toBeUndefined();
  });
});

describe('canonical', () => {
  test('is equal for objects whose keys stand in another order, at any depth', () => {
    expect(canonical({ a: 1, b: { c: 1, d: [{ e: 1, f: 2 }] } })).toBe(canonical({ b: { d: [{ f: 2, e: 1 }], c: 1 }, a: 1 }));
  });

  test('tells lists in another order apart', () => {
    expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
  });
});

describe('missingStatements', () => {
  const stack = testStack();
  const promised = [
    new iam.PolicyStatement({ sid: 'One', actions: ['s3:GetObject'], resources: ['*'] }),
    new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: ['*'] }),
  ];
  const one = { Sid: 'One', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

  test('names those that are gone, with a name for those without a Sid', () => {
    expect(missingStatements(stack, { Statement: [one] }, promised)).toEqual(['(without Sid)']);
  });

  test('names those that were changed', () => {
    expect(missingStatements(stack, { Statement: [{ ...one, Resource: 'arn:aws:s3:::a/*' }] }, promised)).toContain('One');
  });

  test.each([undefined, {}, { Statement: 'odd' }])('names all where there is no list: %j', (document) => {
    expect(missingStatements(stack, document, promised)).toEqual(['One', '(without Sid)']);
  });
});

describe('ValidationError', () => {
  test('ends with its code and the path of who refuses', () => {
    const error = new ValidationError('Code', "'prop' must be a, got b", testStack());
    expect(error.message).toBe("'prop' must be a, got b [Code at Stack]");
    expect(error.code).toBe('Code');
    expect(error.name).toBe('ValidationError');
  });

  test('is its message alone without a construct', () => {
    expect(new ValidationError('Code', 'text').message).toBe('text');
  });
});
