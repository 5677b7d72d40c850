import { App } from 'aws-cdk-lib';
import { CrossAccountStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/cross-account/app.ts'
new CrossAccountStack(new App(), 'CrossAccount', {
  env: { account: '111111111111', region: 'eu-west-1' },
  partnerRoleArn: 'arn:aws:iam::222222222222:role/reader',
});
