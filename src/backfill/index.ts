export { BackfillCopies } from './backfill-copies';
export { BackfillSource } from './backfill-source';
export { BackfillTrigger, BackfillTriggerOptions } from './backfill-trigger';
export { EncryptionBackfillJob } from './encryption-backfill-job';
export { EncryptionBackfillJobProps } from './encryption-backfill-job-props';
