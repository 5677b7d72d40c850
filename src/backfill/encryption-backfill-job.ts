import { Annotations, ArnFormat, CustomResource, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeBackfill } from './acknowledgements';
import { BackfillCopies } from './backfill-copies';
import type { BackfillSource } from './backfill-source';
import { BackfillTrigger } from './backfill-trigger';
import { configurationOf } from './configuration';
import type { EncryptionBackfillJobProps } from './encryption-backfill-job-props';
import { jobsOf } from './jobs';
import { assertLimits } from './limits';
import { definition, EVENT_SOURCE, EVENT_TYPE, NAMESPACE } from './machine/definition';
import type { Settings } from './machine/settings';
import { anyJobArn, letListItself, makeMachineRole } from './machine-role';
import { makeOperationsBucket } from './operations-bucket';
import { allow, letClassify, letReencrypt, makeBatchRole, type Subject } from './roles';
import { assertOperationsBucket, assertSources, resolveTarget, type Target } from './target';
import { makeHandler } from '../private/handler';
import { ignoreInLint } from '../private/lint';

/** A Lambda function runs for 15 minutes at most. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST = Duration.minutes(15);

/**
 * Brings the objects that are in a bucket already under a KMS key: a bucket's default encrypts only
 * what comes after it.
 *
 * It deploys a state machine, and starts nothing unless `trigger` says so. Started with
 * `{"mode":"plan"}` it counts and prices, and writes nothing to the bucket. Started with
 * `{"mode":"run","confirm":"<planId>"}` it does what that plan says, reads what failed, tries that once
 * more, counts again what S3 still finds, and ends with a summary. A second run over a bucket
 * that is done writes nothing.
 *
 * The engine depends on each object. Those under SSE-S3 or another KMS key are updated in place: no
 * data moves, no version is made, ETag, date and storage class stay. Those that are not encrypted or
 * are under DSSE-KMS are copied, with what they carry. Locked, archived and SSE-C objects are
 * reported and not touched. Nothing is deleted, unless `expireReplacedVersions` asks for it.
 *
 * Costs about 6 USD per million objects that are updated, and KMS requests; each plan and each
 * verification 0.25 USD per job. A plan says it in advance. Deployed and not started it
 * costs nothing but the storage of its reports.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-update-encryption.html
 * @example
 * const data = new SecureBucket(this, 'Data');
 * new EncryptionBackfillJob(this, 'Backfill', {
 *   bucket: data,
 *   sources: [BackfillSource.sseS3(), BackfillSource.unencrypted()],
 * });
 */
export class EncryptionBackfillJob extends Construct {
  /** Plans and runs. Its executions are the history of what was done to the bucket. */
  public readonly stateMachine: sfn.IStateMachine;

  /** Where manifests, reports, plans and summaries are. */
  public readonly operationsBucket: s3.IBucket;

  /** The role that S3 Batch Operations reads and writes the objects with. */
  public readonly batchRole: iam.IRole;

  /** The function that copies what S3 cannot update in place. Its role needs what a policy elsewhere may refuse. */
  public readonly copyFunction: lambda.IFunction;

  /**
   * The bucket that it is about.
   *
   * @internal
   */
  public readonly _bucketName: string;

  /**
   * The key that objects are brought under.
   *
   * @internal
   */
  public readonly _key: kms.IKey;

  constructor(scope: Construct, id: string, props: EncryptionBackfillJobProps) {
    super(scope, id);
    const target = resolveTarget(this, props);
    assertSources(this, props.bucket, props.sources, target);
    assertLimits(this, props);
    if (props.operationsBucket !== undefined) { assertOperationsBucket(this, props.bucket, props.operationsBucket); }
    const trigger = props.trigger ?? BackfillTrigger.manual();

    this._bucketName = props.bucket.bucketName;
    this._key = target.key;
    this.operationsBucket = props.operationsBucket ?? makeOperationsBucket(this);
    const subject: Subject = {
      bucket: props.bucket,
      operations: this.operationsBucket,
      target: target.key,
      sourceKeys: sourceKeysOf(props.sources).filter((key) => key !== target.key),
      prefix: props.prefix,
      list: props.sources.find(({ _list }) => _list !== undefined)?._list,
    };
    const copies = props.sources.some(({ _needsCopy }) => _needsCopy);
    const batchRole = makeBatchRole(this, subject, copies);
    const reencrypt = this.makeCopier(props, subject, target);
    const classify = this.makeClassifier(props, subject);
    allow(batchRole, ['lambda:InvokeFunction'], [reencrypt.currentVersion.functionArn]);
    this.batchRole = batchRole;
    this.copyFunction = reencrypt;

    const log = new logs.LogGroup(this, 'MachineLog', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN });
    const role = makeMachineRole(this, {
      bucket: props.bucket,
      operations: this.operationsBucket,
      keys: [target.key, ...subject.sourceKeys],
      batchRole,
      classify: classify.currentVersion,
      topic: props.summaryTopic,
    });
    const settings = this.settings(props, subject, target, { batchRole, reencrypt, classify });
    const machine = new sfn.StateMachine(this, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(this).toJsonString(definition(settings))),
      role,
      logs: { destination: log, level: sfn.LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
      comment: `Brings objects of a bucket under their key: ${this.node.path}`,
    });
    ignoreInLint(machine, 'W3005'); // the CDK has it depend on its role, which it names as well
    const listing = letListItself(this, role, machine.stateMachineArn);
    this.stateMachine = machine;

    this.watchStack(trigger, settings, [listing, batchRole]);
    if (trigger._schedule !== undefined) {
      new events.Rule(this, 'Schedule', {
        description: `Starts the encryption backfill ${this.node.path}`.slice(0, 512),
        schedule: trigger._schedule,
        targets: [new targets.SfnStateMachine(machine, { input: events.RuleTargetInput.fromObject(trigger._input) })],
      });
    }
    if (props.expireReplacedVersions !== undefined) { expire(props.bucket as s3.Bucket, this, props.expireReplacedVersions, props.prefix); }
    if (trigger._unconfirmed !== undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:EncryptionBackfillJob.runsWithoutConfirmation',
        `this backfill writes to the bucket without anybody having seen its plan. Reason given: ${trigger._unconfirmed}`);
    }
    acknowledgeBackfill(this);
  }

  /**
   * Lets somebody plan, run and follow the backfill, as the command `backfill --engine batch` does.
   *
   * Whoever may run it changes how every object of its sources is encrypted. They get no right to
   * read objects.
   */
  public grantRun(grantee: iam.IGrantable): iam.Grant {
    const grant = (actions: string[], ...resourceArns: string[]) => iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    return grant(['states:StartExecution', 'states:ListExecutions', 'states:DescribeStateMachine'], this.stateMachine.stateMachineArn)
      .combine(grant(['states:DescribeExecution', 'states:GetExecutionHistory'], this.executionArn()))
      .combine(grant(['s3:GetObject'], this.operationsBucket.arnForObjects('summaries/*'), this.operationsBucket.arnForObjects('exceptions/*')))
      .combine(grant(['s3:DescribeJob'], anyJobArn(this)));
  }

  /**
   * Objects that the last run could not bring under the key and nothing explains. Alarm above 0.
   *
   * Sent at the end of each run; a plan sends nothing.
   *
   * @default - maximum over 1 day
   */
  public metricObjectsRemaining(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ObjectsRemaining', props);
  }

  /**
   * Objects that failed, also when they were tried again.
   *
   * @default - maximum over 1 day
   */
  public metricObjectsFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ObjectsFailed', props);
  }

  /**
   * Matches the event that ends every run, good or bad. Its detail has `verified`, `rewritten`,
   * `exceptions`, `failed`, `remaining` and `report`, or `error` and `cause`.
   */
  public onEnd(id: string, options: events.OnEventOptions = {}): events.Rule {
    const rule = new events.Rule(this, id, {
      description: options.description,
      ruleName: options.ruleName,
      crossStackScope: options.crossStackScope,
      targets: options.target === undefined ? [] : [options.target],
    });
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [EVENT_TYPE], detail: { bucket: [this._bucketName] } });
    rule.addEventPattern(options.eventPattern);
    return rule;
  }

  /** The ARN of every execution: it has its name once it is started. */
  private executionArn(): string {
    const { stateMachineName } = this.stateMachine as sfn.StateMachine;
    return Stack.of(this).formatArn({ service: 'states', resource: 'execution', resourceName: `${stateMachineName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }

  private metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { BucketName: this._bucketName },
      statistic: cloudwatch.Stats.MAXIMUM,
      period: Duration.days(1),
      ...props,
    }).attachTo(this);
  }

  private makeCopier(props: EncryptionBackfillJobProps, subject: Subject, target: Target): lambda.Function {
    const kmsKeys = props.sources.flatMap(({ _kind, _key, _listedKeys }) => [..._kind === 'kms' ? [_key!.keyArn] : [], ..._listedKeys.map(({ keyArn }) => keyArn)]);
    // DSSE-KMS is given up on purpose only, listed or not.
    const has = (kind: string) => props.sources.some(({ _kind }) => _kind === kind || kind !== 'dsse' && _kind === 'listed');
    const handler = makeHandler(this, 'Copy', 'backfill/reencrypt', {
      description: 'Copies the objects that S3 cannot update in place. Invoked by S3 Batch Operations',
      environment: {
        BUCKET: props.bucket.bucketName,
        ACCOUNT: Stack.of(this).account,
        KEY_ARN: target.key.keyArn,
        BUCKET_KEY: String(target.bucketKey),
        SOURCES: Stack.of(this).toJsonString({ sseS3: has('sse-s3'), kmsKeys, dsse: has('dsse'), unencrypted: has('unencrypted'), bucketKeyDiffers: has('bucket-key') }),
        NONCURRENT: String(props.noncurrentVersions === true),
      },
      memorySize: 512,
      timeout: LONGEST,
      reservedConcurrentExecutions: props.copyConcurrency,
    });
    letReencrypt(handler.role!, subject);
    return handler;
  }

  private makeClassifier(props: EncryptionBackfillJobProps, subject: Subject): lambda.Function {
    const handler = makeHandler(this, 'Report', 'backfill/classify', {
      description: 'Prices plans, reads the reports of S3 Batch Operations, and writes summaries. Invoked by the state machine',
      memorySize: 1024,
      timeout: LONGEST,
      ephemeralStorageSize: Size.gibibytes(2), // lists of what is tried again are put together on its disk
    });
    letClassify(handler.role!, subject, props.noncurrentVersions === true);
    return handler;
  }

  private settings(props: EncryptionBackfillJobProps, subject: Subject, target: Target, made: {
    readonly batchRole: iam.IRole; readonly reencrypt: lambda.Function; readonly classify: lambda.Function;
  }): Settings {
    const stack = Stack.of(this);
    const reencryptArn = made.reencrypt.currentVersion.functionArn;
    const context = { bucketArn: props.bucket.bucketArn, keyArn: target.key.keyArn, bucketKey: target.bucketKey, reencryptArn, prefix: props.prefix };
    const copies = props.sources.some(({ _needsCopy }) => _needsCopy);
    return {
      partition: stack.partition,
      region: stack.region,
      account: stack.account,
      bucketName: props.bucket.bucketName,
      bucketArn: props.bucket.bucketArn,
      keyArn: target.key.keyArn,
      bucketKey: target.bucketKey,
      sourceKeyArns: subject.sourceKeys.map(({ keyArn }) => keyArn),
      operationsBucketName: this.operationsBucket.bucketName,
      operationsBucketArn: this.operationsBucket.bucketArn,
      batchRoleArn: made.batchRole.roleArn,
      reencryptArn,
      classifyArn: made.classify.currentVersion.functionArn,
      topicArn: props.summaryTopic?.topicArn,
      prefix: props.prefix,
      noncurrent: props.noncurrentVersions === true,
      listsBucketName: subject.list?._list.listsBucketName,
      copiesByS3: copies && (props.copies ?? BackfillCopies.AUTOMATIC) === BackfillCopies.AUTOMATIC,
      unconfirmed: props.trigger?._unconfirmed !== undefined,
      configuration: configurationOf(this, props, target),
      description: `Encryption backfill ${this.node.addr}`,
      jobs: { copiesByS3: jobsOf(context, props.sources, true), copiesByFunction: jobsOf(context, props.sources, false) },
    };
  }

  /** Starts on deployment, if asked to; and ends what is not finished when the stack is deleted. */
  private watchStack(trigger: BackfillTrigger, settings: Settings, needs: Construct[]): void {
    const handler = makeHandler(this, 'Watch', 'backfill/watch-stack', {
      description: 'Starts the backfill with a deployment, and cancels its jobs when the stack is deleted',
      memorySize: 256,
      timeout: Duration.minutes(5),
    });
    const role = handler.role!;
    const { stateMachineArn } = this.stateMachine;
    allow(role, ['states:StartExecution', 'states:ListExecutions'], [stateMachineArn]);
    allow(role, ['states:StopExecution'], [this.executionArn()]);
    allow(role, ['s3:ListJobs'], ['*']); // has no resources
    allow(role, ['s3:UpdateJobStatus'], [anyJobArn(this)]);
    const resource = new CustomResource(this, 'Deployment', {
      serviceToken: handler.functionArn,
      resourceType: 'Custom::EncryptionBackfill',
      serviceTimeout: Duration.minutes(6),
      properties: {
        StateMachineArn: stateMachineArn,
        AccountId: Stack.of(this).account,
        Configuration: settings.configuration,
        JobDescription: settings.description,
        ...trigger._kind === 'deploy' ? { Input: JSON.stringify(trigger._input) } : {},
      },
    });
    // Last to come, so that what it starts is complete; first to go, so that what it ends can still be ended.
    resource.node.addDependency(role, ...needs);
  }
}

/** Each once: a key can be that of a source and of a list. */
function sourceKeysOf(sources: readonly BackfillSource[]): kms.IKey[] {
  return [...new Set(sources.flatMap(({ _key, _listedKeys }) => [..._key === undefined ? [] : [_key], ..._listedKeys]))];
}

function expire(bucket: s3.Bucket, scope: Construct, after: Duration, prefix: string | undefined): void {
  bucket.addLifecycleRule({ id: `ExpireReplacedVersions-${scope.node.addr.slice(-8)}`, prefix, noncurrentVersionExpiration: after });
}
