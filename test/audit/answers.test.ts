import { App, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EncryptionAuditTrail, type EncryptionAuditTrailProps } from '../../src';
import { QUESTIONS } from '../../src/questions';
import { ACCOUNT, REGION, role } from '../proofs/names';
import { identity, type Request, through } from '../proofs/request';
import { simulate } from '../proofs/simulate';
import { worldOf } from '../proofs/world';

function templateOf(props: EncryptionAuditTrailProps = {}, env?: { account: string; region: string }): Template {
  const stack = new Stack(new App(), 'Audits', { env });
  new EncryptionAuditTrail(stack, 'Audit', { trailName: 'Orders.audit', ...props });
  return Template.fromStack(stack);
}

interface Sql { readonly QueryStatement: string; readonly StatementName: string }
const propertiesOf = <T>(template: Template, type: string) => Object.values(template.findResources(type)).map(({ Properties }) => Properties as T);

describe('in CloudWatch Logs', () => {
  test('every question is saved for the log group of the trail, and asks for what it is about', () => {
    const template = templateOf({}, { account: ACCOUNT, region: REGION });
    template.resourceCountIs('AWS::Logs::QueryDefinition', QUESTIONS.length);
    for (const { id, subjects, compares } of QUESTIONS) {
      template.hasResourceProperties('AWS::Logs::QueryDefinition', {
        Name: `cdk-s3-encryption/Orders.audit/${id}`,
        LogGroupNames: [{ Ref: Match.stringLikeRegexp('AuditLogGroup') }],
        Parameters: [...subjects, ...compares ? ['recentDays'] : []].map((Name) => Match.objectLike({ Name, Description: Match.anyValue() })),
      });
    }
  });

  const parameters = (region?: string) => propertiesOf<{ Parameters?: unknown }>(
    templateOf({}, region === undefined ? undefined : { account: ACCOUNT, region }), 'AWS::Logs::QueryDefinition').map(({ Parameters }) => Parameters);

  test.each(['cn-north-1', 'us-gov-west-1', 'me-south-1', 'me-central-1'])('in %s, where CloudFormation would refuse them, there are no parameters', (region) => {
    expect(parameters(region)).toEqual(QUESTIONS.map(() => undefined));
  });

  test('where the region is not known, this is decided when it is', () => {
    const given = parameters();
    expect(given).toHaveLength(QUESTIONS.length);
    for (const value of given) { expect(value).toEqual({ 'Fn::If': [expect.any(String), expect.any(Array), { Ref: 'AWS::NoValue' }] }); }
    expect(Object.values(templateOf().findConditions('*'))).toEqual([{
      'Fn::Not': [{
        'Fn::Or': [
          { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws-cn'] }, { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws-us-gov'] },
          { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'me-central-1'] }, { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'me-south-1'] },
        ],
      }],
    }]);
  });
});

describe('in Athena', () => {
  test('every question is a statement and a saved query over the table, in the workgroup with the name of the trail', () => {
    const template = templateOf();
    const statements = propertiesOf<Sql>(template, 'AWS::Athena::PreparedStatement');
    expect(statements.map(({ StatementName }) => StatementName).sort()).toEqual(QUESTIONS.map(({ id }) => id.replace(/-/g, '_')).sort());
    for (const { QueryStatement, StatementName } of statements) {
      expect(StatementName).toMatch(/^[a-zA-Z_][a-zA-Z0-9_@:]{1,256}$/);
      expect(QueryStatement).toContain('FROM "cloudtrail_orders_audit"."events"');
      expect(QueryStatement).not.toMatch(/\{\{|\$\{/);
    }
    const queries = propertiesOf<{ QueryString: string; Description: string }>(template, 'AWS::Athena::NamedQuery');
    expect(queries.map(({ QueryString }) => QueryString).sort()).toEqual(statements.map(({ QueryStatement }) => QueryStatement).sort());
    for (const { QueryString, Description } of queries) {
      expect(Description.length).toBeLessThanOrEqual(1024);
      // As many are described as the console asks for.
      expect(Description.split(': ')[1].split(', ')).toHaveLength(QueryString.split('?').length - 1);
    }
    template.hasResourceProperties('AWS::Athena::WorkGroup', { Name: 'Orders.audit' });
  });

  test('results are encrypted under the key of the trail whoever asks, expire, and a query has a limit', () => {
    const template = templateOf();
    template.hasResource('AWS::Athena::WorkGroup', {
      Properties: {
        RecursiveDeleteOption: true,
        WorkGroupConfiguration: {
          EnforceWorkGroupConfiguration: true,
          BytesScannedCutoffPerQuery: 100 * 1024 ** 3,
          ResultConfiguration: {
            EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: { 'Fn::GetAtt': [Match.stringLikeRegexp('AuditKey'), 'Arn'] } },
            ExpectedBucketOwner: { Ref: 'AWS::AccountId' },
            OutputLocation: { 'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('AuditAthenaResults') }]] },
          },
        },
      },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ Id: 'ExpireResults', ExpirationInDays: 30, Status: 'Enabled' })]) },
    });
  });

  test('another limit', () => {
    templateOf({ queryScanLimit: Size.gibibytes(2) }).hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 2 * 1024 ** 3 },
    });
    expect(() => templateOf({ queryScanLimit: Size.mebibytes(9) })).toThrow("'queryScanLimit' must be at least 10 MB, which is the least that Athena counts, got 9437184 bytes");
  });

  const parameters = (template: Template) => propertiesOf<{ TableInput: { Parameters: Record<string, unknown> } }>(template, 'AWS::Glue::Table')[0].TableInput.Parameters;

  test('the table finds the log files of every region and day without being told', () => {
    const found = parameters(templateOf({}, { account: ACCOUNT, region: REGION }));
    expect(found['storage.location.template']).toEqual({
      'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching('AuditBucket') }, '/AWSLogs/', { Ref: 'AWS::AccountId' }, '/CloudTrail/${region}/${day}']],
    });
    expect(found).toMatchObject({ 'projection.enabled': 'true', 'projection.day.format': 'yyyy/MM/dd', 'projection.day.range': 'NOW-10YEARS,NOW' });
    const regions = String(found['projection.region.values']).split(',');
    expect(regions).toEqual(expect.arrayContaining([REGION, 'us-east-1', 'ap-southeast-2', 'il-central-1']));
    expect(regions).not.toContain('cn-north-1');
    expect(regions).toEqual([...regions].sort());
  });

  test('in China the regions are those of China, and one that is too new for the CDK is there if the stack is', () => {
    expect(parameters(templateOf({}, { account: ACCOUNT, region: 'cn-north-1' }))['projection.region.values']).toBe('cn-north-1,cn-northwest-1');
    expect(parameters(templateOf({}, { account: ACCOUNT, region: 'xx-new-1' }))['projection.region.values']).toBe('xx-new-1');
  });

  test('where the region is not known the partition decides', () => {
    const template = templateOf();
    expect(parameters(template)['projection.region.values']).toEqual({ 'Fn::FindInMap': [expect.any(String), { Ref: 'AWS::Partition' }, 'names'] });
    const [mapping] = Object.values(template.findMappings('*')) as Record<string, { names: string }>[];
    expect(mapping['aws-cn'].names).toBe('cn-north-1,cn-northwest-1');
    expect(mapping.aws.names.split(',')).toContain('eu-central-1');
    expect(Object.keys(mapping)).toEqual(expect.arrayContaining(['aws', 'aws-cn', 'aws-us-gov']));
  });
});

describe('grantQuery', () => {
  const auditor = role('Auditor');
  const world = worldOf('A trail with an auditor', (stack) => {
    const trail = new EncryptionAuditTrail(stack, 'Audit', { trailName: 'audit' });
    trail.grantQuery(new iam.Role(stack, 'Auditor', { roleName: 'Auditor', assumedBy: new iam.AccountPrincipal(ACCOUNT) }));
  });
  const bucketOf = (part: RegExp) => Object.keys(world.buckets).filter((name) => part.test(name))[0];
  const [files, results] = [bucketOf(/^audit-bucket/), bucketOf(/results/)];
  const keyArn = world.policies.filter(({ kind, attachedTo: [arn] }) => kind === 'key' && /Audit/.test(arn))[0].attachedTo[0];
  const caller = identity(auditor);
  const LOG = `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/2026/11/24/file.json.gz`;
  const underKey = { algorithm: 'aws:kms', keyArn } as const;

  test.each<[string, 'allowed' | 'denied', Request]>([
    ['reads log files', 'allowed', { s3: 'GetObject', bucket: files, object: LOG }],
    ['lists log files', 'allowed', { s3: 'ListBucket', bucket: files }],
    ['writes results', 'allowed', { s3: 'PutObject', bucket: results, object: 'r.csv', headers: underKey }],
    ['reads results', 'allowed', { s3: 'GetObject', bucket: results, object: 'r.csv' }],
    ['writes no log files', 'denied', { s3: 'PutObject', bucket: files, object: LOG, headers: underKey }],
    ['deletes no log files', 'denied', { s3: 'DeleteObject', bucket: files, object: LOG }],
    ['decrypts nothing directly', 'denied', { kms: 'Decrypt', keyArn }],
    ['decrypts nothing of another trail', 'denied',
      { kms: 'Decrypt', keyArn, context: { ...through('s3', caller), 'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/other` } }],
    ['decrypts log files that name the trail and not the bucket', 'allowed',
      { kms: 'Decrypt', keyArn, context: { ...through('s3', caller), 'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/audit` } }],
  ])('an auditor %s: %s', async (_, expected, request) => {
    expect([files, results]).not.toContain(undefined);
    expect(await simulate(world, caller, request)).toBe(expected);
  });

  test('names the workgroup, the database and the table, and nothing wider', () => {
    const statements = world.policies.filter(({ kind, attachedTo, premise }) => kind === 'identity' && premise !== true && attachedTo.includes(auditor))
      .flatMap(({ document }) => document.Statement) as { Action: string | string[]; Resource: string | string[] }[];
    const resources = statements.flatMap(({ Resource }) => Resource);
    expect(resources).not.toContain('*');
    expect(resources.filter((arn) => /:(athena|glue):/.test(arn))).toEqual([
      expect.stringMatching(new RegExp(`^arn:aws:athena:${REGION}:${ACCOUNT}:workgroup/[\\w-]+$`)),
      `arn:aws:glue:${REGION}:${ACCOUNT}:catalog`,
      expect.stringMatching(new RegExp(`^arn:aws:glue:${REGION}:${ACCOUNT}:database/[\\w-]+$`)),
      expect.stringMatching(new RegExp(`^arn:aws:glue:${REGION}:${ACCOUNT}:table/[\\w-]+/[\\w-]+$`)),
    ]);
  });
});
