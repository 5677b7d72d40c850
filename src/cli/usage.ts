/** The command was called in a way that means nothing: exit code 64, as sysexits.h has it. */
export class UsageError extends Error {
  public readonly name = 'UsageError';
}

/** The command cannot do what it was asked for, and says why in words for people. No stack trace. */
export class Refusal extends Error {
  public readonly name = 'Refusal';
}

export const EXIT = { done: 0, failed: 1, someFailed: 2, usage: 64 } as const;
