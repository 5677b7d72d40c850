import type { Macie, MacieError } from './macie-api';
import { isNotEnabled, needSession, told } from './session';

const PATH = '/automated-discovery/configuration';

/** Whether it was this stack that turned it on: the id of the resource remembers it. */
const OURS = 'enabled-by-this-stack';
const BEFORE = 'was-enabled-before';

interface Services {
  readonly macie: Macie;
  log(line: object): void;
}

/** The properties of a `Custom::MacieAutomatedDiscovery`. */
export interface DiscoveryProperties {
  /** Whether it is turned on, or has to be on already. */
  readonly Enable: 'true' | 'false';
}

/**
 * Turns automated discovery on, for this account alone, or makes sure that it is on.
 *
 * Of an account that administers others the default of Macie is to turn it on for each of them, and to bill it.
 * https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-configuration.html
 *
 * @param before the id that the resource has
 * @returns the id of the resource
 */
export async function useDiscovery({ Enable }: DiscoveryProperties, before: string | undefined, services: Services): Promise<string> {
  await needSession(services.macie);
  let found: Record<string, unknown>;
  try {
    found = await services.macie.call('GET', PATH);
  } catch (error) {
    throw told('the state of automated discovery cannot be read', error);
  }
  // Another id would have the old resource deleted, and with it what it turned on.
  if (found.status === 'ENABLED') { return before ?? BEFORE; }
  if (Enable !== 'true') {
    throw new Error('automated discovery is off in this account and region, so it finds nothing. Remedy: give AutomatedDiscovery.enable(), or have the account that administers Macie turn it on, then deploy again');
  }
  try {
    await enable(found, services.macie);
  } catch (error) {
    throw told('automated discovery cannot be enabled', error);
  }
  services.log({ message: 'enabled automated discovery' });
  return OURS;
}

async function enable({ autoEnableOrganizationMembers: setting }: Record<string, unknown>, macie: Macie): Promise<void> {
  try {
    await macie.call('PUT', PATH, { status: 'ENABLED', autoEnableOrganizationMembers: 'NONE' });
  } catch (error) {
    // An account without members may have no such setting, and then nobody whom it could turn on.
    const has = setting !== undefined && setting !== null;
    if ((error as MacieError).name !== 'ValidationException' || has || await hasMembers(macie)) { throw error; }
    await macie.call('PUT', PATH, { status: 'ENABLED' });
  }
}

/** Turns it off if this stack turned it on, and nobody built on it since by adding members. What is found already stays for 30 days. */
export async function disableDiscovery({ Enable }: DiscoveryProperties, id: string, { macie, log }: Services): Promise<string> {
  // Whoever turned to what the account has does not turn it off with the stack.
  if (id !== OURS || Enable !== 'true') { return 'this stack did not enable automated discovery, which stays as it is'; }
  try {
    const { status, autoEnableOrganizationMembers: members } = await macie.call('GET', PATH);
    if (status !== 'ENABLED') { return 'automated discovery is disabled already'; }
    if (members === 'ALL' || members === 'NEW') { return `automated discovery is on for members too (${members}), and stays as it is`; }
    await macie.call('PUT', PATH, { status: 'DISABLED' });
    log({ message: 'disabled automated discovery' });
    return 'disabled automated discovery';
  } catch (error) {
    if (isNotEnabled(error)) { return 'Macie is not enabled any more'; }
    throw told('automated discovery could not be disabled, and is billed on', error);
  }
}

async function hasMembers(macie: Macie): Promise<boolean> {
  const { members } = await macie.call('GET', '/members');
  return Array.isArray(members) && members.length > 0;
}
