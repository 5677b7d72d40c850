export { BackfillCopies } from './backfill-copies';
export { BackfillList } from './backfill-list';
export { BackfillSource } from './backfill-source';
export { BackfillTrigger, BackfillTriggerOptions } from './backfill-trigger';
export { EncryptionBackfillJob } from './encryption-backfill-job';
export { EncryptionBackfillJobOptions, EncryptionBackfillJobProps } from './encryption-backfill-job-props';
// For the other areas of this library; src/index.ts does not publish them.
export { EVENT_SOURCE, EVENT_TYPE } from './machine/definition';
