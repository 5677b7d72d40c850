import { type Clients, createClients } from '../../../deployer/clients';
import { startEmulator } from '../../../emulator/server';

export interface TestEndpoint extends Pick<Clients, 'iam' | 'json' | 'kms' | 's3' | 'sts'> {
  readonly endpoint: string;
}

/** An emulator for the tests of one file, with clients to read back what was deployed. */
export function useEndpoint(): TestEndpoint {
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  let clients: Clients;
  beforeAll(async () => {
    emulator = await startEmulator();
    clients = createClients(emulator.endpoint, 'us-east-1', { accessKeyId: 'test', secretAccessKey: 'test' });
  });
  afterAll(async () => {
    clients?.close();
    await emulator?.stop();
  });
  return {
    get endpoint() { return emulator.endpoint; },
    get iam() { return clients.iam; },
    get json() { return clients.json; },
    get kms() { return clients.kms; },
    get s3() { return clients.s3; },
    get sts() { return clients.sts; },
  };
}
