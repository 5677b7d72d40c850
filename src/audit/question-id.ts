import type { Question } from '../questions';

/** `who-decrypted` as constructs are named. */
export function questionId({ id }: Question): string {
  return id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** And as Athena names prepared statements: letters, digits and underscores. https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePreparedStatement.html */
export function statementName({ id }: Question): string { return id.replace(/-/g, '_'); }
