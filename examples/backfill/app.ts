import { App } from 'aws-cdk-lib';
import { BackfillStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/backfill/app.ts'
new BackfillStack(new App(), 'Backfill', {
  env: { account: '111111111111', region: 'eu-west-1' },
  bucketName: 'orders-from-before',
  oldKeyArn: 'arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555',
});
