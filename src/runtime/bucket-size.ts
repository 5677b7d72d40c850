import { type CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';

/** Storage classes that CloudWatch counts apart. https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html */
const STORAGE_TYPES = [
  'StandardStorage', 'StandardIAStorage', 'OneZoneIAStorage', 'IntelligentTieringFAStorage', 'IntelligentTieringIAStorage', 'GlacierIRStorage',
  'GlacierStorage', 'DeepArchiveStorage',
];
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const DAYS = 3;

/** What a bucket held some day ago; nothing of a new one. Either may be known without the other. */
export interface BucketSize {
  readonly objects?: number;
  readonly bytes?: number;
}

/** A bucket whose size cannot be read is priced without. */
export async function bucketSize(cloudwatch: Pick<CloudWatchClient, 'send'>, bucket: string, now: Date): Promise<BucketSize> {
  try {
    return await measuredSize(cloudwatch, bucket, now);
  } catch {
    return {}; // the plan says that it is not known
  }
}

/** As S3 measures it, once a day. Fails where that cannot be read. */
export async function measuredSize(cloudwatch: Pick<CloudWatchClient, 'send'>, bucket: string, now: Date): Promise<BucketSize> {
  const latest = async (metric: string, storageType: string): Promise<number | undefined> => {
    const answer = await cloudwatch.send(new GetMetricStatisticsCommand({
      Namespace: 'AWS/S3',
      MetricName: metric,
      Dimensions: [{ Name: 'BucketName', Value: bucket }, { Name: 'StorageType', Value: storageType }],
      StartTime: new Date(now.getTime() - DAYS * DAY_MILLISECONDS),
      EndTime: now,
      Period: DAY_MILLISECONDS / 1000,
      Statistics: ['Average'],
    }));
    const points = [...answer.Datapoints ?? []].sort((a, b) => (a.Timestamp?.getTime() ?? 0) - (b.Timestamp?.getTime() ?? 0));
    return points.at(-1)?.Average;
  };
  const objects = await latest('NumberOfObjects', 'AllStorageTypes');
  const parts = await Promise.all(STORAGE_TYPES.map(async (type) => latest('BucketSizeBytes', type)));
  const known = parts.filter((part) => part !== undefined);
  return { objects, bytes: known.length === 0 ? undefined : known.reduce((sum, part) => sum + part, 0) };
}
