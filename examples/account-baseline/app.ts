import { App } from 'aws-cdk-lib';
import { PlatformStack, ShopStack } from './stack';

// npx cdk deploy --all --app 'npx tsx examples/account-baseline/app.ts'
const env = { account: '111111111111', region: 'eu-west-1' };
const app = new App();
const platform = new PlatformStack(app, 'Platform', { env });
new ShopStack(app, 'Shop', { env, platform });
