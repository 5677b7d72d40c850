import { ObjectFinding } from './object-finding';
import type { FindingId } from './statements';
import { DetectionSeverity } from '../monitoring';

/** The namespace of the metrics. */
export const NAMESPACE = 'S3Encryption/Objects';

/** What is said of a finding. */
export interface FindingSpec {
  readonly objects: string;
  readonly bytes: string;
  readonly severity: DetectionSeverity;
  readonly title: string;
  readonly meaning: string;
  /** Whether a backfill can set it right. Only the holder of a client's key can copy what is under it. */
  readonly repairable: boolean;
}

export const FINDINGS: Readonly<Record<ObjectFinding, FindingSpec>> = {
  [ObjectFinding.UNENCRYPTED]: {
    objects: 'ObjectsUnencrypted',
    bytes: 'BytesUnencrypted',
    severity: DetectionSeverity.MEDIUM,
    title: 'objects are stored without encryption',
    meaning: 'They were uploaded before 2023, or are under a type of encryption that the report does not know.',
    repairable: true,
  },
  [ObjectFinding.SSE_C]: {
    objects: 'ObjectsUnderSseC',
    bytes: 'BytesUnderSseC',
    severity: DetectionSeverity.HIGH,
    title: 'objects are under keys of clients (SSE-C)',
    meaning: 'Only the holder of the key can read them. If nobody here is, somebody may hold them to ransom.',
    repairable: false,
  },
  [ObjectFinding.SSE_S3]: {
    objects: 'ObjectsUnderSseS3',
    bytes: 'BytesUnderSseS3',
    severity: DetectionSeverity.MEDIUM,
    title: 'objects are under SSE-S3 instead of the key',
    meaning: 'No key policy protects them: whoever may read objects reads them.',
    repairable: true,
  },
  [ObjectFinding.OTHER_KEY]: {
    objects: 'ObjectsUnderOtherKey',
    bytes: 'BytesUnderOtherKey',
    severity: DetectionSeverity.HIGH,
    title: 'objects are under a KMS key that is not expected',
    meaning: 'Its owner decides who reads them, and deleting that key deletes them.',
    repairable: true,
  },
  [ObjectFinding.WITHOUT_BUCKET_KEY]: {
    objects: 'ObjectsWithoutBucketKey',
    bytes: 'BytesWithoutBucketKey',
    severity: DetectionSeverity.MEDIUM,
    title: 'objects are without a Bucket Key',
    meaning: 'Each read of one is a KMS request of its own, which costs and counts against the quota.',
    repairable: true,
  },
};

export const FINDING_OF: Readonly<Record<FindingId, ObjectFinding>> = {
  'unencrypted': ObjectFinding.UNENCRYPTED,
  'sse-c': ObjectFinding.SSE_C,
  'sse-s3': ObjectFinding.SSE_S3,
  'other-key': ObjectFinding.OTHER_KEY,
  'without-bucket-key': ObjectFinding.WITHOUT_BUCKET_KEY,
};
