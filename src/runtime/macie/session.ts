import type { Macie, MacieError } from './macie-api';

/** What somebody reads in the events of their stack, and what they can do about it. */
const REMEDIES: [code: RegExp, message: RegExp, remedy: string][] = [
  [/^AccessDenied/, /Macie is not enabled/i, 'enable Macie in this account and region first (aws macie2 enable-macie), or give MacieSession.make(), then deploy again'],
  [/^AccessDenied/, /./, 'look for a service control policy, or a permissions boundary, that denies it, and whether another account administers Macie for this one'],
  [/^ServiceQuotaExceeded/, /./, 'cancel jobs that nobody needs, or ask for a higher quota of Macie'],
  [/^(Throttling|Status429|Status5|InternalServer|ConnectionFailed)/, /./, 'deploy again in a few minutes'],
];

/** An error of Macie, with what failed and the remedy. */
export function told(doing: string, error: unknown): Error {
  const { name, message } = error as MacieError;
  const remedy = REMEDIES.find(([code, text]) => code.test(name) && text.test(message))?.[2];
  return new Error(`${doing}: ${name}: ${message}${remedy === undefined ? '' : `. Remedy: ${remedy}`}`, { cause: error });
}

/** Macie says so as a denial. https://docs.aws.amazon.com/macie/latest/APIReference/macie.html */
export function isNotEnabled(error: unknown): boolean {
  return (error as Error).name.startsWith('AccessDenied') && /Macie is not enabled/i.test((error as Error).message);
}

/** Fails where Macie would do nothing. */
export async function needSession(macie: Macie): Promise<void> {
  let status: unknown;
  try {
    ({ status } = await macie.call('GET', '/macie'));
  } catch (error) {
    throw told('the session of Macie cannot be read', error);
  }
  if (status !== 'ENABLED') {
    throw new Error(`Macie is ${String(status)} in this account and region, and analyzes nothing. Remedy: resume it (aws macie2 update-macie-session --status ENABLED), then deploy again`);
  }
}
