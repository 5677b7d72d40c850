import { App } from 'aws-cdk-lib';
import { BaselineStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/baseline/app.ts'
new BaselineStack(new App(), 'Baseline');
