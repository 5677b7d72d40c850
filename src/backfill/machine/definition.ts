import { preflight } from './preflight';
import { prepareJobs } from './prepare';
import type { Settings } from './settings';
import { call, failWith, invoke, type State, type States, stopWith } from './states';
import { listedJobs, noncurrentJobs, retryJobs, runJobs } from './work';

/** The namespace of the metrics. */
export const NAMESPACE = 'S3EncryptionBackfill';
/** The source and the type of the event that ends every run. */
export const EVENT_SOURCE = 'cdk-s3-encryption';
export const EVENT_TYPE = 'Encryption Backfill Ended';

/**
 * The state machine, in the JSONPath dialect of the States Language.
 *
 * `{"mode":"plan"}` counts, prices and stops. `{"mode":"run","confirm":PLAN}` confirms the jobs of
 * that plan, follows them, reads what failed, tries that once more, counts again, and says what it came to.
 */
export function definition(settings: Settings): object {
  const { partition, configuration } = settings;
  const stopped = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'ReportFailure' }];
  const lists = settings.listsBucketName === undefined ? 'Price' : 'StartTaking';
  return {
    Comment: 'Brings the objects of a bucket under a KMS key. Input: {"mode":"plan"}, then {"mode":"run","confirm":"<planId>"}',
    StartAt: 'ReadInput',
    States: {
      ...input(settings),
      ...caught(preflight(settings, 'PlanOrRun'), stopped),
      PlanOrRun: { Type: 'Choice', Choices: [{ Variable: '$.mode', StringEquals: 'run', Next: 'ReadPlan' }], Default: 'Prepare' },

      Prepare: prepareJobs(settings, 'Plan', {
        keep: true,
        itemsPath: '$.jobs',
        createdBefore: '$.startedAt',
        token: '$.planId',
        resultPath: '$.prepared',
        rest: { Catch: stopped, Next: settings.noncurrent ? 'AnyVersions' : 'NoNoncurrent' },
      }),
      NoNoncurrent: { Type: 'Pass', Result: [], ResultPath: '$.noncurrentJobs', Next: lists },
      ...settings.noncurrent ? noncurrent(settings, stopped, lists) : {},
      ...settings.listsBucketName === undefined ? {} : listed(settings, stopped),
      Price: invoke(partition, settings.classifyArn, {
        'action': 'price',
        'planId.$': '$.planId',
        'planTime.$': '$.startedAt',
        'bucket': settings.bucketName,
        'keyArn': settings.keyArn,
        'bucketKey': settings.bucketKey,
        'versioned.$': '$.versioned',
        'copyEngine.$': '$.copyEngine',
        'operationsBucket': settings.operationsBucketName,
        configuration,
        'warnings.$': '$.warnings',
        'jobs.$': '$.prepared',
        'moreJobs.$': '$.noncurrentJobs',
        ...settings.listsBucketName === undefined ? {} : { 'listedJobs.$': '$.listedJobs' },
      }, { ResultPath: '$.priced', Catch: stopped, Next: 'KeepPlan' }),
      KeepPlan: { Type: 'Pass', InputPath: '$.priced.value', ResultPath: '$.plan', Next: 'OnlyPlanned' },
      OnlyPlanned: { Type: 'Choice', Choices: [{ Variable: '$.mode', StringEquals: 'plan', Next: 'Planned' }], Default: 'AnyWork' },
      Planned: { Type: 'Pass', InputPath: '$.plan', End: true },

      ReadPlan: call(partition, 's3:getObject', {
        'Bucket': settings.operationsBucketName, 'ExpectedBucketOwner': settings.account, 'Key.$': "States.Format('plans/{}.json', $.confirm)",
      }, { ResultSelector: { 'Body.$': '$.Body' }, ResultPath: '$.file', Next: 'ParsePlan', Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'PlanUnknown' }] }),
      ParsePlan: { Type: 'Pass', Parameters: { 'plan.$': 'States.StringToJson($.file.Body)' }, ResultPath: '$.parsed', Next: 'TakePlan' },
      TakePlan: { Type: 'Pass', InputPath: '$.parsed.plan', ResultPath: '$.plan', Next: 'PlanFits' },
      PlanFits: { Type: 'Choice', Choices: [{ Variable: '$.plan.configuration', StringEquals: configuration, Next: 'AnyWork' }], Default: 'PlanOutdated' },
      ...stopWith('PlanUnknown', 'PlanUnknown', 'there is no plan "{}" ({}): start with the mode "plan", and confirm the planId that it ends with', '$.confirm', '$.error.Error'),
      ...stopWith('PlanOutdated', 'PlanOutdated', 'the plan "{}" was made for another key, other sources or another prefix than this state machine has now: start a new plan', '$.confirm'),

      AnyWork: { Type: 'Choice', Choices: [{ Variable: '$.plan.nothingToDo', BooleanEquals: true, Next: 'NothingRun' }], Default: 'Run' },
      NothingRun: { Type: 'Pass', Result: { first: null, second: null, results: [], retries: [], remaining: [] }, ResultPath: '$.outcome', Next: 'Summarise' },
      Run: runJobs(settings, { ItemsPath: '$.plan.jobs', ResultPath: '$.results', Catch: stopped, Next: 'StartReading' }),
      StartReading: { Type: 'Pass', Result: null, ResultPath: '$.first', Next: 'Classify' },
      Classify: classify(settings, { 'final': false, 'attempt': 0, 'jobs.$': '$.results', 'state.$': '$.first' }, { ResultPath: '$.read', Catch: stopped, Next: 'KeepRead' }),
      KeepRead: { Type: 'Pass', InputPath: '$.read.value', ResultPath: '$.first', Next: 'AllRead' },
      AllRead: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.first.done', BooleanEquals: false, Next: 'Classify' },
          { Variable: '$.first.manifests[0]', IsPresent: true, Next: 'Retry' },
        ],
        Default: 'NothingRetried',
      },
      NothingRetried: { Type: 'Pass', Result: [], ResultPath: '$.retries', Next: 'NoSecond' },
      NoSecond: { Type: 'Pass', Result: null, ResultPath: '$.second', Next: 'Verify' },
      Retry: retryJobs(settings, { ItemsPath: '$.first.manifests', ResultPath: '$.retries', Catch: stopped, Next: 'StartRereading' }),
      StartRereading: { Type: 'Pass', Result: null, ResultPath: '$.second', Next: 'ClassifyRetry' },
      ClassifyRetry: classify(settings, { 'final': true, 'attempt': 1, 'jobs.$': '$.retries', 'state.$': '$.second' }, { ResultPath: '$.read', Catch: stopped, Next: 'KeepReread' }),
      KeepReread: { Type: 'Pass', InputPath: '$.read.value', ResultPath: '$.second', Next: 'AllReread' },
      AllReread: { Type: 'Choice', Choices: [{ Variable: '$.second.done', BooleanEquals: false, Next: 'ClassifyRetry' }], Default: 'Verify' },

      // What S3 says now, of the objects that the plan was about.
      Verify: prepareJobs(settings, 'Verify', {
        keep: false,
        itemsPath: '$.jobs',
        createdBefore: '$.plan.planTime',
        token: '$$.Execution.Name',
        resultPath: '$.remaining',
        rest: { Catch: stopped, Next: 'Gather' },
      }),
      Gather: {
        Type: 'Pass',
        Parameters: { 'first.$': '$.first', 'second.$': '$.second', 'results.$': '$.results', 'retries.$': '$.retries', 'remaining.$': '$.remaining' },
        ResultPath: '$.outcome',
        Next: 'Summarise',
      },
      Summarise: invoke(partition, settings.classifyArn, {
        'action': 'summarise',
        'planId.$': '$.plan.planId',
        'runId.$': '$$.Execution.Name',
        'bucket': settings.bucketName,
        'keyArn': settings.keyArn,
        'versioned.$': '$.versioned',
        'operationsBucket': settings.operationsBucketName,
        'startedAt.$': '$.startedAt',
        'plan.$': '$.plan',
        'results.$': '$.outcome.results',
        'retries.$': '$.outcome.retries',
        'first.$': '$.outcome.first',
        'second.$': '$.outcome.second',
        'remaining.$': '$.outcome.remaining',
        'warnings.$': '$.warnings',
      }, { ResultPath: '$.summarised', Catch: stopped, Next: 'KeepSummary' }),
      KeepSummary: { Type: 'Pass', InputPath: '$.summarised.value', ResultPath: '$.summary', Next: 'PutMetrics' },
      ...ending(settings),
    },
  };
}

/** Whoever waits hears of a call that was refused, too. */
function caught(states: States, stopped: object[]): States {
  return Object.fromEntries(Object.entries(states).map(([name, state]) =>
    [name, (state.Type === 'Task' || state.Type === 'Map') && state.Catch === undefined ? { ...state, Catch: stopped } : state]));
}

/** Anything that is not understood starts nothing. */
function input({ partition, unconfirmed }: Settings): States {
  const modeIs = (StringEquals: string) => ({ And: [{ Variable: '$.mode', IsPresent: true }, { Variable: '$.mode', IsString: true }, { Variable: '$.mode', StringEquals }] });
  return {
    ReadInput: {
      Type: 'Choice',
      Choices: [
        { ...modeIs('plan'), Next: 'NamePlan' },
        { And: [modeIs('run'), { Variable: '$.confirm', IsPresent: true }, { Variable: '$.confirm', IsString: true }], Next: 'NamePlan' },
        { ...modeIs('run'), Next: 'ConfirmationMissing' },
        ...unconfirmed ? [{ ...modeIs('run-without-confirmation'), Next: 'NamePlan' }] : [],
      ],
      Default: 'InputUnknown',
    },
    ConfirmationMissing: {
      Type: 'Fail', Error: 'ConfirmationMissing', Cause: '"confirm" must be the planId of a plan: start with {"mode":"plan"}, read what it counts and costs, then start with {"mode":"run","confirm":"<planId>"}',
    },
    InputUnknown: {
      Type: 'Fail',
      Error: 'InputUnknown',
      Cause: `"mode" must be "plan" or "run"${unconfirmed ? ' or "run-without-confirmation"' : ''}: start with {"mode":"plan"}, then with {"mode":"run","confirm":"<planId>"}`,
    },
    NamePlan: {
      Type: 'Pass',
      Parameters: { 'planId.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', 'input.$': '$', 'warnings': [] },
      ResultPath: '$.named',
      Next: 'Alone',
    },
    // Two at once would do the same work twice.
    Alone: call(partition, 'sfn:listExecutions', { 'StateMachineArn.$': '$$.StateMachine.Id', 'StatusFilter': 'RUNNING', 'MaxResults': 2 }, {
      ResultSelector: { 'n.$': 'States.ArrayLength($.Executions)' }, ResultPath: '$.running', Next: 'IsAlone',
    }),
    IsAlone: { Type: 'Choice', Choices: [{ Variable: '$.running.n', NumericGreaterThan: 1, Next: 'AlreadyRunning' }], Default: 'Context' },
    AlreadyRunning: { Type: 'Fail', Error: 'AlreadyRunning', Cause: 'another execution of this state machine is running: wait for its end, or stop it' },
    Context: { Type: 'Choice', Choices: [{ Variable: '$.confirm', IsPresent: true, Next: 'ContextOfRun' }], Default: 'ContextOfPlan' },
    ContextOfRun: context({ 'confirm.$': '$.confirm' }),
    ContextOfPlan: context({ confirm: '' }),
  };
}

function context(confirm: object): State {
  return {
    Type: 'Pass',
    Parameters: { 'mode.$': '$.mode', 'planId.$': '$.named.planId', 'startedAt.$': '$.named.startedAt', 'warnings': [], ...confirm },
    Next: 'DescribeKey',
  };
}

/** S3 lists noncurrent versions for nobody who asks for encryption, so the function does. */
function noncurrent(settings: Settings, stopped: object[], next: string): States {
  return {
    AnyVersions: { Type: 'Choice', Choices: [{ Variable: '$.versioned', BooleanEquals: true, Next: 'StartListing' }], Default: 'NoNoncurrent' },
    StartListing: { Type: 'Pass', Result: null, ResultPath: '$.listing', Next: 'List' },
    List: invoke(settings.partition, settings.classifyArn, {
      'action': 'list', 'planId.$': '$.planId', 'planTime.$': '$.startedAt', 'bucket': settings.bucketName, 'prefix': settings.prefix ?? '', 'operationsBucket': settings.operationsBucketName, 'state.$': '$.listing',
    }, { ResultPath: '$.listed', Catch: stopped, Next: 'KeepListing' }),
    KeepListing: { Type: 'Pass', InputPath: '$.listed.value', ResultPath: '$.listing', Next: 'AllListed' },
    AllListed: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.listing.done', BooleanEquals: false, Next: 'List' },
        { Variable: '$.listing.manifests[0]', IsPresent: true, Next: 'PrepareNoncurrent' },
      ],
      Default: 'NoNoncurrent',
    },
    PrepareNoncurrent: noncurrentJobs(settings, { ItemsPath: '$.listing.manifests', ResultPath: '$.noncurrentJobs', Catch: stopped, Next: next }),
  };
}

/** What a report found becomes lists of our own: S3 takes no answer of Athena as it is. */
function listed(settings: Settings, stopped: object[]): States {
  return {
    StartTaking: { Type: 'Pass', Result: null, ResultPath: '$.taking', Next: 'Take' },
    Take: invoke(settings.partition, settings.classifyArn, {
      'action': 'take', 'planId.$': '$.planId', 'planTime.$': '$.startedAt', 'bucket': settings.bucketName, 'prefix': settings.prefix ?? '', 'listsBucket': settings.listsBucketName, 'operationsBucket': settings.operationsBucketName, 'state.$': '$.taking',
    }, { ResultPath: '$.taken', Catch: stopped, Next: 'KeepTaken' }),
    KeepTaken: { Type: 'Pass', InputPath: '$.taken.value', ResultPath: '$.taking', Next: 'AllTaken' },
    AllTaken: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.taking.done', BooleanEquals: false, Next: 'Take' },
        { Variable: '$.taking.manifests[0]', IsPresent: true, Next: 'PrepareListed' },
      ],
      Default: 'NothingListed',
    },
    NothingListed: { Type: 'Pass', Result: [], ResultPath: '$.listedJobs', Next: 'Price' },
    PrepareListed: listedJobs(settings, { ItemsPath: '$.taking.manifests', ResultPath: '$.listedJobs', Catch: stopped, Next: 'Price' }),
  };
}

function classify(settings: Settings, parameters: object, rest: State): State {
  return invoke(settings.partition, settings.classifyArn, {
    'action': 'classify', 'planId.$': '$.plan.planId', 'bucket': settings.bucketName, 'operationsBucket': settings.operationsBucketName, ...parameters,
  }, rest);
}

/** Everybody who waits for the end hears of it, also of a bad one. */
function ending(settings: Settings): States {
  const { partition, bucketName, topicArn } = settings;
  const metric = (MetricName: string, path: string) => ({ MetricName, 'Value.$': path, 'Unit': 'Count', 'Dimensions': [{ Name: 'BucketName', Value: bucketName }] });
  const said = { Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 4 }] };
  const publish = (name: string, subject: string, message: string, Next: string): States => topicArn === undefined ? {} : {
    [name]: {
      Type: 'Task',
      Resource: `arn:${partition}:states:::sns:publish`,
      Parameters: { 'TopicArn': topicArn, 'Subject.$': subject, 'Message.$': message },
      ResultPath: null,
      ...said,
      Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: null, Next }], // a message that cannot be sent does not undo the work
      Next,
    },
  };
  const tell = (name: string, Detail: object, Next: string): States => ({
    [name]: {
      Type: 'Task',
      Resource: `arn:${partition}:states:::events:putEvents`,
      Parameters: { Entries: [{ Source: EVENT_SOURCE, DetailType: EVENT_TYPE, Resources: [settings.bucketArn], Detail }] },
      ResultPath: null,
      ...said,
      Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: null, Next }],
      Next,
    },
  });
  const short = {
    'planId.$': '$.summary.planId',
    'bucket.$': '$.summary.bucket',
    'keyArn.$': '$.summary.keyArn',
    'verified.$': '$.summary.verified',
    'nothingWritten.$': '$.summary.nothingWritten',
    'rewritten.$': '$.summary.rewritten',
    'exceptions.$': '$.summary.exceptions',
    'failed.$': '$.summary.failed',
    'remaining.$': '$.summary.remainingTotal',
    'leftVersions.$': '$.summary.leftVersions',
    'report.$': '$.summary.report',
  };
  return {
    PutMetrics: call(partition, 'cloudwatch:putMetricData', {
      Namespace: NAMESPACE,
      MetricData: [
        metric('ObjectsRewritten', '$.summary.rewrittenTotal'),
        metric('ObjectsFailed', '$.summary.failed'),
        metric('ObjectsExcepted', '$.summary.exceptionsTotal'),
        metric('ObjectsRemaining', '$.summary.remainingTotal'),
      ],
    }, { ResultPath: null, Next: 'TellEvents', Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: null, Next: 'TellEvents' }] }),
    ...tell('TellEvents', short, topicArn === undefined ? 'Verified' : 'TellTopic'),
    ...publish('TellTopic', '$.summary.subject', '$.summary.message', 'Verified'),
    Verified: { Type: 'Choice', Choices: [{ Variable: '$.summary.verified', BooleanEquals: true, Next: 'Finished' }], Default: 'Unfinished' },
    Finished: { Type: 'Pass', InputPath: '$.summary', End: true },
    ...failWith('Unfinished', 'BackfillUnfinished', '{} objects failed and {} are left that nothing explains: see {}, mend the cause, and start a new plan, which goes on with what is left',
      '$.summary.failed', '$.summary.unexplained', '$.summary.report'),

    ReportFailure: {
      Type: 'Pass', Parameters: { 'Error.$': '$.error.Error', 'Cause.$': '$.error.Cause' }, ResultPath: '$.failure', Next: 'TellFailure',
    },
    ...tell('TellFailure', { 'planId.$': '$.planId', 'bucket': bucketName, 'keyArn': settings.keyArn, 'verified': false, 'error.$': '$.failure.Error', 'cause.$': '$.failure.Cause' },
      topicArn === undefined ? 'Failed' : 'TellTopicFailure'),
    ...publish('TellTopicFailure', 'States.Format(\'Encryption backfill stopped: {}\', $.failure.Error)', 'States.Format(\'The encryption backfill {} stopped: {}. {}\', $.planId, $.failure.Error, $.failure.Cause)', 'Failed'),
    Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
  };
}
