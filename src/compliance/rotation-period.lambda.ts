import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { KMSClient } from '@aws-sdk/client-kms';
import { CLIENT } from '../runtime/aws';
import { evaluate, type RuleEvent } from '../runtime/rotation-period';

const services = { kms: new KMSClient(CLIENT), config: new ConfigServiceClient(CLIENT) };

/** AWS Config calls it once a day for each watched key. */
export async function handler(event: RuleEvent): Promise<void> {
  const { ComplianceResourceId: key, ComplianceType: verdict, Annotation: why } = await evaluate(event, services);
  console.log(JSON.stringify({ message: 'evaluated', key, verdict, why }));
}
