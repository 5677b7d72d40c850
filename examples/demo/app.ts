import { App } from 'aws-cdk-lib';
import { DemoStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/demo/app.ts'
new DemoStack(new App(), 'Demo');
