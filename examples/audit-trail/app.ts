import { App } from 'aws-cdk-lib';
import { AuditTrailStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/audit-trail/app.ts'
new AuditTrailStack(new App(), 'AuditTrail', { env: { account: '111111111111', region: 'eu-west-1' } });
