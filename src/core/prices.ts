import { type Totals } from './totals';

/**
 * What AWS charges in us-east-1, in US dollars; other regions differ by up to a half. Read on the day given.
 * https://aws.amazon.com/s3/pricing/ and https://aws.amazon.com/kms/pricing/
 */
export const PRICES = {
  region: 'us-east-1',
  asOf: '2026-11-23',
  /** HeadObject, GetObjectTagging and other reads. */
  perGet: 0.4 / 1_000_000,
  /** UpdateObjectEncryption is billed as a PUT of S3 Standard, whatever the class. */
  perPut: 5 / 1_000_000,
  perList: 5 / 1_000_000,
  perKmsRequest: 0.03 / 10_000,
  perBatchJob: 0.25,
  perBatchObject: 1 / 1_000_000,
  perManifestObject: 0.015 / 1_000_000,
  perStandardGigabyteMonth: 0.023,
} as const;

export interface Cost {
  readonly requests: number;
  readonly kms: number;
  /** A month of the versions that copies leave behind, at the price of S3 Standard. */
  readonly leftVersionsPerMonth: number;
  readonly total: number;
  readonly assumptions: string;
}

/**
 * What a run of this plan costs through the S3 API. Without Bucket Keys every object costs KMS two requests (unwrap the old
 * data key, wrap the new one), with one a hundredth of it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
 */
export function costOf(plan: Totals, options: { readonly bucketKey: boolean; readonly versioned: boolean }): Cost {
  const { update, copy, 'multipart-copy': multipart } = plan.rewritten;
  const parts = Math.ceil(plan.bytesCopied / (512 * 1024 ** 2));
  const requests = plan.objects * PRICES.perGet + Math.ceil(plan.objects / 1000) * PRICES.perList
    + (update + copy) * PRICES.perPut + (copy + multipart * 3) * PRICES.perGet
    + (multipart > 0 ? (multipart * 2 + parts) * PRICES.perPut : 0);
  const kms = (update + copy + multipart) * 2 * PRICES.perKmsRequest * (options.bucketKey ? 0.01 : 1);
  const leftVersionsPerMonth = options.versioned ? plan.bytesCopied / 1024 ** 3 * PRICES.perStandardGigabyteMonth : 0;
  return {
    requests,
    kms,
    leftVersionsPerMonth,
    total: requests + kms,
    assumptions: `list prices of ${PRICES.region} on ${PRICES.asOf}; storage at the price of S3 Standard; `
      + 'free tier and retrieval fees of other classes not counted',
  };
}
