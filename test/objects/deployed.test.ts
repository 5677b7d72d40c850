import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateKeyCommand, DescribeKeyCommand, GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand, GetBucketEncryptionCommand, GetBucketInventoryConfigurationCommand, GetObjectCommand, HeadBucketCommand,
} from '@aws-sdk/client-s3';
import { aws_iam as iam, aws_kms as kms, Size } from 'aws-cdk-lib';
import { JsonApi } from '../../deployer/json-api';
import { ROOT } from '../../emulator/service/identities';
import {
  BackfillSource, EncryptionAlarms, EncryptionBackfillJob, Notify, ObjectEncryptionReport, type ObjectEncryptionReportProps, ObjectFinding,
  ObjectSource, SecureBucket,
} from '../../src';
import { BackfillWorld } from '../backfill/end-to-end-world';
import { type Deployed, ENV, LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(300_000);

const SSE_C = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 7).toString('base64') };
const OPEN = { allowAnyUploadEncryptionBecause: 'the test puts what was there before', allowSseCBecause: 'the test puts what was there before' };
const ODD = 'it\'s/ünï ☃, "quoted" +%.txt';
/** What the list of a table that knows keys has. */
const LISTED = [ODD, 's3/b', 'old/a', 'slow/a', 'plain/a b'];

let cloud: LocalCloud;
let world: BackfillWorld;
let cloudwatch: CloudWatchClient;
let oldKeyArn: string;

beforeAll(async () => {
  cloud = await LocalCloud.start();
  world = new BackfillWorld(cloud);
  cloudwatch = new CloudWatchClient({ endpoint: cloud.emulator.endpoint, region: ENV.region, credentials: ROOT });
  oldKeyArn = (await cloud.kms().send(new CreateKeyCommand({}))).KeyMetadata!.Arn!;
});
afterAll(async () => {
  cloudwatch?.destroy();
  await cloud?.stop();
});

type Outputs = Readonly<Record<'machine' | 'backfill' | 'narrow' | 'bucket' | 'key' | 'reportKey' | 'results' | 'workGroup' | 'analyst', string>>;
type Made = Outputs & Pick<Deployed, 'deployment'>;

async function deployed(source: ObjectSource, props: Partial<ObjectEncryptionReportProps> = {}, ...others: BackfillSource[]): Promise<Made> {
  const { outputs, deployment } = await cloud.deploy((stack) => {
    const data = new SecureBucket(stack, 'Data', OPEN);
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')], dashboard: false });
    const report = new ObjectEncryptionReport(stack, 'Objects', { bucket: data, source, alarms, ...props });
    const backfill = new EncryptionBackfillJob(stack, 'Backfill', {
      bucket: data, sources: [...others, BackfillSource.listed(report.backfillList, kms.Key.fromKeyArn(stack, 'OldKey', oldKeyArn))],
    });
    const narrow = new EncryptionBackfillJob(stack, 'Narrow', { bucket: data, sources: [BackfillSource.listed(report.backfillList)], prefix: 'old/' });
    const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    report.grantQuery(analyst);
    return {
      machine: report.stateMachine.stateMachineArn,
      backfill: backfill.stateMachine.stateMachineArn,
      narrow: narrow.stateMachine.stateMachineArn,
      bucket: data.bucketName,
      key: data.encryptionKey!.keyArn,
      reportKey: report.encryptionKey.keyArn,
      results: report.resultsBucket.bucketName,
      workGroup: report.workGroupName,
      analyst: analyst.roleArn,
    };
  });
  return { ...outputs as Outputs, deployment };
}

/** Objects of every kind, and old versions and delete markers. */
async function fill({ bucket, key }: Made): Promise<void> {
  const ours = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key } as const;
  await world.put(bucket, 'good/a', { ...ours, BucketKeyEnabled: true });
  await world.put(bucket, 'good/dsse', { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: key });
  await world.put(bucket, 'slow/a', { ...ours, BucketKeyEnabled: false });
  await world.put(bucket, ODD);
  await world.put(bucket, 's3/b');
  await world.put(bucket, 'old/a', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: oldKeyArn, BucketKeyEnabled: true });
  await world.put(bucket, 'client/a', { ServerSideEncryption: undefined, ...SSE_C });
  await world.putUnencrypted(bucket, 'plain/a b');
  await world.put(bucket, 'gone/a');
  await cloud.s3().send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone/a' }));
}

/** One object of each finding under one prefix, and two under another. */
async function fillMore({ bucket, key }: Made): Promise<void> {
  for (const [folder, copies] of [['more/', 1], ['most/', 2]] as const) {
    for (let copy = 1; copy <= copies; copy += 1) {
      await world.putUnencrypted(bucket, `${folder}plain/${copy}`);
      await world.put(bucket, `${folder}client/${copy}`, { ServerSideEncryption: undefined, ...SSE_C });
      await world.put(bucket, `${folder}s3/${copy}`);
      await world.put(bucket, `${folder}old/${copy}`, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: oldKeyArn, BucketKeyEnabled: true });
      await world.put(bucket, `${folder}slow/${copy}`, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key, BucketKeyEnabled: false });
    }
  }
}

type Answer = readonly Readonly<Record<string, string | undefined>>[];

/** Runs every saved query, as somebody who may do nothing else, and gives back the rows by the name of the query. */
async function savedQueries({ workGroup, analyst }: Made): Promise<Record<string, Answer>> {
  const api = new JsonApi(cloud.emulator.endpoint, ENV.region, await cloud.roleCredentials(analyst));
  const athena = async (operation: string, body: object): Promise<any> => api.call('athena', `AmazonAthena.${operation}`, body);
  const { NamedQueryIds: ids } = await athena('ListNamedQueries', { WorkGroup: workGroup });
  const answers: Record<string, Answer> = {};
  for (const NamedQueryId of ids as string[]) {
    const { NamedQuery: query } = await athena('GetNamedQuery', { NamedQueryId });
    const { QueryExecutionId } = await athena('StartQueryExecution', { QueryString: query.QueryString, QueryExecutionContext: { Database: query.Database }, WorkGroup: workGroup });
    const { QueryExecution: { Status: status } } = await athena('GetQueryExecution', { QueryExecutionId });
    expect([query.Name, status.State, status.StateChangeReason]).toEqual([query.Name, 'SUCCEEDED', undefined]);
    const { ResultSet: { Rows: rows } } = await athena('GetQueryResults', { QueryExecutionId });
    const [names, ...values] = (rows as { Data: { VarCharValue?: string }[] }[]).map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue));
    answers[query.Name as string] = values.map((row) => Object.fromEntries(names.map((name, index) => [name!, row[index]])));
  }
  return answers;
}

/** What a saved query by prefix says of the two prefixes of `fillMore`. */
const ofMore = (answer: Answer = []) => answer.filter(({ prefix }) => /^mo(re|st)\/$/.test(prefix!)).map(({ prefix, objects, bytes }) => [prefix, Number(objects), Number(bytes)]);
/** Each body is as long as it says: "body of " and the key. */
const expectedOfMore = (kind: string) => {
  const bytes = (folder: string) => `body of ${folder}${kind}/1`.length;
  return [['most/', 2, 2 * bytes('most/')], ['more/', 1, bytes('more/')]];
};

/** The newest value of each metric, by its name; of a prefix by the name and the prefix. */
async function metrics({ bucket }: Made, ...names: [name: string, prefix?: string][]): Promise<Record<string, number | undefined>> {
  const { MetricDataResults: results = [] } = await cloudwatch.send(new GetMetricDataCommand({
    StartTime: new Date(Date.now() - 3_600_000),
    EndTime: new Date(Date.now() + 3_600_000),
    MetricDataQueries: names.map(([MetricName, prefix], index) => ({
      Id: `m${index}`,
      MetricStat: {
        Metric: {
          Namespace: 'S3Encryption/Objects', MetricName, Dimensions: [{ Name: 'BucketName', Value: bucket }, ...prefix === undefined ? [] : [{ Name: 'Prefix', Value: prefix }]],
        },
        Period: 60,
        Stat: 'Maximum',
      },
    })),
  }));
  return Object.fromEntries(names.map(([name, prefix], index) => [`${name}${prefix ?? ''}`, results.find(({ Id }) => Id === `m${index}`)?.Values?.[0]]));
}

describe('the live inventory table of S3 Metadata', () => {
  let made: Made;
  let report: Record<string, any>;
  beforeAll(async () => {
    made = await deployed(ObjectSource.metadataTables(), {
      prefixes: ['s3/', 'plain/'], prefixAlarms: [{ prefix: "it's/", alarmOn: [ObjectFinding.SSE_S3], tolerated: 1, toleratedBytes: Size.bytes(9) }],
    });
    await fill(made);
  });

  test('is turned on, and how the bucket encrypts is not touched', async () => {
    const { ServerSideEncryptionConfiguration: encryption } = await cloud.s3().send(new GetBucketEncryptionCommand({ Bucket: made.bucket }));
    expect(encryption?.Rules?.[0]).toMatchObject({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: made.key }, BucketKeyEnabled: true });
  });

  test('that S3 still fills is not counted, and no zero is published', async () => {
    await world.control('metadata', { bucket: made.bucket, status: 'BACKFILLING' });
    const { status, output } = await cloud.run(made.machine);
    expect([status, JSON.parse(output!)]).toEqual(['SUCCEEDED', expect.objectContaining({ ready: false, reason: expect.stringContaining('BACKFILLING') })]);
    expect(await metrics(made, ['ObjectsUnencrypted'], ['HoursBehind'])).toEqual({ ObjectsUnencrypted: undefined, HoursBehind: undefined });
    await world.control('metadata', { bucket: made.bucket, status: 'ACTIVE' });
  });

  test('a backfill of a list that was never made says so', async () => {
    const { status, cause } = await cloud.run(made.backfill, { mode: 'plan' });
    expect(status).toBe('FAILED');
    expect(cause).toContain('the report has not counted yet');
  });

  test('is counted by finding, and published with zeros', async () => {
    const { status, output, cause } = await cloud.run(made.machine);
    expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
    report = JSON.parse(output!);
    expect(report).toMatchObject({
      ready: true,
      counted: { objects: 9 },
      findings: {
        'unencrypted': { objects: 1 }, 'sse-c': { objects: 1 }, 'sse-s3': { objects: 3 }, 'other-key': { objects: 1 }, 'without-bucket-key': { objects: 1 },
      },
    });
    expect(await metrics(
      made, ['ObjectsUnencrypted'], ['BytesUnencrypted'], ['ObjectsUnderSseC'], ['ObjectsUnderSseS3'], ['ObjectsUnderOtherKey'], ['ObjectsWithoutBucketKey'],
      ['ObjectsCounted'], ['HoursBehind'], ['ObjectsUnderSseS3', "it's/"], ['BytesUnderSseS3', "it's/"], ['ObjectsUnderSseS3', 's3/'], ['ObjectsUnencrypted', 's3/'], ['BytesUnencrypted', 'plain/'],
    )).toEqual({
      'ObjectsUnencrypted': 1,
      'BytesUnencrypted': 'body of plain/a b'.length,
      'ObjectsUnderSseC': 1,
      'ObjectsUnderSseS3': 3,
      'ObjectsUnderOtherKey': 1,
      'ObjectsWithoutBucketKey': 1,
      'ObjectsCounted': 9,
      'HoursBehind': 0,
      "ObjectsUnderSseS3it's/": 1,
      "BytesUnderSseS3it's/": Buffer.byteLength(`body of ${ODD}`),
      'ObjectsUnderSseS3s3/': 1,
      'ObjectsUnencrypteds3/': 0,
      'BytesUnencryptedplain/': 'body of plain/a b'.length,
    });
  });

  test('its report is kept, under the key of the report', async () => {
    const kept = await cloud.s3().send(new GetObjectCommand({ Bucket: made.results, Key: `reports/${report.run}.json` }));
    expect(kept.SSEKMSKeyId).toBe(made.reportKey);
    expect(JSON.parse(await kept.Body!.transformToString())).toEqual(report);
  });

  test('alarms watch each finding and the report itself', async () => {
    const { MetricAlarms: alarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    const ours = alarms.filter(({ Dimensions }) => Dimensions?.some(({ Value }) => Value === made.bucket));
    const [ofPrefix, ofBucket] = [true, false].map((yes) => ours.filter(({ Dimensions }) => Dimensions!.some(({ Name, Value }) => Name === 'Prefix' && Value === "it's/") === yes));
    expect(ofPrefix.map(({ MetricName, Threshold }) => [MetricName, Threshold]).sort()).toEqual([['BytesUnderSseS3', 9], ['ObjectsUnderSseS3', 1]]);
    expect(ofBucket.map(({ MetricName }) => MetricName).sort()).toEqual([
      'HoursBehind', 'ObjectsUnderOtherKey', 'ObjectsUnderSseC', 'ObjectsUnderSseS3', 'ObjectsUnencrypted', 'ObjectsWithoutBucketKey',
    ]);
    expect(ours.every(({ AlarmActions }) => AlarmActions?.length === 1)).toBe(true);
    expect(ours.find(({ MetricName }) => MetricName === 'HoursBehind')?.TreatMissingData).toBe('breaching');
  });

  test('a backfill that was not given the key of an object names it, and does not call it done', async () => {
    const plan = JSON.parse((await cloud.run(made.narrow, { mode: 'plan' })).output!);
    expect(plan).toMatchObject({ objects: 1 }); // of five, the one under its prefix
    const { output } = await cloud.run(made.narrow, { mode: 'run', confirm: plan.planId });
    const summary = JSON.parse(output!);
    expect(summary).toMatchObject({ exceptions: { 'not-admitted': 1 }, rewrittenTotal: 0, lists: [expect.stringContaining('exceptions/')] });
    expect(summary.message).toContain('What a report had listed, the next report counts again.');
    expect(await world.see(made.bucket, 'old/a')).toMatchObject({ keyArn: oldKeyArn });
  });

  test('a backfill does what the list says, and the next count is clean but for what only clients can do', async () => {
    const before = new Map(await Promise.all(LISTED.map(async (key) => [key, await world.see(made.bucket, key)] as const)));
    const plan = JSON.parse((await cloud.run(made.backfill, { mode: 'plan' })).output!);
    expect(plan).toMatchObject({ objects: 5, rewritten: { update: 4, copy: 1 } });
    const { status, output, cause } = await cloud.run(made.backfill, { mode: 'run', confirm: plan.planId });
    expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
    expect(JSON.parse(output!)).toMatchObject({ verified: true, rewrittenTotal: 5, failed: 0 });
    for (const key of LISTED) {
      expect(await world.see(made.bucket, key)).toMatchObject({ body: before.get(key)!.body, encryption: 'aws:kms', keyArn: made.key, bucketKey: true });
    }
    const again = JSON.parse((await cloud.run(made.machine)).output!);
    // The copy left the version that it was made from, and behind the delete marker is one under SSE-S3.
    expect(again.findings).toEqual({
      'unencrypted': { objects: 1, bytes: 17 },
      'sse-c': expect.objectContaining({ objects: 1 }),
      'sse-s3': expect.objectContaining({ objects: 1 }),
      'other-key': { objects: 0, bytes: 0 },
      'without-bucket-key': { objects: 0, bytes: 0 },
    });
    const empty = JSON.parse((await cloud.run(made.backfill, { mode: 'plan' })).output!);
    expect(empty).toMatchObject({ objects: 0, nothingToDo: true });
  });

  test('whose key no longer lets S3 write fails, and publishes nothing', async () => {
    const { Policy } = await cloud.kms().send(new GetKeyPolicyCommand({ KeyId: made.reportKey }));
    const document = JSON.parse(Policy!);
    const without = { ...document, Statement: document.Statement.filter(({ Sid }: { Sid?: string }) => Sid !== 'WriteMetadataTables') };
    await cloud.kms().send(new PutKeyPolicyCommand({ KeyId: made.reportKey, Policy: JSON.stringify(without) }));
    const { status, cause } = await cloud.run(made.machine);
    expect(status).toBe('FAILED');
    expect(cause).toContain('metadata.s3.amazonaws.com');
    await cloud.kms().send(new PutKeyPolicyCommand({ KeyId: made.reportKey, Policy: Policy! }));
  });

  test('each saved query runs, and says how many objects and bytes are under which prefix', async () => {
    await fillMore(made);
    const answers = await savedQueries(made);
    const { 'objects-by-encryption': all, 'objects-with-findings': objects, ...byPrefix } = answers;
    expect(Object.fromEntries(Object.entries(byPrefix).map(([name, answer]) => [name, ofMore(answer)]))).toEqual({
      'unencrypted-by-prefix': expectedOfMore('plain'),
      'sse-c-by-prefix': expectedOfMore('client'),
      'sse-s3-by-prefix': expectedOfMore('s3'),
      'other-key-by-prefix': expectedOfMore('old'),
      'without-bucket-key-by-prefix': expectedOfMore('slow'),
    });
    expect(all).toContainEqual(expect.objectContaining({ finding: 'other-key', encryption: 'SSE-KMS', kms_key: oldKeyArn, objects: '3' }));
    expect(objects.filter(({ key }) => key!.startsWith('mo'))).toHaveLength(15);
    expect(objects).toContainEqual(expect.objectContaining({ finding: 'sse-c', key: 'most/client/2', encryption: 'SSE-C' }));
  });
});

describe('reports of S3 Inventory', () => {
  let made: Made;
  beforeAll(async () => {
    made = await deployed(
      ObjectSource.inventory({ destinationPrefix: 'inventories' }), { noncurrentVersions: false }, BackfillSource.sseS3(), BackfillSource.unencrypted(),
    );
    await fill(made);
  });
  const deliver = async (at?: string): Promise<any> => {
    const answer = await fetch(`${cloud.emulator.endpoint}/_s3truth/inventory`, { method: 'POST', body: JSON.stringify({ bucket: made.bucket, at }) });
    return answer.json();
  };

  test('before the first one nothing is counted', async () => {
    const { status, output } = await cloud.run(made.machine);
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output!)).toMatchObject({ ready: false, reason: expect.stringContaining('48 hours') });
    expect(await metrics(made, ['ObjectsUnencrypted'], ['HoursBehind'])).toEqual({ ObjectsUnencrypted: undefined, HoursBehind: undefined });
  });

  test('do not come where the key of their bucket does not let S3 use it', async () => {
    const { Policy } = await cloud.kms().send(new GetKeyPolicyCommand({ KeyId: made.reportKey }));
    const document = JSON.parse(Policy!);
    const without = { ...document, Statement: document.Statement.filter(({ Principal }: any) => Principal.Service !== 's3.amazonaws.com') };
    expect(without.Statement).toHaveLength(document.Statement.length - 1);
    await cloud.kms().send(new PutKeyPolicyCommand({ KeyId: made.reportKey, Policy: JSON.stringify(without) }));
    expect(await deliver()).toEqual({ delivered: [expect.objectContaining({ refused: expect.stringContaining('the key of') })] });
    await cloud.kms().send(new PutKeyPolicyCommand({ KeyId: made.reportKey, Policy: Policy! }));
  });

  test('come once the policies of bucket and key let S3 deliver', async () => {
    expect(await deliver()).toEqual({ delivered: [expect.objectContaining({ rows: 10 })] });
  });

  test('are counted by finding, without keys', async () => {
    const { status, output, cause } = await cloud.run(made.machine);
    expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
    const report = JSON.parse(output!);
    expect(report.findings).toEqual({
      'unencrypted': { objects: 1, bytes: 17 },
      'sse-c': expect.objectContaining({ objects: 1 }),
      'sse-s3': expect.objectContaining({ objects: 2 }),
      'without-bucket-key': expect.objectContaining({ objects: 1 }),
    });
    expect(report.counted.objects).toBe(8);
    expect((await metrics(made, ['ObjectsUnderSseS3'], ['HoursBehind'])).ObjectsUnderSseS3).toBe(2);
  });

  test('give a backfill its list, with which the next report is clean', async () => {
    const plan = JSON.parse((await cloud.run(made.backfill, { mode: 'plan' })).output!);
    // Two under SSE-S3 and one without encryption are found by the other sources too, and done once.
    expect(plan).toMatchObject({ objects: 7, rewritten: { update: 5, copy: 2 }, warnings: expect.arrayContaining([expect.stringContaining('priced twice')]) });
    const { output } = await cloud.run(made.backfill, { mode: 'run', confirm: plan.planId });
    expect(JSON.parse(output!)).toMatchObject({ verified: true, rewrittenTotal: 4, alreadyEncrypted: 3, leftVersions: 1 });
    await deliver(new Date(Date.now() + 3_600_000).toISOString());
    const again = JSON.parse((await cloud.run(made.machine)).output!);
    expect(again.findings).toMatchObject({ 'unencrypted': { objects: 0 }, 'sse-s3': { objects: 0 }, 'without-bucket-key': { objects: 0 }, 'sse-c': { objects: 1 } });
    expect((await metrics(made, ['ObjectsUnderSseS3'])).ObjectsUnderSseS3).toBeDefined();
  });

  test('the configuration, the table and the saved queries are there', async () => {
    const api = new JsonApi(cloud.emulator.endpoint, ENV.region, ROOT);
    const { NamedQueryIds: ids } = await api.call('athena', 'AmazonAthena.ListNamedQueries', { WorkGroup: made.workGroup }) as { NamedQueryIds: string[] };
    const queries = await Promise.all(ids.map(async (id) => (await api.call('athena', 'AmazonAthena.GetNamedQuery', { NamedQueryId: id })).NamedQuery as { Name: string; Database: string; QueryString: string }));
    expect(queries.map(({ Name }) => Name).sort()).toEqual([
      'objects-by-encryption', 'objects-with-findings', 'sse-c-by-prefix', 'sse-s3-by-prefix', 'unencrypted-by-prefix', 'without-bucket-key-by-prefix',
    ]);
    const { Table: table } = await api.call('glue', 'AWSGlue.GetTable', { DatabaseName: queries[0].Database, Name: 'objects' }) as { Table: { StorageDescriptor: { Location: string } } };
    const id = /([^/]+)\/hive\/$/.exec(table.StorageDescriptor.Location)![1];
    const { InventoryConfiguration: inventory } = await cloud.s3().send(new GetBucketInventoryConfigurationCommand({ Bucket: made.bucket, Id: id }));
    expect(inventory).toMatchObject({ Destination: { S3BucketDestination: { Format: 'Parquet', Prefix: 'inventories', AccountId: ENV.account } }, Schedule: { Frequency: 'Daily' } });
  });

  test('each saved query runs over the newest one, and says how many objects and bytes are under which prefix', async () => {
    await fillMore(made);
    await deliver(new Date(Date.now() + 2 * 3_600_000).toISOString()); // after the one that the backfill was followed by
    const { 'objects-by-encryption': all, 'objects-with-findings': objects, ...byPrefix } = await savedQueries(made);
    expect(Object.fromEntries(Object.entries(byPrefix).map(([name, answer]) => [name, ofMore(answer)]))).toEqual({
      'unencrypted-by-prefix': expectedOfMore('plain'),
      'sse-c-by-prefix': expectedOfMore('client'),
      'sse-s3-by-prefix': expectedOfMore('s3'),
      'without-bucket-key-by-prefix': expectedOfMore('slow'),
    });
    expect(all).toContainEqual(expect.objectContaining({ finding: 'sse-c', encryption: 'SSE-C', objects: '4' }));
    expect(objects.filter(({ key }) => key!.startsWith('mo'))).toHaveLength(12);
  });

  test('and everything that was stored stays when the stack is deleted', async () => {
    await made.deployment.destroy();
    for (const Bucket of [made.bucket, made.results]) { await cloud.s3().send(new HeadBucketCommand({ Bucket })); }
    const { KeyMetadata: key } = await cloud.kms().send(new DescribeKeyCommand({ KeyId: made.reportKey }));
    expect(key?.KeyState).toBe('Enabled');
    expect((await world.see(made.bucket, 's3/b')).keyArn).toBe(made.key);
    const { MetricAlarms: alarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    expect(alarms.filter(({ Dimensions }) => Dimensions?.some(({ Value }) => Value === made.bucket))).toEqual([]);
  });
});
