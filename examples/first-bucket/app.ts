import { App } from 'aws-cdk-lib';
import { FirstBucketStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/first-bucket/app.ts'
new FirstBucketStack(new App(), 'FirstBucket');
