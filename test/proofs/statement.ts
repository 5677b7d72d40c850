/** One statement of a policy, as it stands in JSON. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Record<string, string | string[]>;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

/** A policy, as it stands in JSON. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/**
 * The simulator knows no condition key that continues after a colon, and drops it from requests. A
 * tag key is evaluated the same way, as a string under a name with a variable part.
 */
export function simulatableKey(key: string): string {
  const match = /^kms:EncryptionContext:(.+)$/i.exec(key);
  return match === null ? key : `aws:RequestTag/kms-ec-${match[1].replace(/:/g, '-')}`;
}

/** The policy with each condition key under the name that the simulator keeps. */
export function withSimulatableKeys(document: PolicyDocument): PolicyDocument {
  return {
    ...document,
    Statement: document.Statement.map((statement) => (statement.Condition === undefined ? statement : {
      ...statement,
      Condition: Object.fromEntries(Object.entries(statement.Condition).map(([operator, keys]) => [
        operator, Object.fromEntries(Object.entries(keys).map(([key, value]) => [simulatableKey(key), value])),
      ])),
    })),
  };
}

/** All condition keys of a policy, in lower case. */
export function conditionKeys(document: PolicyDocument): string[] {
  return document.Statement.flatMap((statement) => Object.values(statement.Condition ?? {}))
    .flatMap((keys) => Object.keys(keys)).map((key) => key.toLowerCase());
}
