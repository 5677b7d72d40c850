import { Annotations, ArnFormat, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeReport } from './acknowledgements';
import { expectedOf } from './expected-encryption';
import { FINDING_OF, FINDINGS, NAMESPACE } from './findings';
import { assertDelegates } from './keys-elsewhere';
import type { ObjectEncryptionReportProps } from './object-encryption-report-props';
import { ObjectFinding } from './object-finding';
import type { BoundSource, PaidBy } from './object-source';
import { ReportAlarms } from './report-alarms';
import { ReportAthena } from './report-athena';
import { assertCounts, assertFirst, LEAST_SCAN_BYTES, prefixesOf, remember } from './report-limits';
import { definition } from './report-machine';
import { Statements } from './statements';
import { BackfillList } from '../backfill';
import { assertUsableKey } from '../bucket';
import { RotatingS3Key } from '../key';
import { ValidationError } from '../private/errors';
import { makeHandler } from '../private/handler';
import { checkHome } from '../private/home';
import { ignoreInLint } from '../private/lint';

/**
 * Finds the objects of a bucket that are not encrypted as they should be: without encryption, under
 * SSE-S3 where a key is expected, under another key, without a Bucket Key, or under a key of the client.
 *
 * A bucket's default says how the next object is encrypted, and rules of AWS Config look at that
 * default; neither says anything about what is stored already. The report looks at each object, once a
 * day: it counts objects and bytes by finding, publishes them as metrics with alarms, and saves queries of Athena
 * that tell where they are. What it finds, `BackfillSource.listed(report.backfillList)` hands to an
 * `EncryptionBackfillJob`.
 *
 * **No news is not good news.** While S3 has delivered nothing yet, nothing is counted and no
 * metric is published; a query that fails, a table that is not there and an inventory that stopped coming
 * end the same way, and the alarm `object-report-late` goes off. It also goes off
 * before the first count: up to 48 hours after the first deployment with S3 Inventory.
 *
 * The bucket is changed by its source only, without replacement, and how it encrypts is left alone.
 * Results, inventories and their key are retained when the stack is deleted.
 *
 * Costs what the source costs, 5 USD per TB that Athena reads, 0.30 USD a month for each of up to 12 metrics and 0.10 USD
 * for each of up to 6 alarms, and the key (1 USD a month, 2 and then 3 USD after its first two rotations). `prefixes`, `prefixAlarms` and a
 * `toleratedBytes` beside `tolerated` add metrics and alarms.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
 * @example
 * const data = new SecureBucket(this, 'Data');
 * const alarms = new EncryptionAlarms(this, 'Alarms', { notify: [Notify.email('security@example.com')] });
 * const report = new ObjectEncryptionReport(this, 'Objects', {
 *   bucket: data,
 *   source: ObjectSource.inventory(),
 *   alarms,
 * });
 * new EncryptionBackfillJob(this, 'Backfill', {
 *   bucket: data,
 *   sources: [BackfillSource.listed(report.backfillList)],
 * });
 */
export class ObjectEncryptionReport extends Construct {
  /** Counts. Started once a day by a rule; start it by hand, without input, to count now. */
  public readonly stateMachine: sfn.IStateMachine;

  /** The workgroup of Athena with the saved queries. */
  public readonly workGroupName: string;

  /** Where reports and answers are, for 30 days: `reports/<execution>.json` has what one run counted. */
  public readonly resultsBucket: s3.IBucket;

  /** The key of the results, and of the inventories or metadata tables that are made here. */
  public readonly encryptionKey: kms.IKey;

  /** The role that queries. Where Lake Formation controls the metadata tables, give it SELECT on them. */
  public readonly queryRole: iam.IRole;

  /** What a backfill can set right, newest first: pass it to `BackfillSource.listed()`. SSE-C is not in it, which only its holder can copy. */
  public readonly backfillList: BackfillList;

  /** The alarms: of each finding that was asked for, the one about a late report, and those of prefixes. */
  public readonly alarms: cloudwatch.IAlarm[];

  /** What this report can find, the worst first. */
  public readonly findings: ObjectFinding[];

  private readonly source: BoundSource;
  private readonly athena: ReportAthena;
  /**
   * The bucket that it is about.
   *
   * @internal
   */
  public readonly _bucketName: string;

  /**
   * What is counted by itself, each with two metrics for every finding.
   *
   * @internal
   */
  public readonly _prefixes: readonly string[];

  /**
   * What its source is paid by.
   *
   * @internal
   */
  public get _paidBy(): PaidBy | undefined { return this.source.paidBy; }

  private readonly bucketName: string;

  constructor(scope: Construct, id: string, props: ObjectEncryptionReportProps) {
    super(scope, id);
    const { bucket } = props;
    checkHome(this, 'bucket', bucket, 'make the ObjectEncryptionReport there, where S3 delivers');
    assertFirst(this, bucket);
    assertCounts(this, props);
    const scanLimit = props.queryScanLimit ?? Size.gibibytes(100);
    if (!scanLimit.isUnresolved() && scanLimit.toBytes() < LEAST_SCAN_BYTES) {
      throw new ValidationError('ScanLimitInvalid', `'queryScanLimit' must be at least 10 MB, which is the least that Athena counts, got ${scanLimit.toBytes()} bytes: leave it out for 100 GiB`, this);
    }
    if (props.encryptionKey !== undefined) {
      assertUsableKey(this, Stack.of(this).region, 'encryptionKey', props.encryptionKey);
      assertDelegates(this, 'encryptionKey', props.encryptionKey);
    }
    const key = props.encryptionKey ?? new RotatingS3Key(this, 'Key');
    this.encryptionKey = key;
    this.bucketName = bucket.bucketName;
    this._bucketName = bucket.bucketName;
    this._prefixes = prefixesOf(props);
    this.source = props.source._bind({ scope: this, bucket, key });
    const statements = new Statements(this.source.rows, expectedOf(this, props, this.source.rows), props.noncurrentVersions === false);
    this.findings = statements.findings.map((finding) => FINDING_OF[finding]);
    this.athena = new ReportAthena(this, 'Athena', { key, source: this.source, statements, prefixDepth: props.prefixDepth ?? 1, scanLimit });
    this.workGroupName = this.athena.workGroupName;
    this.resultsBucket = this.athena.results;

    const listed = statements.findings.filter((finding) => FINDINGS[FINDING_OF[finding]].repairable);
    const handler = this.makeFunction(bucket);
    this.queryRole = handler.role!;
    this.stateMachine = this.makeMachine(handler, {
      bucket: bucket.bucketName,
      account: Stack.of(this).account,
      namespace: NAMESPACE,
      workGroup: this.athena.countWorkGroupName,
      source: this.source.settings,
      countStatement: statements.count(this._prefixes),
      listStatement: statements.list(listed),
      findings: statements.findings,
      listed,
      metrics: Object.fromEntries(statements.findings.map((finding) => {
        const { objects, bytes } = FINDINGS[FINDING_OF[finding]];
        return [finding, { objects, bytes }];
      })),
      prefixes: this._prefixes,
      currentOnly: props.noncurrentVersions === false,
    });
    const { results } = this.athena;
    this.backfillList = BackfillList._of({
      subject: bucket,
      listsBucketName: results.bucketName,
      grantRead: (grantee) => {
        const allow = (actions: string[], resourceArns: string[]) => iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
        allow(['s3:GetObject'], [results.arnForObjects('lists/*')]);
        allow(['s3:ListBucket'], [results.bucketArn]); // or a list that is not there looks like one that is forbidden
        results.grantOnKey(grantee, 'kms:Decrypt');
      },
    });
    if (props.alarms === undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:ObjectEncryptionReport.nobodyHears',
        'nobody hears when the report finds something, or is late: give alarms, or act on the alarms of the report yourself and acknowledge this');
    }
    this.alarms = new ReportAlarms(this, 'Alarms', this, {
      alarms: props.alarms,
      alarmOn: props.alarmOn,
      tolerated: props.tolerated,
      toleratedBytes: props.toleratedBytes,
      prefixAlarms: props.prefixAlarms,
      lateAfterHours: this.source.lateAfterHours,
    }).all;
    acknowledgeReport(this);
    remember(this, bucket);
  }

  /**
   * Objects of one finding, at the last count. Zero where there are none, and no value where nothing was counted.
   *
   * A finding that this report cannot find, and a prefix that is not counted by itself, is refused with an error: the metric would never
   * have a value.
   *
   * @param finding what to count
   * @param prefix one of `prefixes` or `prefixAlarms`. Defaults to the whole bucket
   * @default - maximum over 1 day
   */
  public metricObjects(finding: ObjectFinding, prefix?: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(FINDINGS[this.known(finding, 'finding')].objects, props, prefix);
  }

  /**
   * The same in bytes, as they are stored.
   *
   * @param finding what to count
   * @param prefix one of `prefixes` or `prefixAlarms`. Defaults to the whole bucket
   * @default - maximum over 1 day
   */
  public metricBytes(finding: ObjectFinding, prefix?: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(FINDINGS[this.known(finding, 'finding')].bytes, props, prefix);
  }

  /**
   * Objects that were looked at, good ones too. A bucket with objects and none counted has a report that sees nothing.
   *
   * @default - maximum over 1 day
   */
  public metricObjectsCounted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ObjectsCounted', props);
  }

  /**
   * How old the inventory was that was counted, in hours; 0 for live tables. It has a value only when everything was published.
   *
   * @default - maximum over 1 day
   */
  public metricHoursBehind(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('HoursBehind', props);
  }

  /**
   * Lets somebody run the saved queries and queries of their own in the workgroup, over the names, sizes and
   * encryption of all objects; not over their content. They write answers, and delete none; the list of a backfill is
   * where they cannot write.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
   */
  public grantQuery(grantee: iam.IGrantable): void {
    this.athena.grantQuery(grantee, this.source);
  }

  /** Lets somebody count now, and read what was counted. */
  public grantRun(grantee: iam.IGrantable): iam.Grant {
    const { stateMachineName } = this.stateMachine as sfn.StateMachine;
    const executions = Stack.of(this).formatArn({ service: 'states', resource: 'execution', resourceName: `${stateMachineName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    return iam.Grant.addToPrincipal({ grantee, actions: ['states:StartExecution', 'states:ListExecutions'], resourceArns: [this.stateMachine.stateMachineArn] })
      .combine(iam.Grant.addToPrincipal({ grantee, actions: ['states:DescribeExecution'], resourceArns: [executions] }))
      .combine(this.resultsBucket.grantRead(grantee, 'reports/*'));
  }

  private known(finding: ObjectFinding, what: string): ObjectFinding {
    if (!this.findings.includes(finding)) {
      throw new ValidationError('FindingUnknown', `'${what}' must be one that this report can find (${this.findings.join(', ')}), got ${finding}: ${finding === ObjectFinding.OTHER_KEY ? 'S3 Inventory knows no keys, and where no key is expected none is wrong; use ObjectSource.metadataTables(), with expectedKeys' : 'the bucket expects neither a KMS key nor a Bucket Key, unless expectedKeys or bucketKeyExpected says so'}`, this);
    }
    return finding;
  }

  private metric(metricName: string, props?: cloudwatch.MetricOptions, prefix?: string): cloudwatch.Metric {
    if (prefix !== undefined && !this._prefixes.includes(prefix)) {
      throw new ValidationError('PrefixUnknown', `'prefix' must be one of 'prefixes' (${this._prefixes.join(', ')}), got '${prefix}': add it there`, this);
    }
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { BucketName: this.bucketName, ...prefix === undefined ? {} : { Prefix: prefix } },
      statistic: cloudwatch.Stats.MAXIMUM,
      period: Duration.days(1),
      ...props,
    }).attachTo(this);
  }

  private makeFunction(bucket: s3.IBucket): lambda.Function {
    const handler = makeHandler(this, 'Count', 'objects/report', {
      description: 'Counts objects that are not encrypted as they should be. Invoked by the state machine',
      memorySize: 512,
      timeout: Duration.minutes(4),
    });
    const role = handler.role!;
    this.athena.grantCount(role, this.source);
    // Where nothing is counted, it looks whether there is nothing.
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:ListBucketVersions'], resources: [bucket.bucketArn] }));
    this.resultsBucket.grantPut(role, 'reports/*');
    this.resultsBucket.grantPut(role, 'lists/*');
    // A newer list is not replaced by an older one.
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.resultsBucket.arnForObjects('lists/latest.json')] }));
    // Metrics have no resources. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    role.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: ['cloudwatch:PutMetricData'], resources: ['*'], conditions: { StringEquals: { 'cloudwatch:namespace': NAMESPACE } },
    }));
    return handler;
  }

  private makeMachine(handler: lambda.Function, settings: object): sfn.StateMachine {
    const stack = Stack.of(this);
    const role = new iam.Role(this, 'MachineRole', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
      description: `Runs the state machine of ${this.node.path}`.slice(0, 1000),
    });
    const { functionArn } = handler.currentVersion;
    role.addToPolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    const machine = new sfn.StateMachine(this, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromString(stack.toJsonString(definition({
        partition: stack.partition, functionArn, resultsBucket: this.resultsBucket.bucketName, settings,
      }))),
      role,
      logs: {
        destination: new logs.LogGroup(this, 'MachineLog', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN }),
        level: sfn.LogLevel.ALL,
        includeExecutionData: true,
      },
      tracingEnabled: true,
      comment: `Counts objects that are not encrypted as they should be: ${this.node.path}`,
    });
    ignoreInLint(machine, 'W3005'); // the CDK has it depend on its role, which it names as well
    new events.Rule(this, 'Daily', {
      description: `Counts how objects are encrypted: ${this.node.path}`.slice(0, 512),
      // More often tells nothing new of an inventory; an alarm about a late report asks for a count each day.
      schedule: events.Schedule.rate(Duration.days(1)),
      targets: [new targets.SfnStateMachine(machine, { input: events.RuleTargetInput.fromObject({}) })],
    });
    return machine;
  }
}
