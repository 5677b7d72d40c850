import { App } from 'aws-cdk-lib';
import { ConsumersStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/consumers/app.ts'
new ConsumersStack(new App(), 'Consumers');
