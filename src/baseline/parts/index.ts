export { BaselineAccount } from './baseline-account';
export { BaselineAlarms } from './baseline-alarms';
export { BaselineAuditTrail } from './baseline-audit-trail';
export { BaselineBackfill } from './baseline-backfill';
export { BaselineCompliance } from './baseline-compliance';
export { BaselineDataDiscovery } from './baseline-data-discovery';
export { BaselineKey } from './baseline-key';
export { BaselineKeyAccess } from './baseline-key-access';
