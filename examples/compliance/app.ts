import { App } from 'aws-cdk-lib';
import { ComplianceStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/compliance/app.ts'
new ComplianceStack(new App(), 'Compliance', { env: { account: '111111111111', region: 'eu-west-1' } });
