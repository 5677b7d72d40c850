import { App } from 'aws-cdk-lib';
import { SensitiveDataStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/sensitive-data/app.ts'
new SensitiveDataStack(new App(), 'SensitiveData', { env: { account: '111111111111', region: 'eu-west-1' } });
