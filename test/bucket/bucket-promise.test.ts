import { Aspects, PropertyInjectors, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, SecureBucket, SecureBucketProps } from '../../src';
import { injectInto, onEach } from '../helpers/interference';
import { keepReportsQuiet } from '../helpers/quiet';
import { appOf, FLAG_SETS, testStack } from '../helpers/stack';
import { propertiesOf, resourceOf } from '../helpers/template';

const OPEN = new s3.BlockPublicAccess({ blockPublicAcls: false, blockPublicPolicy: false, ignorePublicAcls: false, restrictPublicBuckets: false });
const SIDS = ['DenyInsecureTransport', 'DenyOldTls', 'DenyOtherKeys', 'DenyUpdateWithoutKey', 'DenyKmsWithoutKey', 'DenyOtherAlgorithms', 'DenyCustomerProvidedKeys'];

describe.each(FLAG_SETS)('%s', (_, context) => {
  keepReportsQuiet();

  const overridden = (change: (bucket: s3.CfnBucket, policy: s3.CfnBucketPolicy) => void, props?: SecureBucketProps) => () => {
    const bucket = new SecureBucket(testStack({ context }), 'Data', props);
    change(bucket.node.defaultChild as s3.CfnBucket, bucket.policy!.node.defaultChild as s3.CfnBucketPolicy);
    appOf(bucket.stack).synth();
    return bucket;
  };
  const injected = (props: s3.BucketProps) => () => {
    const stack = testStack({ context });
    PropertyInjectors.of(stack).add(injectInto(s3.Bucket.PROPERTY_INJECTION_ID, props));
    const bucket = new SecureBucket(stack, 'Data');
    appOf(stack).synth();
    return bucket;
  };
  const visited = (change: (bucket: s3.CfnBucket) => void, at: string = 'Stack/Data/Resource') => () => {
    const stack = testStack({ context });
    const bucket = new SecureBucket(stack, 'Data');
    Aspects.of(stack).add(onEach((node) => { if (s3.CfnBucket.isCfnBucket(node) && node.node.path === at) { change(node); } }));
    appOf(stack).synth();
    return bucket;
  };
  const AES = { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] };
  const RULE = 'BucketEncryption.ServerSideEncryptionConfiguration.0';

  describe('a SecureBucket fails to synthesize and names the property', () => {
    test.each<[string, string, () => unknown]>([
      ['an aspect removes the encryption', 'BucketEncryption', visited((bucket) => { bucket.bucketEncryption = undefined; })],
      ['an aspect sets SSE-S3', 'BucketEncryption', visited((bucket) => { bucket.bucketEncryption = AES; })],
      ['an override sets the algorithm', 'BucketEncryption', overridden((bucket) => bucket.addPropertyOverride(`${RULE}.ServerSideEncryptionByDefault.SSEAlgorithm`, 'AES256'))],
      ['an override sets another key', 'BucketEncryption', overridden((bucket) => bucket.addPropertyOverride(`${RULE}.ServerSideEncryptionByDefault.KMSMasterKeyID`, 'alias/other'))],
      ['an override turns the Bucket Key off', 'BucketEncryption', overridden((bucket) => bucket.addPropertyOverride(`${RULE}.BucketKeyEnabled`, false))],
      ['an override unblocks SSE-C', 'BucketEncryption', overridden((bucket) => bucket.addPropertyDeletionOverride(`${RULE}.BlockedEncryptionTypes`))],
      ['a deletion override removes the encryption', 'BucketEncryption', overridden((bucket) => bucket.addPropertyDeletionOverride('BucketEncryption'))],
      ['a property injector turns versioning off', 'VersioningConfiguration', injected({ versioned: false })],
      ['an override suspends versioning', 'VersioningConfiguration', overridden((bucket) => bucket.addPropertyOverride('VersioningConfiguration.Status', 'Suspended'))],
      ['a property injector opens public access', 'PublicAccessBlockConfiguration', injected({ blockPublicAccess: OPEN })],
      ['an aspect opens public access', 'PublicAccessBlockConfiguration', visited((bucket) => { bucket.publicAccessBlockConfiguration = { blockPublicAcls: true }; })],
      ['a property injector turns ACLs on', 'OwnershipControls', injected({ objectOwnership: s3.ObjectOwnership.OBJECT_WRITER })],
      ['an aspect removes the ownership', 'OwnershipControls', visited((bucket) => { bucket.ownershipControls = undefined; })],
      ['an override sets an ACL', 'AccessControl', overridden((bucket) => bucket.addPropertyOverride('AccessControl', 'LogDeliveryWrite'))],
      ['an aspect removes the access logs', 'LoggingConfiguration', visited((bucket) => { bucket.loggingConfiguration = undefined; })],
    ])('when %s', (__, property, synth) => {
      expect(synth).toThrow(new RegExp(`\\[Stack/Data\\] '${property}' must .*got .*: a property injector, an aspect or an override changed it; exempt this bucket there, or use s3.Bucket`));
    });

    test.each(SIDS.map((sid, index) => [sid, index] as const))('when an override removes the statement %s', (sid, index) => {
      expect(overridden((__, policy) => policy.addPropertyDeletionOverride(`PolicyDocument.Statement.${index}`)))
        .toThrow(`the bucket policy must keep the statements ${sid} as they were`);
    });

    test.each(SIDS.map((sid, index) => [sid, index] as const))('when an override weakens the statement %s', (sid, index) => {
      expect(overridden((__, policy) => policy.addPropertyOverride(`PolicyDocument.Statement.${index}.Condition.StringEquals`, { 'aws:PrincipalTag/x': 'y' })))
        .toThrow(`the bucket policy must keep the statements ${sid} as they were`);
    });

    test('when an aspect empties the bucket policy', () => {
      expect(overridden((__, policy) => { policy.policyDocument = { Statement: [] }; })).toThrow(`must keep the statements ${SIDS.join(', ')} as they were`);
    });

    test('when the statement that reserves encryption changes is removed', () => {
      const bucket = new SecureBucket(testStack({ context }), 'Data');
      bucket.reserveEncryptionChangesOrLockOut();
      (bucket.policy!.node.defaultChild as s3.CfnBucketPolicy).addPropertyDeletionOverride('PolicyDocument.Statement.7');
      expect(() => appOf(bucket.stack).synth()).toThrow('DenyEncryptionChanges');
    });

    test('when the bucket policy is gone', () => {
      const bucket = new SecureBucket(testStack({ context }), 'Data');
      bucket.policy!.node.tryRemoveChild('Resource');
      expect(() => appOf(bucket.stack).synth()).toThrow('the bucket policy must stay, got none');
    });

    test('when the bucket is no longer the default child', () => {
      const bucket = new SecureBucket(testStack({ context }), 'Data');
      bucket.node.defaultChild = bucket.policy!;
      expect(() => appOf(bucket.stack).synth()).toThrow('SecureBucket must contain an AWS::S3::Bucket as its default child');
    });

    test('not when a property injector puts every s3.Bucket under KMS: it has its key, and logs stay deliverable', () => {
      const stack = testStack({ context });
      PropertyInjectors.of(stack).add(injectInto(s3.Bucket.PROPERTY_INJECTION_ID, { encryption: s3.BucketEncryption.KMS }));
      const bucket = new SecureBucket(stack, 'Data');
      const template = Template.fromStack(stack);
      template.resourceCountIs('AWS::KMS::Key', 1);
      const [logs] = Object.entries(template.findResources('AWS::S3::Bucket')).filter(([id]) => id !== stack.getLogicalId(bucket.node.defaultChild as s3.CfnBucket));
      expect(JSON.stringify(logs[1].Properties.BucketEncryption)).toContain('AES256');
    });

    test('when a property injector gives s3.Bucket a key', () => {
      const key = kms.Key.fromKeyArn(new Stack(), 'Foreign', 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd');
      expect(injected({ encryptionKey: key })).toThrow("'encryptionKey' of s3.Bucket must not be set by a property injector");
    });

    test('when somebody changes the log bucket to KMS', () => {
      expect(visited((bucket) => {
        bucket.bucketEncryption = { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }] };
      }, 'Stack/SecureBucketAccessLogs/Resource')).toThrow("'SSEAlgorithm' of the log bucket must stay AES256, got \"aws:kms\": S3 delivers no access logs under KMS; exempt Stack/SecureBucketAccessLogs");
    });

    test('when somebody opens the log bucket to the public', () => {
      expect(visited((bucket) => { bucket.publicAccessBlockConfiguration = undefined; }, 'Stack/SecureBucketAccessLogs/Resource')).toThrow("'PublicAccessBlockConfiguration'");
    });

    test('when somebody takes the log delivery from the log bucket', () => {
      const bucket = new SecureBucket(testStack({ context }), 'Data');
      const policy = (bucket.accessLogsBucket as s3.Bucket).policy!.node.defaultChild as s3.CfnBucketPolicy;
      policy.policyDocument = { Statement: [] };
      expect(() => appOf(bucket.stack).synth()).toThrow('AllowServerAccessLogs');
    });

    test('when a property injector drops the retention that nobody asked to drop', () => {
      expect(injected({ removalPolicy: RemovalPolicy.DESTROY })).toThrow("'DeletionPolicy'");
    });

    test('when a property injector makes it a website', () => {
      expect(injected({ websiteIndexDocument: 'index.html' })).toThrow("'WebsiteConfiguration'");
    });
  });

  describe('a SecureBucket keeps its promise', () => {
    test('when a property injector sets SSE-S3 for s3.Bucket', () => {
      const [rule] = propertiesOf(injected({ encryption: s3.BucketEncryption.S3_MANAGED })()).BucketEncryption.ServerSideEncryptionConfiguration;
      expect(rule.ServerSideEncryptionByDefault.SSEAlgorithm).toBe('aws:kms');
    });

    test('when a property injector asks s3.Bucket for TLS too', () => {
      expect(injected({ enforceSSL: true })).not.toThrow();
    });

    test('when an aspect tags everything', () => {
      const stack: Stack = testStack({ context });
      const bucket = new SecureBucket(stack, 'Data');
      Tags.of(stack).add('team', 'data');
      appOf(stack).synth();
      expect(propertiesOf(bucket).Tags).toEqual([{ Key: 'team', Value: 'data' }]);
    });

    test('when an aspect only looks', () => {
      expect(visited(() => undefined)).not.toThrow();
    });

    test('when an override adds something innocent', () => {
      const bucket = overridden((resource) => resource.addPropertyOverride('AccelerateConfiguration.AccelerationStatus', 'Enabled'))();
      expect(resourceOf(bucket).Properties.AccelerateConfiguration).toEqual({ AccelerationStatus: 'Enabled' });
    });

    test.each<[string, SecureBucketProps]>([
      ['SSE-S3', { encryptionMode: EncryptionMode.s3Managed() }],
      ['DSSE', { encryptionMode: EncryptionMode.dsse() }],
      ['no Bucket Key', { bucketKeyEnabled: false }],
      ['SSE-C allowed', { allowSseCBecause: 'x' }],
      ['any upload allowed', { allowAnyUploadEncryptionBecause: 'x' }],
      ['no versions', { allowUnversionedBecause: 'x' }],
      ['no access logs', { allowNoAccessLogsBecause: 'x' }],
      ['TLS 1.3', { minimumTLSVersion: 1.3 }],
      ['a private ACL', { accessControl: s3.BucketAccessControl.PRIVATE }],
    ])('with %s', (__, props) => {
      expect(overridden(() => undefined, props)).not.toThrow();
    });

    test('to injectors for its own class', () => {
      const stack = testStack({ context });
      PropertyInjectors.of(stack).add(injectInto(SecureBucket.PROPERTY_INJECTION_ID, { bucketName: 'injected-name' }));
      expect(propertiesOf(new SecureBucket(stack, 'Data')).BucketName).toBe('injected-name');
    });

    test('to injectors for its own class that weaken it: the props are checked', () => {
      const stack = testStack({ context });
      PropertyInjectors.of(stack).add(injectInto(SecureBucket.PROPERTY_INJECTION_ID, { versioned: false }));
      expect(() => new SecureBucket(stack, 'Data')).toThrow("'versioned' must not be false");
    });
  });
});
