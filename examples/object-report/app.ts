import { App } from 'aws-cdk-lib';
import { ObjectReportStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/object-report/app.ts'
new ObjectReportStack(new App(), 'ObjectReport', {
  env: { account: '111111111111', region: 'eu-west-1' },
  trailLogGroupName: 'organization-trail',
});
