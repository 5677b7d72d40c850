/** The deployer refuses a template: it holds something that the deployer would not apply. Nothing is guessed or skipped. */
export class RefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RefusedError';
  }
}

/** A resource of a template, as messages name it. */
export interface ResourceName {
  readonly logicalId: string;
  readonly type: string;
}

export function describe(resource: ResourceName): string {
  return `${resource.logicalId} (${resource.type})`;
}

/** What went wrong, in one line. SDK errors carry their code in `name`, and sometimes no message at all. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' || error.name === 'RefusedError' ? error.message : `${error.name}: ${error.message}`;
}

/** Whether an SDK error has one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes(error.name);
}
