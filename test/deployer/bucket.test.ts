import {
  GetBucketAccelerateConfigurationCommand, GetBucketAclCommand, GetBucketCorsCommand, GetBucketEncryptionCommand,
  GetBucketInventoryConfigurationCommand,
  GetBucketLifecycleConfigurationCommand, GetBucketLocationCommand, GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand, GetBucketPolicyCommand, GetBucketTaggingCommand, GetBucketVersioningCommand, GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand, GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { App, aws_kms as kms, aws_s3 as s3, Duration, Stack, Tags } from 'aws-cdk-lib';
import { synthesize, writeAssembly, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly, type Deployment } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string) => deployAssembly(directory, { endpoint: aws.endpoint });

/** Deploys a bucket with these CloudFormation properties and returns its name. */
async function bucketWith(properties: object): Promise<string> {
  return (await deploy(writeStack({ Bucket: { Type: 'AWS::S3::Bucket', Properties: properties } }))).physicalId('Stack', 'Bucket');
}

describe('a bucket that CDK synthesizes', () => {
  let deployment: Deployment;
  let Bucket: string;
  let Logs: string;
  let keyArn: string;

  beforeAll(async () => {
    const directory = synthesize((app: App) => {
      const stack = new Stack(app, 'Shop');
      const key = new kms.Key(stack, 'Key');
      const logs = new s3.Bucket(stack, 'Logs');
      const bucket = new s3.Bucket(stack, 'Bucket', {
        encryption: s3.BucketEncryption.KMS,
        encryptionKey: key,
        bucketKeyEnabled: true,
        blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
        versioned: true,
        enforceSSL: true,
        blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
        objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        serverAccessLogsBucket: logs,
        serverAccessLogsPrefix: 'shop/',
        lifecycleRules: [{
          id: 'all',
          prefix: 'x/',
          tagFilters: { a: 'b' },
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          expiration: Duration.days(300),
          noncurrentVersionExpiration: Duration.days(30),
          transitions: [{ storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(31) }],
          noncurrentVersionTransitions: [
            { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(29), noncurrentVersionsToRetain: 2 },
          ],
        }],
        inventories: [{
          inventoryId: 'inv',
          destination: { bucket: logs, prefix: 'inventory' },
          frequency: s3.InventoryFrequency.DAILY,
          objectsPrefix: 'x/',
          optionalFields: ['Size', 'EncryptionStatus'],
        }],
        cors: [{
          id: 'c',
          allowedMethods: [s3.HttpMethods.GET],
          allowedOrigins: ['https://example.com'],
          allowedHeaders: ['x-a'],
          exposedHeaders: ['x-b'],
          maxAge: 60,
        }],
        transferAcceleration: true,
      });
      Tags.of(bucket).add('team', 'blue');
    });
    deployment = await deploy(directory);
    const find = (prefix: string) => deployment.stacks[0].resources.find(({ logicalId, type }) => type === 'AWS::S3::Bucket' && logicalId.startsWith(prefix))!.physicalId;
    Bucket = find('Bucket');
    Logs = find('Logs');
    keyArn = String(deployment.stacks[0].resources.find(({ type }) => type === 'AWS::KMS::Key')!.attributes.Arn);
  });

  test('is encrypted as the template says', async () => {
    const { ServerSideEncryptionConfiguration: configuration } = await aws.s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(configuration?.Rules).toMatchObject([{
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn },
      BucketKeyEnabled: true,
      BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
    }]);
  });

  test('keeps versions', async () => {
    expect(await aws.s3.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
  });

  test('blocks public access', async () => {
    expect((await aws.s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
    });
  });

  test('has the object ownership', async () => {
    const { OwnershipControls: controls } = await aws.s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(controls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  });

  test('has the policy', async () => {
    const { Policy: policy } = await aws.s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(policy!).Statement).toMatchObject([{
      Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } }, Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    }]);
  });

  test('logs to the other bucket', async () => {
    expect((await aws.s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toMatchObject({ TargetBucket: Logs, TargetPrefix: 'shop/' });
  });

  test('has every part of the lifecycle rule', async () => {
    const { Rules: rules } = await aws.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(rules).toMatchObject([{
      ID: 'all',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'x/', Tags: [{ Key: 'a', Value: 'b' }] } },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      Expiration: { Days: 300 },
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      Transitions: [{ StorageClass: 'STANDARD_IA', Days: 31 }],
      NoncurrentVersionTransitions: [{ StorageClass: 'GLACIER', NoncurrentDays: 29, NewerNoncurrentVersions: 2 }],
    }]);
  });

  test('has the inventory', async () => {
    const { InventoryConfiguration: inventory } = await aws.s3.send(new GetBucketInventoryConfigurationCommand({ Bucket, Id: 'inv' }));
    expect(inventory).toMatchObject({
      Id: 'inv',
      IsEnabled: true,
      IncludedObjectVersions: 'All',
      Schedule: { Frequency: 'Daily' },
      Filter: { Prefix: 'x/' },
      OptionalFields: ['Size', 'EncryptionStatus'],
      Destination: { S3BucketDestination: { Bucket: `arn:aws:s3:::${Logs}`, Format: 'CSV', Prefix: 'inventory' } },
    });
  });

  test('has the cross-origin rule', async () => {
    expect((await aws.s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toMatchObject([{
      AllowedMethods: ['GET'], AllowedOrigins: ['https://example.com'], AllowedHeaders: ['x-a'], ExposeHeaders: ['x-b'], MaxAgeSeconds: 60,
    }]);
  });

  test('has transfer acceleration and tags', async () => {
    expect(await aws.s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
    expect((await aws.s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'team', Value: 'blue' }]);
  });

  test('gives the log bucket the canned ACL', async () => {
    const { Grants: grants } = await aws.s3.send(new GetBucketAclCommand({ Bucket: Logs }));
    expect(grants).toContainEqual(expect.objectContaining({ Grantee: expect.objectContaining({ URI: 'http://acs.amazonaws.com/groups/s3/LogDelivery' }) }));
  });
});

describe('a bucket of a template', () => {
  test('has the name that the template gives', async () => {
    expect(await bucketWith({ BucketName: 'named-bucket' })).toBe('named-bucket');
  });

  test('gets a name of at most 63 lower-case characters otherwise', async () => {
    const directory = writeAssembly({ [`Stack${'X'.repeat(70)}`]: { template: { Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } } } });
    const name = (await deploy(directory)).stacks[0].resources[0].physicalId;
    expect(name).toMatch(/^stackx+-[0-9a-f]{12}$/);
    expect(name).toHaveLength(63);
  });

  test('has the attributes that CloudFormation gives', async () => {
    const deployment = await deploy(writeStack({ Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'attributes' } } }));
    expect(deployment.stacks[0].resources[0].attributes).toEqual({
      Arn: 'arn:aws:s3:::attributes',
      DomainName: 'attributes.s3.amazonaws.com',
      DualStackDomainName: 'attributes.s3.dualstack.us-east-1.amazonaws.com',
      RegionalDomainName: 'attributes.s3.us-east-1.amazonaws.com',
      WebsiteURL: 'http://attributes.s3-website-us-east-1.amazonaws.com',
    });
  });

  test('is created in the region of its stack', async () => {
    const directory = writeAssembly({ A: { environment: 'aws://123456789012/eu-west-1', template: { Resources: { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'in-ireland' } } } } } });
    await deploy(directory);
    expect((await aws.s3.send(new GetBucketLocationCommand({ Bucket: 'in-ireland' }))).LocationConstraint).toBe('eu-west-1');
  });

  test('locks objects', async () => {
    const Bucket = await bucketWith({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 3 } } },
    });
    expect((await aws.s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).ObjectLockConfiguration).toMatchObject({
      ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 3 } },
    });
  });

  test.each([
    ['all objects', {}, { Prefix: '' }],
    ['a prefix', { Prefix: 'a/' }, { Prefix: 'a/' }],
    ['a tag', { TagFilters: [{ Key: 'k', Value: 'v' }] }, { Tag: { Key: 'k', Value: 'v' } }],
    ['two tags', { TagFilters: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] }, { And: { Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] } }],
  ])('has a lifecycle rule for %s', async (_, filter, expected) => {
    const Bucket = await bucketWith({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1, ...filter }] } });
    expect((await aws.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toMatchObject([{ Filter: expected }]);
  });

  test('expires delete markers, and objects on a date', async () => {
    const Bucket = await bucketWith({
      LifecycleConfiguration: {
        Rules: [
          { Id: 'markers', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
          { Id: 'date', Status: 'Disabled', ExpirationDate: '2030-01-01T00:00:00Z', Transitions: [{ StorageClass: 'GLACIER', TransitionDate: '2029-01-01T00:00:00Z' }] },
        ],
      },
    });
    expect((await aws.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toMatchObject([
      { ID: 'markers', Expiration: { ExpiredObjectDeleteMarker: true } },
      { ID: 'date', Status: 'Disabled', Expiration: { Date: new Date('2030-01-01') }, Transitions: [{ Date: new Date('2029-01-01') }] },
    ]);
  });

  test('is a website', async () => {
    const Bucket = await bucketWith({ WebsiteConfiguration: { IndexDocument: 'index.html', ErrorDocument: 'error.html' } });
    expect(await aws.s3.send(new GetBucketWebsiteCommand({ Bucket }))).toMatchObject({ IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } });
  });

  test('is a website that redirects', async () => {
    const Bucket = await bucketWith({ WebsiteConfiguration: { RedirectAllRequestsTo: { HostName: 'example.com', Protocol: 'https' } } });
    expect(await aws.s3.send(new GetBucketWebsiteCommand({ Bucket }))).toMatchObject({ RedirectAllRequestsTo: { HostName: 'example.com', Protocol: 'https' } });
  });

  test('may leave parts of public access open', async () => {
    const Bucket = await bucketWith({ PublicAccessBlockConfiguration: { BlockPublicAcls: true } });
    expect((await aws.s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true, BlockPublicPolicy: false, IgnorePublicAcls: false, RestrictPublicBuckets: false,
    });
  });

  test('gets the tags of its stack unless it has its own', async () => {
    const directory = writeAssembly({
      A: { tags: { team: 'stack', stage: 'test' }, template: { Resources: { B: { Type: 'AWS::S3::Bucket', Properties: { Tags: [{ Key: 'team', Value: 'own' }] } } } } },
    });
    const Bucket = (await deploy(directory)).physicalId('A', 'B');
    expect((await aws.s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'team', Value: 'own' }, { Key: 'stage', Value: 'test' }]);
  });

  test('logs to itself if it names no destination', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'logging.s3.amazonaws.com' }, Action: 's3:PutObject', Resource: 'arn:aws:s3:::logs-to-itself/*' }],
    };
    await deploy(writeStack({
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'logs-to-itself', LoggingConfiguration: {} } },
      Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: policy } },
    }));
    expect((await aws.s3.send(new GetBucketLoggingCommand({ Bucket: 'logs-to-itself' }))).LoggingEnabled)
      .toMatchObject({ TargetBucket: 'logs-to-itself', TargetPrefix: '' });
  });
});
