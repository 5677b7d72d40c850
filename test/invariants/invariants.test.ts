import { execFile } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { ALL, type InvariantId } from './checks';
import type { Excuse, Row } from './rows';
import { broken, SETTINGS, stackIn, subjectOf } from './synthesis';
import { REFUSED, ROWS } from './table';
import { ensurePythonEnvironment } from '../../emulator/install';
import * as library from '../../src';
import { propsOf } from '../helpers/cdk-props';
import { keepReportsQuiet } from '../helpers/quiet';
import { RECOMMENDED_FLAGS } from '../helpers/stack';

const TABLE = ROWS.map((row) => [`${row.construct} ${row.name}`, row] as const);
const [PLAIN] = SETTINGS;

/** Templates that the rows gave, by region, for the linter at the end. */
const templates = new Map<string, Set<string>>();

keepReportsQuiet();

/** The rules of cdk-nag, of its packs, that have findings which nobody acknowledged. */
function unacknowledged(stack: Stack): string[] {
  const rules = [new AwsSolutionsChecks(), new NIST80053R5Checks(), new HIPAASecurityChecks(), new PCIDSS321Checks()]
    .flatMap((pack) => pack.validateScope(stack).violations)
    .map(({ ruleName }) => ruleName.replace(/\[.*/s, ''));
  return [...new Set(rules)].sort();
}

/** What NIST has, HIPAA and PCI have under names of their own. */
function inEveryPack(rules: readonly string[]): string[] {
  return rules.flatMap((rule) => (rule.startsWith('NIST.800.53.R5-')
    ? ['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'].map((pack) => rule.replace('NIST.800.53.R5', pack)) : [rule])).sort();
}

/** Whether something that was found, which begins with a logical id, is about a resource that has an excuse. */
function excused(violation: string, [of]: Excuse): boolean {
  return of.test(/^\w*/.exec(violation)![0]);
}

/** What was found and has no excuse: one for another resource, or for another promise, is none. */
function unexcused(found: Partial<Record<InvariantId, string[]>>, excuses: Row['breaks'] = {}): object {
  const rest = (Object.entries(found) as [InvariantId, string[]][])
    .map(([id, violations]) => [id, violations.filter((violation) => excuses[id] === undefined || !excused(violation, excuses[id]))] as const);
  return Object.fromEntries(rest.filter(([, violations]) => violations.length > 0));
}

/** Excuses that nothing needs any more: they would hide the next mistake. */
function unused(found: Partial<Record<InvariantId, string[]>>, excuses: Row['breaks'] = {}): InvariantId[] {
  return (Object.entries(excuses) as [InvariantId, Excuse][])
    .filter(([id, excuse]) => !found[id]?.some((violation) => excused(violation, excuse))).map(([id]) => id);
}

/** What cfn-lint says about what is not this library's. */
const TOLERATED = [
  // The CDK makes its own handlers depend twice on their roles.
  /^W3005 .* at Resources\/(CustomS3AutoDeleteObjects|BucketNotificationsHandler)\w+\/DependsOn\//,
  // A row that says PRIVATE, as people do who come from s3.Bucket: cfn-lint would have them leave it out.
  /^W3045 'AccessControl' is a legacy property/,
];

/** What cfn-lint says about templates of one region, for each of them. */
async function lint(region: string, bodies: string[]): Promise<string[][]> {
  const python = await ensurePythonEnvironment();
  const folder = mkdtempSync(join(tmpdir(), 'cdk-s3-encryption-lint-'));
  try {
    bodies.forEach((body, index) => { writeFileSync(join(folder, `${index}.json`), body); });
    const program = 'from cfnlint.runner import main; main()'; // the package has no __main__
    const output = await new Promise<string>((resolve, reject) => {
      execFile(python, ['-c', program, '--format', 'json', '--regions', region, '--', join(folder, '*.json')], { maxBuffer: 64 * 1024 * 1024 },
        // It exits non-zero when it found something, and then prints JSON.
        (error, stdout, stderr) => { if (stdout.startsWith('[')) { resolve(stdout); } else { reject(new Error(`cfn-lint failed: ${error?.message}\n${stderr}`)); } });
    });
    const findings = JSON.parse(output) as LintFinding[];
    return bodies.map((_, index) => findings
      .filter(({ Filename }) => Filename === join(folder, `${index}.json`))
      .map(({ Rule, Message, Location }) => `${Rule.Id} ${Message} at ${Location.Path?.join('/')}`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface LintFinding {
  readonly Filename: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path?: (string | number)[] };
}

describe('the table', () => {
  const isConstruct = (exported: unknown) => typeof exported === 'function' && 'isConstruct' in exported;

  test('has a row for every public construct', () => {
    const constructs = Object.entries(library).filter(([, exported]) => isConstruct(exported)).map(([name]) => name).sort();
    expect([...new Set(ROWS.map(({ construct }) => construct))].sort()).toEqual(constructs);
    expect(constructs).toContain('SecureBucket');
  });

  test('names every row once', () => {
    expect(new Set(TABLE.map(([title]) => title)).size).toBe(TABLE.length);
  });

  test.each([
    ['RotatingS3Key', 'src/key/rotating-s3-key.ts', []],
    ['S3EncryptionBaseline', 'src/baseline/bucket-baseline-options.ts', ['key', 'bucketProps', 'alarms', 'auditTrail', 'compliance', 'keyAccess', 'sensitiveData']],
    ['EncryptionAccountBaseline', 'src/baseline/baseline-parts.ts', []],
    ['EncryptionAuditTrail', 'src/audit/encryption-audit-trail-props.ts', []],
    ['EncryptionCompliance', 'src/compliance/encryption-compliance-props.ts', []],
    ['EncryptionHook', 'src/compliance/encryption-hook-props.ts', []],
    ['KeyAccessAnalysis', 'src/exposure/key-access-analysis-props.ts', []],
    ['SensitiveDataDiscovery', 'src/exposure/sensitive-data-discovery-props.ts', []],
    ['EncryptionGuardrails', 'src/exposure/encryption-guardrails-props.ts', []],
    ['EncryptionAlarms', 'src/monitoring/encryption-alarms-props.ts', []],
    ['ObjectEncryptionReport', 'src/objects/object-encryption-report-props.ts', []],
    ['EncryptionBackfillJob', 'src/backfill/encryption-backfill-job-props.ts', []],
    ['SecureBucket', 'src/bucket/secure-bucket-props.ts', propsOf('aws-s3/lib/bucket.d.ts', 'BucketProps')],
  ])('has a row for every prop of %s', (construct, file, inherited) => {
    const own = [...readFileSync(join(__dirname, '../..', file), 'utf8').matchAll(/^ {2}readonly ([a-z]\w*)\?: /gm)].map(([, name]) => name);
    const rows = ROWS.filter((row) => row.construct === construct);
    for (const row of rows) { stackIn(PLAIN, row.make); }
    const given = new Set(rows.flatMap(({ props }) => props));
    expect([...own, ...inherited].filter((prop) => !given.has(prop) && !REFUSED.includes(prop))).toEqual([]);
    expect(own.length).toBeGreaterThan(2);
  });
});

describe.each(SETTINGS.map((setting) => [setting.title, setting] as const))('%s', (_, setting) => {
  test.each(TABLE)('%s keeps every promise', (__, row) => {
    const stack = stackIn(setting, row.make);
    const subject = subjectOf(stack, setting.partition);

    const found = broken(subject);
    expect(unexcused(found, row.breaks)).toEqual({});
    expect(unused(found, row.breaks)).toEqual([]);

    expect(unacknowledged(stack)).toEqual(inEveryPack(Object.keys(row.findings ?? {})));

    if (row.composed === true && (setting.env === undefined || setting.partition === undefined)) { return; }
    const region = setting.env?.region ?? 'eu-west-1';
    if (!templates.has(region)) { templates.set(region, new Set()); }
    templates.get(region)?.add(JSON.stringify(subject.template, undefined, 1));
  });
});

describe('checkers of other people', () => {
  test('CloudFormation\'s own validation accepts every row', () => {
    // The test command turns it off, since its engine takes seconds to start: once is enough.
    const before = process.env.CDK_VALIDATION;
    delete process.env.CDK_VALIDATION;
    try {
      const synthesize = (make: (app: App) => void) => {
        const app = new App({
          context: { ...RECOMMENDED_FLAGS, '@aws-cdk/core:validateAgainstDefaultRules': true },
          builtinCloudFormationValidation: true,
        });
        make(app);
        return app.synth();
      };
      const env = { account: '111111111111', region: 'eu-west-1' };
      // A check that cannot fail would be none.
      expect(() => synthesize((app) => {
        new CfnResource(new Stack(app, 'Wrong', { env }), 'Key', {
          type: 'AWS::KMS::Key', properties: { EnableKeyRotation: true, RotationPeriodInDays: 1, KeyPolicy: {} },
        });
      })).toThrow();
      // What an account has once, such as a recorder, one app makes once for it: rows that make it again are in the next app.
      for (let left = [...ROWS]; left.length > 0;) {
        const rows = left;
        left = [];
        synthesize((app) => {
          rows.forEach((row, index) => {
            try {
              row.make(new Stack(app, `Row${index}`, { env }));
            } catch (error) {
              if (index === 0 || !/must be made once|must be another one for each/.test(String(error))) { throw error; }
              app.node.tryRemoveChild(`Row${index}`);
              left.push(row);
            }
          });
        });
      }
    } finally {
      if (before !== undefined) { process.env.CDK_VALIDATION = before; }
    }
  });

  test('cfn-lint has nothing to say about any template', async () => {
    const planted = '{"Resources":{"Key":{"Type":"AWS::KMS::Key","Properties":{"EnableKeyRotation":true,"RotationPeriodInDays":1,"KeyPolicy":{}}}}}';
    expect(templates.size).toBeGreaterThan(0);
    const found = await Promise.all([...templates].map(async ([region, bodies]) => lint(region, [planted, ...bodies])));
    for (const [inPlanted, ...others] of found) {
      expect(inPlanted).not.toEqual([]); // a check that cannot fail would be none
      expect(others.flat().filter((finding) => !TOLERATED.some((pattern) => pattern.test(finding)))).toEqual([]);
    }
  }, 900_000);
});

describe('an excuse', () => {
  const gone = (stack: Stack) => { for (const id of ['Data', 'Other']) { new library.SecureBucket(stack, id, { removalPolicy: RemovalPolicy.DESTROY }); } };
  const found = broken(subjectOf(stackIn(PLAIN, gone)));

  test('is for the resources that it names, and for no others', () => {
    expect(found.retained).toHaveLength(2);
    expect(unexcused(found, { retained: [/^Data/, 'it is a sandbox'] })).toEqual({ retained: [expect.stringMatching(/^Other/)] });
    expect(unexcused(found, { retained: [/^(Data|Other)/, 'both are'] })).toEqual({});
    expect(unexcused(found, { versioned: [/./, 'that is another promise'] })).toEqual(found);
  });

  test('that nothing needs is found', () => {
    expect(unused(found, { retained: [/^Data/, 'it is a sandbox'] })).toEqual([]);
    expect(unused(found, { retained: [/^Third/, 'there is none'], versioned: [/^Data/, 'it is'] })).toEqual(['retained', 'versioned']);
  });
});

describe('a planted mistake', () => {
  const plain = (stack: Stack) => new s3.Bucket(stack, 'Data');
  const overridden = (path: string, value: unknown) => (stack: Stack) => {
    const bucket = new library.SecureBucket(stack, 'Data');
    // What the construct refuses at synthesis, so past its own validation.
    bucket.node.addValidation = () => {};
    (bucket.node.defaultChild as CfnResource).addPropertyOverride(path, value);
  };
  const withStatement = (statement: iam.PolicyStatementProps) => (stack: Stack) => {
    new library.SecureBucket(stack, 'Data').addToResourcePolicy(new iam.PolicyStatement(statement));
  };
  const secret = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');

  const MISTAKES: [InvariantId, string, (stack: Stack) => void][] = [
    ['resources', 'an identity policy for every resource', (stack) => {
      new iam.User(stack, 'User').addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
    }],
    ['resources', 'an inline policy for every resource in a list', (stack) => {
      new iam.Role(stack, 'Role', {
        assumedBy: new iam.AccountRootPrincipal(),
        inlinePolicies: { All: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['s3:*'], resources: ['arn:x', '*'] })] }) },
      });
    }],
    ['tls', 'a bucket without a policy', plain],
    ['tls', 'a bucket of the CDK that only refuses plain HTTP', (stack) => new s3.Bucket(stack, 'Data', { enforceSSL: true })],
    ['tls', 'a policy that leaves the objects out', (stack) => {
      const bucket = plain(stack);
      for (const Condition of [{ Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': '1.2' } }]) {
        bucket.addToResourcePolicy(new iam.PolicyStatement({
          effect: iam.Effect.DENY, principals: [new iam.StarPrincipal()], actions: ['s3:*'], resources: [bucket.bucketArn], conditions: Condition,
        }));
      }
    }],
    ['encrypted', 'a bucket with the defaults of S3', plain],
    ['encrypted', 'a bucket under the key that AWS manages', (stack) => new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.KMS_MANAGED })],
    ['bucketKey', 'a bucket under KMS without a Bucket Key', (stack) => new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.KMS, bucketKeyEnabled: false })],
    ['sseC', 'a bucket that blocks nothing', plain],
    ['sseC', 'a bucket that only blocks SSE-C in its settings', (stack) => new s3.Bucket(stack, 'Data', { blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] })],
    ['uploads', 'a bucket under KMS without upload rules', (stack) => new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.KMS })],
    ['closed', 'a bucket with ACLs', (stack) => new s3.Bucket(stack, 'Data', { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER })],
    ['closed', 'a bucket with a hole in its block', (stack) => new s3.Bucket(stack, 'Data', {
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED, blockPublicAccess: new s3.BlockPublicAccess({ blockPublicPolicy: false }),
    })],
    ['versioned', 'an unversioned bucket', plain],
    ['logged', 'a bucket without logs', plain],
    ['tidy', 'a bucket that keeps unfinished uploads', plain],
    ['tidy', 'a rule for a prefix only', (stack) => new s3.Bucket(stack, 'Data', {
      lifecycleRules: [{ prefix: 'a/', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    })],
    ['rotates', 'a key that does not rotate', (stack) => new kms.Key(stack, 'Key')],
    ['rotates', 'a key that is disabled', (stack) => new kms.Key(stack, 'Key', { enableKeyRotation: true, enabled: false })],
    ['throughS3', 'a key with the policy of the CDK', (stack) => new kms.Key(stack, 'Key', { enableKeyRotation: true })],
    ['retained', 'a bucket that goes with its stack', (stack) => new s3.Bucket(stack, 'Data', { removalPolicy: RemovalPolicy.DESTROY })],
    ['retained', 'an alias that goes with its stack', (stack) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/a', targetKey: new kms.Key(stack, 'Key') })],
    ['secrets', 'an access key in a description', (stack) => new kms.Key(stack, 'Key', { description: `use ${secret}` })],
    ['secrets', 'a password in a tag', (stack) => new CfnResource(stack, 'Any', { type: 'Custom::Any', properties: { Password: 'correct horse' } })],
    ['partition', 'a hard-coded partition', (stack) => {
      new iam.User(stack, 'User').addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }));
    }],
    ['everybody', 'a bucket policy for everybody', withStatement({
      principals: [new iam.AnyPrincipal()], actions: ['s3:GetObject'], resources: ['arn:x'], conditions: { StringEquals: { 'aws:SourceAccount': '1' } },
    })],
    ['everybody', 'a bucket policy for everybody, as a bare star', withStatement({
      principals: [new iam.StarPrincipal()], actions: ['s3:GetObject'], resources: ['arn:x'],
    })],
    ['limits', 'more lifecycle rules than S3 takes', (stack) => new s3.Bucket(stack, 'Data', {
      lifecycleRules: Array.from({ length: 1001 }, (_, index) => ({ prefix: `${index}/`, expiration: Duration.days(1) })),
    })],
    ['limits', 'a description that KMS refuses', (stack) => new kms.Key(stack, 'Key', { description: 'x'.repeat(8193) })],
    ['sources', 'a service without a source', withStatement({
      principals: [new iam.ServicePrincipal('sns.amazonaws.com')], actions: ['s3:GetObject'], resources: ['arn:x'],
    })],
    ['sources', 'a service with a condition that is no source', withStatement({
      principals: [new iam.ServicePrincipal('sns.amazonaws.com')],
      actions: ['s3:GetObject'],
      resources: ['arn:x'],
      conditions: { StringEquals: { 's3:x-amz-acl': 'private' } },
    })],
  ];

  test.each(MISTAKES)('is found by %s: %s', (id, _, make) => {
    expect(Object.keys(broken(subjectOf(stackIn(PLAIN, make))))).toContain(id);
  });

  test.each(['BucketEncryption', 'LoggingConfiguration', 'VersioningConfiguration', 'PublicAccessBlockConfiguration'])(
    'in a SecureBucket is refused by the construct itself: %s', (path) => {
      const stack = stackIn(PLAIN, overridden(path, undefined));
      expect(() => subjectOf(stack)).toThrow(`'${path}'`);
    });

  test('is known for every invariant', () => {
    expect([...new Set(MISTAKES.map(([id]) => id))].sort()).toEqual(ALL.map(([id]) => id).sort());
  });

  test('is found by cdk-nag', () => {
    expect(unacknowledged(stackIn(PLAIN, plain))).toEqual(expect.arrayContaining(['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketVersioningEnabled']));
  });
});
