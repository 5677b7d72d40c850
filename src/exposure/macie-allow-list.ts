import { Token } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { ValidationError } from '../private/errors';
import { hasText } from '../private/tokens';

/** https://docs.aws.amazon.com/macie/latest/user/allow-lists-options.html */
const LONGEST_PATTERN = 512;
const LONGEST_DESCRIPTION = 512;

/**
 * Text that a job of Macie takes for no sensitive data, such as addresses of the own company or numbers for tests.
 *
 * Whoever can change it decides what is never found, so each one has a reason, which stands in a warning of the synthesis.
 *
 * @see https://docs.aws.amazon.com/macie/latest/user/allow-lists.html
 */
export class MacieAllowList {
  /**
   * Text that a regular expression matches.
   *
   * @param pattern a subset of PCRE, at most 512 characters
   * @param because why such text is harmless, at most 512 characters
   */
  public static regex(pattern: string, because: string): MacieAllowList {
    if (!Token.isUnresolved(pattern) && (pattern === '' || pattern.length > LONGEST_PATTERN)) {
      throw new ValidationError('PatternInvalid', `'pattern' must have 1 to ${LONGEST_PATTERN} characters, got ${pattern.length}: split it into several lists, or give MacieAllowList.words()`);
    }
    return new MacieAllowList(checked(because), { pattern });
  }

  /**
   * Words of a text file, one on each line.
   *
   * The bucket is in the account and region of the stack, and its key lets Macie read. The file has to be there before a job runs:
   * a job without its list finds what the list would have left out.
   *
   * @param bucket where the file is
   * @param objectKey the key of the file
   * @param because why such text is harmless, at most 512 characters
   */
  public static words(bucket: s3.IBucket, objectKey: string, because: string): MacieAllowList {
    if (!hasText(objectKey)) { throw new ValidationError('ObjectKeyMissing', '\'objectKey\' must be the key of the file, got an empty text', bucket); }
    return new MacieAllowList(checked(because), { bucket, objectKey });
  }

  /** A list that is there. */
  public static existing(allowListId: string): MacieAllowList {
    if (!hasText(allowListId)) { throw new ValidationError('ListIdMissing', '\'allowListId\' must be the id of a list, got an empty text'); }
    return new MacieAllowList(undefined, { id: allowListId });
  }

  private constructor(
    /** @internal */
    public readonly _because: string | undefined,
    /** @internal */
    public readonly _source: { readonly pattern?: string; readonly bucket?: s3.IBucket; readonly objectKey?: string; readonly id?: string },
  ) {}
}

function checked(because: string): string {
  if (!hasText(because) || (!Token.isUnresolved(because) && because.length > LONGEST_DESCRIPTION)) {
    throw new ValidationError('ReasonMissing', `'because' must say in 1 to ${LONGEST_DESCRIPTION} characters why the text is harmless, got ${because.length} characters`);
  }
  return because;
}
