import { App } from 'aws-cdk-lib';
import { DataLakeStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/data-lake/app.ts'
new DataLakeStack(new App(), 'DataLake');
