import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  BackfillSource, EncryptionAlarms, EncryptionBackfillJob, EncryptionMode, KeyAccess, mixins, Notify, ObjectEncryptionReport,
  type ObjectEncryptionReportProps, ObjectFinding, ObjectSource, RotatingS3Key, SecureBucket,
} from '../../src';

const ENV = { account: '111122223333', region: 'eu-west-1' };

function stackOf(): Stack { return new Stack(new App(), 'Stack', { env: ENV }); }

interface Made { readonly stack: Stack; readonly report: ObjectEncryptionReport; readonly template: () => Template }

function made(props: Partial<ObjectEncryptionReportProps> = {}, stack = stackOf()): Made {
  const bucket = props.bucket ?? new SecureBucket(stack, 'Data');
  const report = new ObjectEncryptionReport(stack, 'Report', { bucket, source: ObjectSource.inventory(), ...props });
  return { stack, report, template: () => Template.fromStack(stack) };
}

const withKeys = { source: ObjectSource.metadataTables() };

describe('a report over S3 Inventory', () => {
  test('orders Parquet with all that it asks for, and leaves how the bucket encrypts alone', () => {
    const plain = stackOf();
    new SecureBucket(plain, 'Data');
    const [before] = Object.entries(Template.fromStack(plain).findResources('AWS::S3::Bucket')).find(([id]) => /^Data[0-9A-F]{8}$/.test(id))!;
    const template = made().template();
    const bucket = template.findResources('AWS::S3::Bucket')[before];
    expect(bucket.Properties.InventoryConfigurations).toEqual([expect.objectContaining({
      Enabled: true,
      IncludedObjectVersions: 'All',
      ScheduleFrequency: 'Daily',
      OptionalFields: ['Size', 'LastModifiedDate', 'StorageClass', 'EncryptionStatus', 'BucketKeyStatus'],
      Destination: expect.objectContaining({ Format: 'Parquet', BucketAccountId: ENV.account }),
    })]);
    const { InventoryConfigurations: _, ...rest } = bucket.Properties;
    expect(rest).toEqual(Template.fromStack(plain).findResources('AWS::S3::Bucket')[before].Properties);
  });

  test('lets S3 deliver for this bucket and account only, and use the key', () => {
    const template = made().template();
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: 's3:PutObject',
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': ENV.account, 's3:x-amz-acl': 'bucket-owner-full-control' },
            ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [Match.stringLikeRegexp('^Data'), 'Arn'] } },
          },
        })]),
      },
    });
    const deliveries = Object.values(template.findResources('AWS::S3::BucketPolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Principal: { Service?: string } }[])
      .filter(({ Principal }) => Principal.Service === 's3.amazonaws.com');
    expect(deliveries).toHaveLength(1); // not also the one of the CDK, which asks for less
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:GenerateDataKey', Principal: { Service: 's3.amazonaws.com' } })]) },
    });
  });

  test('reads the links of the reports, whose partitions are computed', () => {
    made().template().hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Parameters: { 'projection.enabled': 'true', 'projection.dt.type': 'date', 'projection.dt.format': 'yyyy-MM-dd-HH-mm', 'projection.dt.range': Match.stringLikeRegexp('^\\d{4}-01-01-00-00,NOW$'), 'projection.dt.interval': '1', 'projection.dt.interval.unit': 'HOURS' },
        StorageDescriptor: {
          InputFormat: 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat',
          SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    });
  });

  test('says that it does not know keys, wherever somebody counts on it', () => {
    const { report } = made();
    expect(report.findings).not.toContain(ObjectFinding.OTHER_KEY);
    expect(() => report.metricObjects(ObjectFinding.OTHER_KEY)).toThrow(/knows no keys.*ObjectSource.metadataTables\(\)/);
    expect(() => made({ alarmOn: [ObjectFinding.OTHER_KEY] })).toThrow(/'alarmOn'.*other-key.*never go off/);
    const stack = stackOf();
    expect(() => made({ expectedKeys: [new RotatingS3Key(stack, 'Ours')] }, stack)).toThrow(/'expectedKeys' must be left out/);
  });

  test('refuses where no inventory can be ordered or delivered', () => {
    const stack = stackOf();
    const imported = s3.Bucket.fromBucketName(stack, 'Imported', 'imported');
    expect(() => made({ bucket: imported }, stack)).toThrow(/must be made in this app for ObjectSource.inventory\(\)/);
    const own = stackOf();
    const bucket = new SecureBucket(own, 'Data');
    expect(() => made({ bucket, source: ObjectSource.inventory({ destination: bucket }) }, own)).toThrow(/'destination' must not be 'bucket' itself/);
    const far = stackOf();
    const destination = s3.Bucket.fromBucketAttributes(far, 'Far', { bucketName: 'far', region: 'us-east-1' });
    expect(() => made({ source: ObjectSource.inventory({ destination }) }, far)).toThrow(/'destination' must be in the region/);
    for (const destinationPrefix of ['/a', 'a/', '', 'a//b', 'a b', Lazy.string({ produce: () => 'a' })]) {
      expect(() => ObjectSource.inventory({ destinationPrefix })).toThrow(/'destinationPrefix' must be a folder/);
    }
  });

  test('prints what the owner of an imported destination must add, for its key too', () => {
    const stack = stackOf();
    made({ source: ObjectSource.inventory({ destination: s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs') }) }, stack);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('no inventory arrives unless[\\s\\S]*s3:x-amz-acl[\\s\\S]*fromBucketAttributes[\\s\\S]*kms:GenerateDataKey'));
    const known = stackOf();
    const encryptionKey = kms.Key.fromKeyArn(known, 'TheirKey', `arn:aws:kms:eu-west-1:${ENV.account}:key/theirs`);
    const { template } = made({ source: ObjectSource.inventory({ destination: s3.Bucket.fromBucketAttributes(known, 'Theirs', { bucketName: 'theirs', encryptionKey }) }) }, known);
    Annotations.fromStack(known).hasWarning('*', Match.stringLikeRegexp('key/theirs[\\s\\S]*kms:GenerateDataKey'));
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^ReportCount'),
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:Decrypt']), Resource: encryptionKey.keyArn })]) },
    });
  });

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['kms.Key', (stack) => new kms.Key(stack, 'Theirs')],
    ['RotatingS3Key', (stack) => new RotatingS3Key(stack, 'Theirs')],
    ['kms.Alias', (stack) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/theirs', targetKey: new kms.Key(stack, 'Theirs') })],
  ])('lets S3 use the %s of a plain bucket that it delivers into', (_, keyOf) => {
    const stack = stackOf();
    const destination = new s3.Bucket(stack, 'Inventories', { encryption: s3.BucketEncryption.KMS, encryptionKey: keyOf(stack) });
    const [[id]] = Object.entries(made({ source: ObjectSource.inventory({ destination }) }, stack).template().findResources('AWS::KMS::Key', {
      Properties: {
        KeyPolicy: {
          Statement: Match.arrayWith([Match.objectLike({
            Action: 'kms:GenerateDataKey',
            Principal: { Service: 's3.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': ENV.account }, ArnLike: { 'aws:SourceArn': Match.anyValue() } },
          })]),
        },
      },
    }));
    expect(id).toMatch(/^Theirs/);
  });

  test('refuses a destination under a key that nobody can open, and takes one under SSE-S3', () => {
    const stack = stackOf();
    const managed = new s3.Bucket(stack, 'Managed', { encryption: s3.BucketEncryption.KMS_MANAGED });
    expect(() => made({ source: ObjectSource.inventory({ destination: managed }) }, stack)).toThrow(/'destination' must be under SSE-S3, or under a KMS key.*got Stack\/Managed.*use a SecureBucket/);
    const plain = stackOf();
    made({ source: ObjectSource.inventory({ destination: new s3.Bucket(plain, 'Plain', { encryption: s3.BucketEncryption.S3_MANAGED }) }) }, plain);
  });
});

describe('a report over metadata tables', () => {
  test('turns them on under the key of the report, which two services may write with', () => {
    const template = made(withKeys).template();
    const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^ReportKey'), 'Arn'] };
    template.hasResourceProperties('AWS::S3::Bucket', {
      MetadataConfiguration: {
        JournalTableConfiguration: { RecordExpiration: { Expiration: 'ENABLED', Days: 7 }, EncryptionConfiguration: { SseAlgorithm: 'aws:kms', KmsKeyArn: key } },
        InventoryTableConfiguration: { ConfigurationState: 'ENABLED', EncryptionConfiguration: { SseAlgorithm: 'aws:kms', KmsKeyArn: key } },
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Principal: { Service: ['metadata.s3.amazonaws.com', 'maintenance.s3tables.amazonaws.com'] },
          Condition: { StringLike: { 'kms:EncryptionContext:aws:s3:arn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3tables:eu-west-1:111122223333:bucket/aws-s3/*']] } } },
        })]),
      },
    });
  });

  test('never overwrites what is there, and says what to do instead', () => {
    const stack = stackOf();
    const bucket = new SecureBucket(stack, 'Data');
    (bucket.node.defaultChild as s3.CfnBucket).metadataConfiguration = { journalTableConfiguration: { recordExpiration: { expiration: 'DISABLED' } } };
    expect(() => made({ ...withKeys, bucket }, stack)).toThrow(/it is not overwritten; use ObjectSource.existingMetadataTables\(\)/);
    for (const path of ['MetadataConfiguration', 'MetadataTableConfiguration.S3TablesDestination', 'MetadataConfiguration.JournalTableConfiguration']) {
      const hatch = stackOf();
      const overridden = new SecureBucket(hatch, 'Data');
      (overridden.node.defaultChild as s3.CfnBucket).addPropertyOverride(path, {});
      expect(() => made({ ...withKeys, bucket: overridden }, hatch)).toThrow(/it is not overwritten/);
    }
    const imported = stackOf();
    expect(() => made({ ...withKeys, bucket: s3.Bucket.fromBucketName(imported, 'Imported', 'imported') }, imported)).toThrow(/must be made in this app.*existingMetadataTables/);
    for (const journalExpiration of [Duration.days(6), Duration.hours(200)]) {
      expect(() => ObjectSource.metadataTables({ journalExpiration })).toThrow(/'journalExpiration' must be whole days, at least 7/);
    }
    expect(() => ObjectSource.existingMetadataTables({ tableNamespace: 'B"; DROP' })).toThrow(/'tableNamespace' must be/);
  });

  test('finds the namespace of a bucket with periods in its name', () => {
    const stack = stackOf();
    const { template } = made({ bucket: s3.Bucket.fromBucketName(stack, 'Imported', 'orders.of.2026'), source: ObjectSource.existingMetadataTables() }, stack);
    template().hasResourceProperties('AWS::Athena::NamedQuery', { Name: 'objects-by-encryption', QueryString: Match.stringLikeRegexp('"b_orders_of_2026"."inventory"') });
    expect(template().findResources('AWS::KMS::Key', { Properties: { KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'WriteMetadataTables' })]) } } })).toEqual({});
  });

  test('expects the key of the bucket, or those that are named', () => {
    expect(made(withKeys).report.findings).toEqual(Object.values(ObjectFinding));
    const stack = stackOf();
    const unencrypted = new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.s3Managed() });
    expect(made({ ...withKeys, bucket: unencrypted }, stack).report.findings).toEqual([ObjectFinding.UNENCRYPTED, ObjectFinding.SSE_C]);
    const other = stackOf();
    const alias = kms.Alias.fromAliasName(other, 'Alias', 'alias/orders');
    expect(() => made({ ...withKeys, expectedKeys: [alias] }, other)).toThrow(/'expectedKeys' takes keys with a full ARN, got the alias alias\/orders/);
    expect(() => made({ ...withKeys, expectedKeys: [] })).toThrow(/'expectedKeys' must name at least one key/);
  });
});

describe('a report in another stack', () => {
  interface Two { readonly app: App; readonly there: Stack; readonly here: Stack; readonly bucket: SecureBucket }
  function two(): Two {
    const app = new App();
    const there = new Stack(app, 'There', { env: ENV });
    return { app, there, here: new Stack(app, 'Here', { env: ENV }), bucket: new SecureBucket(there, 'Data') };
  }

  test.each([['inventory', ObjectSource.inventory()], ['metadataTables', ObjectSource.metadataTables()]])('than the bucket is refused with %s, with what to do instead', (name, source) => {
    const { here, bucket } = two();
    expect(() => made({ bucket, source }, here)).toThrow(/'bucket' must be in the stack .*Here, got There\/Data.*make the report in the stack of the bucket.*existingMetadataTables/);
    expect(name).toBeDefined();
  });

  test('than the bucket works with a destination or a key that is there, and with tables that are there', () => {
    const destination = two();
    made({ bucket: destination.bucket, source: ObjectSource.inventory({ destination: new SecureBucket(destination.there, 'Inventories') }) }, destination.here);
    destination.app.synth();
    const key = two();
    made({ bucket: key.bucket, source: ObjectSource.metadataTables(), encryptionKey: new RotatingS3Key(key.there, 'Theirs') }, key.here);
    key.app.synth();
    const existing = two();
    made({ bucket: existing.bucket, source: ObjectSource.existingMetadataTables() }, existing.here);
    existing.app.synth();
    const wrong = two();
    expect(() => made({ bucket: wrong.bucket, source: ObjectSource.inventory({ destination: new SecureBucket(wrong.here, 'Inventories') }) }, wrong.here)).toThrow(/'destination' in the stack of the bucket/);
  });

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['kms.Key', (stack) => new kms.Key(stack, 'Theirs')], ['RotatingS3Key', (stack) => new RotatingS3Key(stack, 'Theirs')],
  ])('than a %s of its tables gets the key by its role alone', (_, keyOf) => {
    const { app, there, here, bucket } = two();
    const tableKey = keyOf(there);
    const { template } = made({ bucket, source: ObjectSource.existingMetadataTables({ tableKey }) }, here);
    app.synth();
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:Decrypt', Resource: here.resolve(tableKey.keyArn) as object, Condition: Match.objectLike({ StringLike: Match.anyValue() }) })]) },
    });
    Template.fromStack(there).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'ReadMetadataTables', Action: 'kms:Decrypt', Principal: { AWS: Match.anyValue() } })]) },
    });
  });

  test('lets people of a third one query', () => {
    const { app, there, bucket } = two();
    const { report } = made({ bucket, source: ObjectSource.metadataTables() }, there);
    report.grantQuery(new iam.Role(new Stack(app, 'People', { env: ENV }), 'Analyst', { assumedBy: new iam.AccountRootPrincipal() }));
    app.synth();
  });

  test('than a key that names each role is refused', () => {
    const { there, here, bucket } = two();
    const naming = new RotatingS3Key(there, 'Naming', { access: KeyAccess.namedPrincipals(new iam.AccountRootPrincipal()) });
    expect(() => made({ bucket, source: ObjectSource.existingMetadataTables({ tableKey: naming }) }, here)).toThrow(/'tableKey' must be a key of Here.*got There\/Naming/);
    expect(() => new ObjectEncryptionReport(here, 'Other', { bucket, source: ObjectSource.existingMetadataTables(), encryptionKey: naming })).toThrow(/'encryptionKey' must be a key of Here/);
  });
});

describe('what objects should be', () => {
  test.each([['inventory', ObjectSource.inventory()], ['metadataTables', withKeys.source]])('of a bucket under aws/s3 is not SSE-S3, by %s', (name, source) => {
    const stack = stackOf();
    const bucket = new s3.Bucket(stack, 'Managed', { encryption: s3.BucketEncryption.KMS_MANAGED });
    const { report } = made({ bucket, source }, stack);
    expect(report.findings).toContain(ObjectFinding.SSE_S3);
    expect(report.findings).not.toContain(ObjectFinding.OTHER_KEY);
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('objects under any key are taken for good: pass'));
    expect(warnings).toHaveLength(name === 'inventory' ? 0 : 1);
  });

  test('of a bucket under an alias is the key of the alias', () => {
    const stack = stackOf();
    const targetKey = new kms.Key(stack, 'Target');
    const bucket = new s3.Bucket(stack, 'Aliased', { encryption: s3.BucketEncryption.KMS, encryptionKey: new kms.Alias(stack, 'Alias', { aliasName: 'alias/data', targetKey }) });
    const { template } = made({ ...withKeys, bucket }, stack);
    const [query] = Object.values(template().findResources('AWS::Athena::NamedQuery', { Properties: { Name: 'other-key-by-prefix' } }));
    expect(JSON.stringify(query)).toContain(JSON.stringify(stack.resolve(targetKey.keyArn)));
  });

  test('of an imported bucket is not known without a key, and that is said', () => {
    const stack = stackOf();
    made({ source: ObjectSource.existingMetadataTables(), bucket: s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs') }, stack);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('under any key are taken for good, and objects under SSE-S3 too: pass .expectedKeys.'));
    const told = stackOf();
    const expectedKeys = [kms.Key.fromKeyArn(told, 'Key', `arn:aws:kms:eu-west-1:${ENV.account}:key/theirs`)];
    made({ source: ObjectSource.existingMetadataTables(), bucket: s3.Bucket.fromBucketName(told, 'Theirs', 'theirs'), expectedKeys }, told);
    expect(Annotations.fromStack(told).findWarning('*', Match.stringLikeRegexp('taken for good'))).toEqual([]);
  });
});

describe('every report', () => {
  test('is the only one of its bucket, whichever way and from wherever it is named', () => {
    const app = new App();
    const [one, two] = [new Stack(app, 'One', { env: ENV }), new Stack(app, 'Two', { env: ENV })];
    const bucket = new SecureBucket(one, 'Data');
    const source = ObjectSource.existingMetadataTables();
    made({ bucket }, one);
    expect(() => made({ bucket, source }, two)).toThrow(/'bucket' must have one report, got a second one for One\/Data.*those of One\/Report/);
    const again = s3.Bucket.fromBucketName(two, 'Again', bucket.bucketName);
    expect(() => new ObjectEncryptionReport(two, 'Other', { bucket: again, source })).toThrow(/must have one report/);
    // The same logical id, and another bucket; and the same name in another app.
    const third = new Stack(app, 'Three', { env: ENV });
    expect(() => made({ bucket: new SecureBucket(third, 'Data') }, third)).not.toThrow();
    const named = () => { const stack = stackOf(); made({ bucket: s3.Bucket.fromBucketName(stack, 'Named', 'named'), source }, stack); };
    named();
    expect(named).not.toThrow();
  });

  test('has one saved query for each finding, one for all and one for the objects', () => {
    const names = Object.values(made(withKeys).template().findResources('AWS::Athena::NamedQuery')).map(({ Properties }) => Properties.Name as string).sort();
    expect(names).toEqual([
      'objects-by-encryption', 'objects-with-findings', 'other-key-by-prefix', 'sse-c-by-prefix', 'sse-s3-by-prefix', 'unencrypted-by-prefix', 'without-bucket-key-by-prefix',
    ]);
  });

  test('alarms on each finding, and on its own absence, to those who hear', () => {
    const stack = stackOf();
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
    const { report, template } = made({ alarms, tolerated: 5 }, stack);
    for (const MetricName of ['ObjectsUnencrypted', 'ObjectsUnderSseC', 'ObjectsUnderSseS3', 'ObjectsWithoutBucketKey']) {
      template().hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName,
        Namespace: 'S3Encryption/Objects',
        Threshold: 5,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'ignore',
        AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmsTopic') }],
      });
    }
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HoursBehind',
      TreatMissingData: 'breaching',
      DatapointsToAlarm: 2,
      EvaluationPeriods: 2,
      Threshold: 96,
      AlarmActions: Match.anyValue(),
      AlarmDescription: Match.stringLikeRegexp('^MEDIUM: .*runbook.md#object-report-late$'),
    });
    expect(alarms.alarms).toEqual(expect.arrayContaining(report.alarms));
    expect(report.alarms).toHaveLength(5);
  });

  test('counts once a day, by a rule of its own', () => {
    made().template().hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)' });
  });

  test('alarms only on what was asked for', () => {
    const { report } = made({ alarmOn: [ObjectFinding.SSE_C] });
    expect(report.alarms).toHaveLength(2);
    expect(() => made({ alarmOn: [ObjectFinding.SSE_C, ObjectFinding.SSE_C] })).toThrow(/'alarmOn' must name each finding once/);
  });

  test('has metrics of the prefixes that it counts, and of no others', () => {
    const { report, stack } = made({ prefixes: ['finance/'] });
    expect(stack.resolve(report.metricBytes(ObjectFinding.UNENCRYPTED, 'finance/').dimensions)).toEqual({ BucketName: { Ref: expect.stringMatching(/^Data/) }, Prefix: 'finance/' });
    expect(() => report.metricObjects(ObjectFinding.UNENCRYPTED, 'hr/')).toThrow(/'prefix' must be one of 'prefixes' \(finance\/\), got 'hr\/'/);
  });

  test.each<[string, Partial<ObjectEncryptionReportProps>, RegExp]>([
    ['a depth of none', { prefixDepth: 0 }, /'prefixDepth' must be a whole number from 1 to 8, got 0/],
    ['a depth too deep', { prefixDepth: 9 }, /from 1 to 8, got 9/],
    ['a negative number of objects', { tolerated: -1 }, /'tolerated' must be a whole number, 0 or more, got -1/],
    ['a prefix twice', { prefixes: ['a/', 'a/'] }, /got 'a\/' twice/],
    ['a prefix of nothing', { prefixes: [''] }, /'prefixes' must be known at synthesis/],
    ['a prefix that CloudWatch does not take', { prefixes: ['ü/'] }, /ASCII/],
    ['more prefixes than anybody wants to pay for', { prefixes: Array.from({ length: 21 }, (_, index) => `${index}/`) }, /at most 20, got 21/],
    ['a limit below what Athena counts', { queryScanLimit: Size.bytes(1) }, /'queryScanLimit' must be at least 10 MB/],
  ])('refuses %s', (_, props, message) => {
    expect(() => made(props)).toThrow(message);
  });

  test('refuses a bucket of another region, and alarms of one', () => {
    const stack = stackOf();
    expect(() => made({ bucket: s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' }) }, stack)).toThrow(/'bucket' must be in the region/);
    const app = new App();
    const far = new EncryptionAlarms(new Stack(app, 'Far', { env: { ...ENV, region: 'us-east-1' } }), 'Alarms', { notify: [Notify.email('a@example.com')] });
    expect(() => made({ alarms: far }, new Stack(app, 'Here', { env: ENV }))).toThrow(/'alarms' must be in the account and region of this stack.*an alarm tells only topics/);
  });

  test('of a bucket under SSE-S3 expects no Bucket Key', () => {
    const stack = stackOf();
    const bucket = new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.s3Managed() });
    expect(() => made({ bucket, bucketKeyExpected: true }, stack)).toThrow(/'bucketKeyExpected' must not be true/);
    expect(made({ bucketKeyExpected: false }).report.findings).not.toContain(ObjectFinding.WITHOUT_BUCKET_KEY);
  });
});

describe('what may be done with it', () => {
  /** Actions of one role on resources whose ARN, as JSON, has a text. */
  function actionsOf(template: Template, role: RegExp, on: RegExp): string[] {
    return Object.values(template.findResources('AWS::IAM::Policy', { Properties: { PolicyName: Match.stringLikeRegexp(role.source) } }))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[])
      .filter(({ Resource }) => on.test(JSON.stringify(Resource)))
      .flatMap(({ Action }) => Action).sort();
  }
  const withAnalyst = (source: ObjectSource) => {
    const { stack, report, template } = made({ source });
    report.grantQuery(new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() }));
    return template();
  };

  test('by whoever may query: to write answers, and neither to delete one nor to touch the list of a backfill', () => {
    const template = withAnalyst(ObjectSource.inventory());
    expect(actionsOf(template, /^Analyst/, /answers\/\*/)).toEqual(['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject']);
    expect(actionsOf(template, /^Analyst/, /lists\//)).toEqual([]);
    expect(actionsOf(template, /^Analyst/, /:athena:/)).toEqual([
      'athena:BatchGetNamedQuery', 'athena:GetNamedQuery', 'athena:GetQueryExecution', 'athena:GetQueryResults', 'athena:GetWorkGroup', 'athena:ListNamedQueries',
      'athena:StartQueryExecution', 'athena:StopQueryExecution',
    ]);
    expect(actionsOf(template, /^Analyst/, /:glue:/)).toEqual(['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable']);
    const places = Object.values(template.findResources('AWS::Athena::WorkGroup')).map(({ Properties }) => JSON.stringify(Properties.WorkGroupConfiguration.ResultConfiguration.OutputLocation));
    expect(places.map((place) => /"\/(.*?)"/.exec(place)?.[1]).sort()).toEqual(['answers/', 'lists/counts/']);
  });
});

describe('the role that counts', () => {
  const statementsOf = (source: ObjectSource) => Object.values(made({ source }).template().findResources('AWS::IAM::Policy', { Properties: { PolicyName: Match.stringLikeRegexp('^ReportCount') } }))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown; Condition?: object }[]);
  const about = (source: ObjectSource, service: string) => statementsOf(source).filter(({ Action }) => [Action].flat().every((action) => action.startsWith(`${service}:`)));

  test('reads the tables of S3 Metadata of this bucket, and decrypts nothing else with their key', () => {
    expect(about(withKeys.source, 's3tables').map(({ Action }) => Action)).toEqual([['s3tables:GetTable', 's3tables:GetTableData', 's3tables:GetTableMetadataLocation']]);
    const [glue] = about(withKeys.source, 'glue');
    expect(glue.Action).toEqual(['glue:GetCatalog', 'glue:GetDatabase', 'glue:GetTable']);
    for (const place of ['catalog/s3tablescatalog/aws-s3', 'database/s3tablescatalog/aws-s3/b_', '/inventory']) { expect(JSON.stringify(glue.Resource)).toContain(place); }
    expect(about(withKeys.source, 'lakeformation').map(({ Action }) => Action)).toEqual(['lakeformation:GetDataAccess']);
    expect(about(withKeys.source, 'kms')).toContainEqual(expect.objectContaining({
      Action: 'kms:Decrypt',
      Condition: {
        StringEquals: { 'kms:ViaService': ['s3.eu-west-1.amazonaws.com', 's3tables.eu-west-1.amazonaws.com'] },
        StringLike: { 'kms:EncryptionContext:aws:s3:arn': expect.anything() },
      },
    }));
  });

  test('reads inventories where they are, by the table that names them', () => {
    const [glue] = about(ObjectSource.inventory(), 'glue');
    expect(glue.Action).toEqual(['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable']);
    expect(JSON.stringify(statementsOf(ObjectSource.inventory()).filter(({ Action }) => [Action].flat().includes('s3:GetObject*')))).toContain('ReportInventories');
    expect(about(ObjectSource.inventory(), 's3tables')).toEqual([]);
  });
});

describe('the list of a report', () => {
  test('is a source of a backfill of the same bucket, and of no other', () => {
    const { stack, report } = made();
    expect(() => new EncryptionBackfillJob(stack, 'Backfill', { bucket: new SecureBucket(stack, 'Other'), sources: [BackfillSource.listed(report.backfillList)] }))
      .toThrow(/'sources' must list objects of 'bucket' itself.*make an ObjectEncryptionReport about this bucket/);
  });

  test('takes keys by their ARN, and lets the job use them', () => {
    const { stack, report } = made();
    const bucket = stack.node.findChild('Data') as SecureBucket;
    const alias = kms.Alias.fromAliasName(stack, 'Alias', 'alias/orders');
    expect(() => new EncryptionBackfillJob(stack, 'Refused', { bucket, sources: [BackfillSource.listed(report.backfillList, alias)] })).toThrow(/takes keys with a full ARN/);
    const old = new RotatingS3Key(stack, 'Old');
    new EncryptionBackfillJob(stack, 'Backfill', { bucket, sources: [BackfillSource.listed(report.backfillList, old)] });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^BackfillBatchRole'),
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Resource: stack.resolve(old.keyArn) as object })]) },
    });
  });

  test('leaves a backfill that has none as it was', () => {
    const stack = stackOf();
    new EncryptionBackfillJob(stack, 'Backfill', { bucket: new SecureBucket(stack, 'Data'), sources: [BackfillSource.sseS3()] });
    const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
    expect(JSON.stringify(machine.Properties.DefinitionString)).not.toMatch(/listedJobs|StartTaking/);
  });
});

describe('holds the template to what the findings follow from', () => {
  const late = (change: (bucket: s3.Bucket, stack: Stack) => void) => {
    const stack = stackOf();
    const bucket = new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.S3_MANAGED });
    made({ bucket }, stack);
    change(bucket, stack);
    (stack.node.root as App).synth();
  };
  const DEFAULT = 'BucketEncryption.ServerSideEncryptionConfiguration.0';

  test.each<[string, (bucket: s3.Bucket, stack: Stack) => void]>([
    ['a mixin', (bucket, stack) => { bucket.with(new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(stack, 'Key') })); }],
    ['an override', (bucket) => {
      (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride(`${DEFAULT}.ServerSideEncryptionByDefault.SSEAlgorithm`, 'aws:kms');
    }],
  ])('a default that %s changes afterwards is an error', (_, change) => {
    expect(() => { late(change); }).toThrow(/must be what it was when the ObjectEncryptionReport was made, AES256, got aws:kms with/);
  });

  test('a Bucket Key too', () => {
    const stack = stackOf();
    const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'Key'), bucketKeyEnabled: true });
    made({ bucket }, stack);
    (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride(`${DEFAULT}.BucketKeyEnabled`, false);
    expect(() => (stack.node.root as App).synth()).toThrow(/aws:kms with a Bucket Key, got aws:kms without a Bucket Key/);
  });

  test('what else changes is nobody\'s business', () => {
    expect(() => { late((bucket) => { (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride(`${DEFAULT}.BlockedEncryptionTypes.EncryptionType`, ['SSE-C']); }); }).not.toThrow();
  });
});
