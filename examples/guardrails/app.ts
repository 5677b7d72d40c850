import { App } from 'aws-cdk-lib';
import { GuardrailsStack } from './stack';

// npx cdk deploy --app 'npx tsx examples/guardrails/app.ts'
new GuardrailsStack(new App(), 'Guardrails', { env: { account: '111111111111', region: 'us-east-1' } });
