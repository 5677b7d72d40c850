import { App } from 'aws-cdk-lib';
import { OriginalStack, ReplicaStack } from './stack';

// npx cdk deploy --all --app 'npx tsx examples/replication/app.ts'
const app = new App();
const account = '111111111111';
const crossRegionReferences = true;
const replica = new ReplicaStack(app, 'Replica', { env: { account, region: 'eu-central-1' }, crossRegionReferences });
new OriginalStack(app, 'Original', { env: { account, region: 'eu-west-1' }, crossRegionReferences, replica });
