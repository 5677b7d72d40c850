const POSITIVE = ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'];

type Conditions = Record<string, Record<string, unknown>>;

/**
 * Whether conditions bind a statement to a service: positively, since `StringNotEquals`, `Null` and
 * the `IfExists` forms on the same key also match a direct call.
 */
export function bindsToService(conditions: Conditions | undefined): boolean {
  return Object.entries(conditions ?? {}).some(([operator, keys]) =>
    POSITIVE.includes(operator) && Object.keys(keys).some((key) => key.toLowerCase() === 'kms:viaservice'));
}
