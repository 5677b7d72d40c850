import { App } from 'aws-cdk-lib';
import { AlarmsStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/alarms/app.ts'
new AlarmsStack(new App(), 'Alarms', {
  env: { account: '111111111111', region: 'eu-west-1' },
  trailLogGroupName: 'organization-trail',
});
