import { Duration, Lazy, Names, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Channels } from './channels';
import type { Watched } from './watched';
import type { EncryptionBackfillJob } from '../backfill';

const HALF = 12;
const FULL = 24;
const HEIGHT = 6;
const MOST_ALARMS = 100;

/** What a dashboard shows of, all of which may still grow when it is made. */
export interface Shown {
  readonly watched: Watched;
  readonly ruleNames: readonly string[];
  readonly alarms: () => readonly cloudwatch.IAlarm[];
  readonly channels: Channels;
  readonly logGroup?: logs.ILogGroup;
  readonly backfills: readonly EncryptionBackfillJob[];
}

/**
 * One page that answers: is something wrong, what was it, and who was it.
 *
 * The body is made at synthesis, when all that is watched is known.
 */
export function addDashboard(scope: Construct, shown: Shown): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard', {
    dashboardName: `${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' })}-encryption`,
    defaultInterval: Duration.days(1),
  });
  // Widgets render when the template does, so what is added later is on the page.
  dashboard.addWidgets(new Later(FULL, 4, () => states(shown.alarms())));
  dashboard.addWidgets(
    new Later(HALF, HEIGHT, () => detections(shown)),
    new Later(HALF, HEIGHT, () => requestRate(Stack.of(scope).region)),
  );
  const { logGroup } = shown;
  if (logGroup !== undefined) {
    for (const pair of questions(shown.watched)) {
      dashboard.addWidgets(...pair.map(({ title, lines, view }) => new cloudwatch.LogQueryWidget({
        title, view, width: HALF, height: HEIGHT, logGroupNames: [logGroup.logGroupName], queryString: Lazy.uncachedString({ produce: () => lines().join('\n| ') }),
      })));
    }
  }
  dashboard.addWidgets(new Later(FULL, HEIGHT, () => shown.backfills.length === 0
    ? new cloudwatch.TextWidget({ markdown: 'No backfill is shown here. `alarms.watchBackfill(job)` adds one.', width: FULL, height: HEIGHT })
    : backfills(shown)));
  return dashboard;
}

/**
 * One widget takes 100 alarms; more are shown side by side.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
function states(alarms: readonly cloudwatch.IAlarm[]): cloudwatch.IWidget {
  const widgets = Math.ceil(alarms.length / MOST_ALARMS);
  const width = Math.floor(FULL / widgets);
  return new cloudwatch.Row(...Array.from({ length: widgets }, (_, index) => new cloudwatch.AlarmStatusWidget({
    title: 'Alarms', width, height: 4, alarms: alarms.slice(index * MOST_ALARMS, (index + 1) * MOST_ALARMS),
  })));
}

/** Rules count what they matched by themselves: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
function detections({ ruleNames, channels }: Shown): cloudwatch.IWidget {
  const matched = (name: string) => new cloudwatch.Metric({
    namespace: 'AWS/Events', metricName: 'MatchedEvents', dimensionsMap: { RuleName: name }, statistic: 'Sum', period: Duration.minutes(5),
  });
  return new cloudwatch.GraphWidget({
    title: 'Findings over time',
    width: HALF,
    height: HEIGHT,
    stacked: true,
    liveData: true,
    left: ruleNames.map(matched),
    right: [channels.deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'undelivered' })],
  });
}

/**
 * Requests of all keys of the account share one quota in a region; S3 waits and answers 503 beyond it.
 * https://docs.aws.amazon.com/kms/latest/developerguide/monitoring-cloudwatch.html
 */
function requestRate(region: string): cloudwatch.IWidget {
  const calls = new cloudwatch.Metric({
    namespace: 'AWS/Usage',
    metricName: 'CallCount',
    statistic: 'Sum',
    period: Duration.minutes(1),
    region,
    dimensionsMap: { Type: 'API', Service: 'KMS', Resource: 'CryptographicOperationsSymmetric', Class: 'None' },
  });
  const rate = new cloudwatch.MathExpression({ expression: 'calls / PERIOD(calls)', usingMetrics: { calls }, label: 'requests a second', period: Duration.minutes(1) });
  const quota = new cloudwatch.MathExpression({ expression: 'SERVICE_QUOTA(calls)', usingMetrics: { calls }, label: 'quota', period: Duration.minutes(1) });
  return new cloudwatch.GraphWidget({ title: 'KMS requests against the quota', width: HALF, height: HEIGHT, left: [rate, quota], leftYAxis: { min: 0 } });
}

function backfills({ backfills: jobs }: Shown): cloudwatch.IWidget {
  return new cloudwatch.GraphWidget({
    title: 'Backfills', width: FULL, height: HEIGHT, left: jobs.map((job) => job.metricObjectsRemaining()), right: jobs.map((job) => job.metricObjectsFailed()),
  });
}

interface WhoQuestion {
  readonly title: string;
  readonly view: cloudwatch.LogQueryVisualizationType;
  readonly lines: () => string[];
}

/** Names with colons need backticks: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
function questions(watched: Watched): WhoQuestion[][] {
  const table = cloudwatch.LogQueryVisualizationType.TABLE;
  const ofKeys = () => watched.account || watched.keyArns.length === 0 ? [] : [`filter resources.0.ARN in [${watched.keyArns.map((arn) => `"${arn}"`).join(', ')}]`];
  const kms = () => ['filter eventSource = "kms.amazonaws.com"', ...ofKeys()];
  return [
    [
      {
        title: 'Decrypts by result',
        view: cloudwatch.LogQueryVisualizationType.STACKEDAREA,
        lines: () => [
          ...kms(), 'filter eventName = "Decrypt"', 'fields least(1, strlen(coalesce(errorCode, ""))) as failure',
          'fields 1 - failure as success', 'stats sum(success) as succeeded, sum(failure) as failed by bin(5m)',
        ],
      },
      {
        title: 'Denied, by principal',
        view: table,
        // A denied call may come without the key, so here every key of the account counts.
        lines: () => ['filter eventSource = "kms.amazonaws.com" and errorCode like /AccessDenied/', 'stats count(*) as denied, latest(errorMessage) as message by userIdentity.arn, eventName, sourceIPAddress', 'sort denied desc', 'limit 50'],
      },
    ],
    [
      {
        title: 'Who decrypts',
        view: table,
        lines: () => [...kms(), 'filter eventName = "Decrypt" and isblank(errorCode)', 'stats count(*) as decrypts by userIdentity.arn, `requestParameters.encryptionContext.aws:s3:arn`', 'sort decrypts desc', 'limit 50'],
      },
      {
        title: 'Keys scheduled for deletion, disabled or kept',
        view: table,
        lines: () => ['filter eventSource = "kms.amazonaws.com" and eventName in ["ScheduleKeyDeletion", "CancelKeyDeletion", "DisableKey", "EnableKey", "DeleteKey"]', 'display @timestamp, eventName, resources.0.ARN, responseElements.deletionDate, userIdentity.arn, sourceIPAddress, errorCode', 'sort @timestamp desc', 'limit 50'],
      },
    ],
  ];
}

/** A widget whose content is asked for when the template is made. */
class Later extends cloudwatch.ConcreteWidget {
  constructor(width: number, height: number, private readonly widget: () => cloudwatch.IWidget) {
    super(width, height);
  }

  public toJson(): unknown[] {
    const widget = this.widget();
    widget.position(this.x ?? 0, this.y ?? 0);
    return widget.toJson();
  }
}
