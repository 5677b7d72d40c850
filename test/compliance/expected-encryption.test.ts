import { Arn, ArnFormat, aws_kms as kms, aws_s3 as s3, CfnParameter, Stack } from 'aws-cdk-lib';
import { kinds, made, remediationsOf } from './made';
import {
  BaselineAlarms, BaselineAuditTrail, BaselineCompliance, BaselineKey, BaselineKeyAccess, ComplianceRecorder,
  ComplianceRemediation, RotatingS3Key, S3EncryptionBaseline,
} from '../../src';
import { IRELAND, testStack } from '../helpers/stack';
import { warningIds, warningText } from '../helpers/template';

const ONE_RULE = 'BucketEncryption.ServerSideEncryptionConfiguration.0';
const l1 = (bucket: s3.IBucket) => bucket.node.defaultChild as s3.CfnBucket;
const under = (kmsMasterKeyId?: string, more: object = {}) => ({
  serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId }, bucketKeyEnabled: true, ...more }],
});

function fixture() {
  const { stack, compliance, app } = made({ remediation: ComplianceRemediation.automatic() });
  const [a, b] = ['A', 'B'].map((id) => new RotatingS3Key(stack, id));
  return { stack, compliance, app, a, b, bucket: new s3.Bucket(stack, 'Data', { encryptionKey: a, bucketKeyEnabled: true }) };
}
type Fixture = ReturnType<typeof fixture>;

describe('a bucket that is changed after it was watched is refused, since it would be set to what it was', () => {
  test.each<[string, RegExp, (made: Fixture) => void]>([
    ['its key', /must be what it was when watch\(\) was called, KMSMasterKeyID \$\{A.*\.Arn\}, got \$\{B.*\.Arn\} in the template.*or give that key as the first of approvedKeys.*WatchedTooEarly/,
      ({ bucket, b, stack }) => { l1(bucket).addPropertyOverride(`${ONE_RULE}.ServerSideEncryptionByDefault.KMSMasterKeyID`, stack.resolve(b.keyArn)); }],
    ['its key, by the L1', /KMSMasterKeyID \$\{A.*\.Arn\}, got \$\{B.*\.Arn\}/, ({ bucket, b }) => { l1(bucket).bucketEncryption = under(b.keyArn); }],
    ['SSE-C', /SSE-C not admitted by BlockedEncryptionTypes, got SSE-C admitted.*set blockedEncryptionTypes by the props/,
      ({ bucket }) => { l1(bucket).addPropertyOverride(`${ONE_RULE}.BlockedEncryptionTypes.EncryptionType`, ['NONE']); }],
    ['the Bucket Key', /BucketKeyEnabled true, got false/, ({ bucket }) => { l1(bucket).addPropertyOverride(`${ONE_RULE}.BucketKeyEnabled`, false); }],
  ])('%s', (_, message, change) => {
    const it = fixture();
    it.compliance.watch(it.bucket);
    change(it);
    expect(() => it.app.synth()).toThrow(message);
  });

  test.each<[string, (made: Fixture) => void]>([
    ['the same key by its id', ({ bucket, a, stack }) => { l1(bucket).addPropertyOverride(`${ONE_RULE}.ServerSideEncryptionByDefault.KMSMasterKeyID`, stack.resolve(a.keyId)); }],
    ['the same key by an ARN that somebody put together', ({ bucket, a, stack }) => {
      const arn = Arn.format({ service: 'kms', resource: 'key', resourceName: a.keyId, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }, stack);
      l1(bucket).addPropertyOverride(`${ONE_RULE}.ServerSideEncryptionByDefault.KMSMasterKeyID`, stack.resolve(arn));
    }],
    ['the block of SSE-C', ({ bucket }) => { l1(bucket).addPropertyOverride(`${ONE_RULE}.BlockedEncryptionTypes.EncryptionType`, ['SSE-C']); }],
  ])('but not %s, which is what it is asked for', (_, change) => {
    const it = fixture();
    it.compliance.watch(it.bucket);
    change(it);
    expect(() => it.app.synth()).not.toThrow();
  });

  test('nor the Bucket Key of a bucket that forgot it, which is asked for either way', () => {
    const { compliance, stack, a, app } = fixture();
    const bucket = new s3.Bucket(stack, 'Forgetful', { encryptionKey: a });
    compliance.watch(bucket);
    l1(bucket).addPropertyOverride(`${ONE_RULE}.BucketKeyEnabled`, true);
    expect(() => app.synth()).not.toThrow();
  });

  test('nor the key that it is asked for, whenever that was set', () => {
    const { compliance, bucket, b, stack, app } = fixture();
    l1(bucket).addPropertyOverride(`${ONE_RULE}.ServerSideEncryptionByDefault.KMSMasterKeyID`, stack.resolve(b.keyArn));
    compliance.watch(bucket, { approvedKeys: [b] });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a bucket whose template names another key than the one it is known by', () => {
  test('is refused without approved keys', () => {
    const { compliance, bucket, b } = fixture();
    l1(bucket).bucketEncryption = under(b.keyArn);
    expect(() => { compliance.watch(bucket); }).toThrow(/'approvedKeys' must say which keys.*its template names .*"B.*, which is not the key that the bucket is known by, Stack\/A: give approvedKeys.*ApprovedKeysUnknown/);
  });

  test('as is one of an L1 whose key is known by its ARN alone, which is not aws/s3', () => {
    const { compliance, stack } = fixture();
    const arn = `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd`;
    const bucket = s3.Bucket.fromCfnBucket(new s3.CfnBucket(stack, 'Cfn', { bucketEncryption: under(arn) }));
    expect(() => { compliance.watch(bucket); }).toThrow(/got none and its template names "arn:aws:kms:eu-west-1:\d+:key\/1234abcd", which is no key that the construct of the bucket knows: give approvedKeys \[ApprovedKeysUnknown/);
    compliance.watch(bucket, { approvedKeys: [kms.Key.fromKeyArn(stack, 'Known', arn)] });
    expect(warningIds(compliance).filter((id) => id.includes('ownKeyLeftOut'))).toEqual([]);
  });

  test('nor is one of an L1 under a key of this app refused', () => {
    const { compliance, stack } = fixture();
    const key = new kms.CfnKey(stack, 'CfnKey', { keyPolicy: { Version: '2012-10-17', Statement: [] } });
    const bucket = s3.Bucket.fromCfnBucket(new s3.CfnBucket(stack, 'Cfn', { bucketEncryption: under(key.attrArn) }));
    compliance.watch(bucket);
    expect(remediationsOf(stack).default_key.ApprovedKMSKeyArns).toEqual([stack.resolve(key.attrArn)]);
  });

  test('as is one under aws/s3 by now', () => {
    const { compliance, bucket } = fixture();
    l1(bucket).bucketEncryption = under();
    expect(() => { compliance.watch(bucket); }).toThrow(/names none, which is the AWS managed key aws\/s3/);
  });

  test('and one under SSE-S3 by now is not set to the key', () => {
    const { compliance, bucket, app } = fixture();
    l1(bucket).bucketEncryption = { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] };
    compliance.watch(bucket);
    expect(JSON.stringify(app.synth().getStackByName('Stack').template)).not.toContain('ApprovedKMSKeyArns":{"Static');
  });

  test.each<[string, (stack: Stack, id: string) => kms.IKey]>([
    ['a key of this stack', (stack, id) => new kms.Key(stack, id)],
    ['a key of another stack', (stack, id) => new kms.Key(new Stack(stack.node.root, `${id}Stack`, { env: IRELAND }), id)],
    ['an imported key', (stack, id) => kms.Key.fromKeyArn(stack, id, `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd`)],
    ['a key whose ARN is a parameter', (stack, id) => kms.Key.fromKeyArn(stack, id, new CfnParameter(stack, `${id}Arn`).valueAsString)],
  ])('but not one that names it in another way: %s', (_, make) => {
    const { compliance, stack, app } = fixture();
    const key = make(stack, 'Key');
    const names: (string | undefined)[] = [key.keyArn, key.keyId, `arn:${stack.partition}:kms:${stack.region}:${stack.account}:key/${key.keyId}`];
    names.forEach((name, at) => {
      const bucket = new s3.Bucket(stack, `Bucket${at}`, { encryptionKey: key, bucketKeyEnabled: true });
      l1(bucket).bucketEncryption = under(name);
      compliance.watch(bucket);
    });
    expect(() => app.synth()).not.toThrow();
  });

  test('nor is a key of another stack taken for one here that has the same logical id', () => {
    const { compliance, stack } = fixture();
    const [here, there] = [stack, new Stack(stack.node.root, 'There', { env: IRELAND })].map((scope) => new kms.Key(scope, 'Key'));
    const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: here });
    l1(bucket).bucketEncryption = under(there.keyArn);
    expect(() => { compliance.watch(bucket); }).toThrow(/ApprovedKeysUnknown/);
  });
});

describe('a bucket with several approved keys', () => {
  const WARNING = 'cdk-s3-encryption:EncryptionCompliance.ownKeyLeftOut.';
  const imported = (stack: Stack, encryptionKey: kms.IKey) => s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old', encryptionKey });

  test.each<[string, (made: Fixture) => s3.IBucket]>([
    ['of this app', ({ stack, b }) => new s3.Bucket(stack, 'UnderB', { encryptionKey: b })],
    ['of this app, by the id of the key', ({ stack, b }) => {
      const bucket = new s3.Bucket(stack, 'UnderB', { encryptionKey: b });
      l1(bucket).bucketEncryption = under(b.keyId);
      return bucket;
    }],
    ['imported with its key', ({ stack, b }) => imported(stack, b)],
  ])('is set to its own first: one %s', (_, make) => {
    const it = fixture();
    const bucket = make(it);
    it.compliance.watch(bucket, { approvedKeys: [it.a, it.b] });
    expect(remediationsOf(it.stack).default_key.ApprovedKMSKeyArns).toEqual([it.b, it.a].map(({ keyArn }) => it.stack.resolve(keyArn) as object));
    expect(warningIds(it.compliance).filter((id) => id.startsWith(WARNING))).toEqual([]);
  });

  test.each<[string, (made: Fixture) => s3.IBucket]>([
    ['of this app', ({ stack, b }) => new s3.Bucket(stack, 'UnderB', { encryptionKey: b })],
    ['of this app, under aws/s3', ({ stack }) => new s3.Bucket(stack, 'UnderB', { encryption: s3.BucketEncryption.KMS_MANAGED })],
    ['imported with its key', ({ stack, b }) => imported(stack, b)],
  ])('is warned about where its own is not one of them: one %s', (_, make) => {
    const it = fixture();
    const bucket = make(it);
    it.compliance.watch(bucket, { approvedKeys: [it.a] });
    expect(warningText(it.compliance, `${WARNING}${bucket.node.addr}`))
      .toMatch(/is under a key that is not one of its approvedKeys, so rules find it, and automations set it to the first of them: add its key/);
  });

  test('is not where nobody knows its key', () => {
    const { compliance, stack, a } = fixture();
    compliance.watch(s3.Bucket.fromBucketName(stack, 'Old', 'old'), { approvedKeys: [a] });
    compliance.watch(new s3.Bucket(stack, 'Keyless'), { approvedKeys: [a] });
    expect(warningIds(compliance).filter((id) => id.startsWith(WARNING))).toEqual([]);
  });

  test('is said by the baseline alone, where it shall come under another key', () => {
    const stack = testStack({ env: IRELAND } as never);
    const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'A') });
    const b = new RotatingS3Key(stack, 'B');
    const baseline = S3EncryptionBaseline.forBucket(bucket, {
      notify: [],
      key: BaselineKey.use(b),
      compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }),
      alarms: BaselineAlarms.leaveOut('not here'),
      auditTrail: BaselineAuditTrail.leaveOut('not here'),
      keyAccess: BaselineKeyAccess.leaveOut('not here'),
    });
    expect(warningIds(baseline)).toContain('cdk-s3-encryption:ExistingBucketBaseline.notUnderKey');
    expect(warningIds(stack).filter((id) => id.startsWith(WARNING))).toEqual([]);
  });
});

describe('a bucket that is under SSE-S3 because somebody says why', () => {
  test.each<[string, (stack: Stack) => s3.IBucket]>([
    ['imported', (stack) => s3.Bucket.fromBucketName(stack, 'Logs', 'logs')],
    ['of the CDK', (stack) => new s3.Bucket(stack, 'Logs')],
  ])('is looked at for everything but the key, and nobody is warned: %s', (_, make) => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.automatic() });
    compliance.watch(make(stack), { sseS3Because: 'load balancers write their logs here' });
    expect(kinds(stack).filter((kind) => /^[a-z]|S3_DEFAULT/.test(kind))).toEqual(['sse_c_blocked', 'tls_only']);
    expect(Object.keys(remediationsOf(stack).sse_c_blocked)).not.toContain('ApprovedKMSKeyArns');
    expect(warningIds(compliance)).toEqual([]);
    expect(compliance.node.metadata.filter(({ type }) => type === 'aws:cdk:info').map(({ data }) => String(data)).join())
      .toMatch(/nobody looks for a key of the bucket Stack\/Logs: load balancers write their logs here/);
  });

  test.each<[string, RegExp, (made: Fixture) => void]>([
    ['without a word', /'sseS3Because' must say why the bucket Stack\/Logs is under SSE-S3.*ReasonMissing/,
      ({ compliance, stack }) => { compliance.watch(s3.Bucket.fromBucketName(stack, 'Logs', 'logs'), { sseS3Because: ' ' }); }],
    ['beside keys', /must not be given beside 'approvedKeys', got both for Stack\/Logs.*SseS3UnderKey/,
      ({ compliance, stack, a }) => { compliance.watch(s3.Bucket.fromBucketName(stack, 'Logs', 'logs'), { sseS3Because: 'logs', approvedKeys: [a] }); }],
    ['under a key in the template', /got Stack\/Data, which is under a KMS key in its template.*SseS3UnderKey/,
      ({ compliance, bucket }) => { compliance.watch(bucket, { sseS3Because: 'logs' }); }],
    ['under aws/s3 in the template', /which is under a KMS key in its template/,
      ({ compliance, stack }) => { compliance.watch(new s3.Bucket(stack, 'Logs', { encryption: s3.BucketEncryption.KMS_MANAGED }), { sseS3Because: 'logs' }); }],
    ['imported with a key', /got Stack\/Old, which is under a KMS key as it is imported/,
      ({ compliance, stack, a }) => { compliance.watch(s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old', encryptionKey: a }), { sseS3Because: 'logs' }); }],
  ])('is refused %s', (_, message, act) => {
    expect(() => { act(fixture()); }).toThrow(message);
  });

  test('and one that is changed to KMS afterwards is refused too', () => {
    const { compliance, stack, app } = fixture();
    const logs = new s3.Bucket(stack, 'Logs', { encryption: s3.BucketEncryption.S3_MANAGED });
    compliance.watch(logs, { sseS3Because: 'logs' });
    l1(logs).addPropertyOverride(`${ONE_RULE}.ServerSideEncryptionByDefault.SSEAlgorithm`, 'aws:kms');
    expect(() => app.synth()).toThrow(/WatchedTooEarly/);
  });
});
