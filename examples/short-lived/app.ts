import { App } from 'aws-cdk-lib';
import { ShortLivedStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/short-lived/app.ts'
new ShortLivedStack(new App(), 'ShortLived');
