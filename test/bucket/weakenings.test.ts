import { Annotations, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { EncryptionMode, SecureBucket, SecureBucketProps } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { appOf, FLAG_SETS, testStack } from '../helpers/stack';
import { bucketPolicyOf, propertiesOf, resourcesOf, warningIds, warningText } from '../helpers/template';

const REASON = 'the partner cannot change its client before May';
const make = (props: SecureBucketProps) => new SecureBucket(testStack(), 'Data', props);
const sids = (bucket: SecureBucket) => bucketPolicyOf(bucket).map(({ Sid }) => Sid);
const ALL = ['DenyInsecureTransport', 'DenyOldTls', 'DenyOtherKeys', 'DenyUpdateWithoutKey', 'DenyKmsWithoutKey', 'DenyOtherAlgorithms', 'DenyCustomerProvidedKeys'];

const weakenings: [prop: keyof SecureBucketProps, id: string, says: string][] = [
  ['allowSseCBecause', 'cdk-s3-encryption:SecureBucket.sseCAllowed', 'uploads may use keys that clients provide (SSE-C)'],
  ['allowAnyUploadEncryptionBecause', 'cdk-s3-encryption:SecureBucket.anyUploadEncryptionAllowed', 'uploads may choose another key or a weaker algorithm'],
  ['allowUnversionedBecause', 'cdk-s3-encryption:SecureBucket.unversioned', 'overwritten and deleted objects are gone'],
  ['allowNoAccessLogsBecause', 'cdk-s3-encryption:SecureBucket.noAccessLogs', 'no server access logs are kept'],
];

describe.each(weakenings)('%s', (prop, id, says) => {
  test('warns with a stable id, what it weakens and the reason', () => {
    const bucket = make({ [prop]: REASON });
    expect(warningIds(bucket)).toEqual([id]);
    const text = warningText(bucket, id);
    expect(text).toContain(says);
    expect(text).toMatch(new RegExp(`Reason given: ${REASON}$`));
  });

  describe.each(FLAG_SETS)('%s', (_, context) => {
    keepReportsQuiet();

    const silenced = (acknowledge: (bucket: SecureBucket) => void) => {
      const stack = testStack({ context });
      acknowledge(new SecureBucket(stack, 'Data', { [prop]: REASON }));
      return appOf(stack).synth().getStackByName(stack.stackName).messages.filter(({ entry }) => String(entry.data).includes(id)).length === 0;
    };

    test('warns in the assembly', () => {
      expect(silenced(() => undefined)).toBe(false);
    });

    test('is silenced by Annotations.acknowledgeWarning', () => {
      expect(silenced((bucket) => Annotations.of(bucket).acknowledgeWarning(id, 'agreed'))).toBe(true);
    });

    test('is silenced by Validations.acknowledge', () => {
      expect(silenced((bucket) => Validations.of(bucket).acknowledge({ id, reason: 'agreed' }))).toBe(true);
    });

    test('is not silenced by acknowledging another', () => {
      expect(silenced((bucket) => Annotations.of(bucket).acknowledgeWarning(`${id}2`, 'agreed'))).toBe(false);
    });
  });
});

describe('a weakening takes away what it says and nothing else:', () => {
  test('allowSseCBecause blocks nothing and drops DenyCustomerProvidedKeys', () => {
    const bucket = make({ allowSseCBecause: REASON });
    expect(propertiesOf(bucket).BucketEncryption.ServerSideEncryptionConfiguration[0].BlockedEncryptionTypes).toEqual({ EncryptionType: ['NONE'] });
    expect(sids(bucket)).toEqual(ALL.filter((sid) => sid !== 'DenyCustomerProvidedKeys'));
  });

  test('allowAnyUploadEncryptionBecause drops the statements about keys and algorithms', () => {
    expect(sids(make({ allowAnyUploadEncryptionBecause: REASON }))).toEqual(['DenyInsecureTransport', 'DenyOldTls', 'DenyCustomerProvidedKeys']);
  });

  test('allowUnversionedBecause leaves versioning out', () => {
    const bucket = make({ allowUnversionedBecause: REASON });
    expect(propertiesOf(bucket)).not.toHaveProperty('VersioningConfiguration');
    expect(sids(bucket)).toEqual(ALL);
  });

  test('allowNoAccessLogsBecause makes no log bucket', () => {
    const bucket = make({ allowNoAccessLogsBecause: REASON });
    expect(bucket.accessLogsBucket).toBeUndefined();
    expect(propertiesOf(bucket)).not.toHaveProperty('LoggingConfiguration');
    expect(Object.keys(resourcesOf(bucket.stack, 'AWS::S3::Bucket'))).toHaveLength(1);
    expect(sids(bucket)).toEqual(ALL);
  });
});

describe('what does not weaken does not warn:', () => {
  test.each<[string, SecureBucketProps]>([
    ['SSE-S3', { encryptionMode: EncryptionMode.s3Managed() }],
    ['DSSE', { encryptionMode: EncryptionMode.dsse() }],
    ['no Bucket Key', { bucketKeyEnabled: false }],
    ['TLS 1.3', { minimumTLSVersion: 1.3 }],
    ['a name', { bucketName: 'orders-1' }],
  ])('%s', (_, props) => {
    expect(warningIds(make(props).stack)).toEqual([]);
  });
});

// S3 turns versioning on with Object Lock by itself, so the warning says what is not so.
test('allowUnversionedBecause is refused beside Object Lock, which needs versions', () => {
  expect(() => make({ objectLockEnabled: true, allowUnversionedBecause: REASON })).toThrow("'objectLockEnabled'");
});

test('allowUnversionedBecause is refused beside replication, which needs versions', () => {
  const stack = testStack();
  const destination = s3.Bucket.fromBucketName(stack, 'There', 'there');
  expect(() => new SecureBucket(stack, 'Data', {
    encryptionMode: EncryptionMode.s3Managed(), allowUnversionedBecause: REASON, replicationRules: [{ destination }],
  })).toThrow("'replicationRules' need versions");
});

describe('findings of cdk-nag that need no decision are acknowledged with a reason', () => {
  const bucket = new SecureBucket(testStack(), 'Data');
  const acknowledged = (scope: IConstruct) => scope.node.metadata
    .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
    .flatMap(({ data }) => Object.entries(data as Record<string, string>));

  test('on a SecureBucket', () => {
    expect(acknowledged(bucket)).toEqual(['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'].map((pack) => [
      `Annotation::${pack}-S3BucketReplicationEnabled`, expect.stringContaining('for the owner to decide'),
    ]));
  });

  test('on the log bucket', () => {
    const rules = acknowledged(bucket.accessLogsBucket!);
    expect(rules.map(([rule]) => rule.replace('Annotation::', '')).sort()).toEqual([
      'AwsSolutions-S1',
      ...['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'].flatMap((pack) => [
        `${pack}-S3BucketLoggingEnabled`, `${pack}-S3BucketReplicationEnabled`, `${pack}-S3DefaultEncryptionKMS`,
      ]),
    ]);
    for (const [, reason] of rules) { expect(reason.length).toBeGreaterThan(20); }
  });
});
