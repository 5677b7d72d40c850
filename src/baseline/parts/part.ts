import { ValidationError } from '../../private/errors';
import { hasText } from '../../private/tokens';

/** What somebody decided about a part: one that is there, how one is made, or why there is none. */
export type Part<Given, Options> =
  | { readonly kind: 'given'; readonly given: Given }
  | { readonly kind: 'made'; readonly options: Options }
  | { readonly kind: 'left-out'; readonly because: string };

/** A part that is left out is a decision that somebody will ask about. */
export function leftOut(name: string, because: string): { readonly kind: 'left-out'; readonly because: string } {
  if (!hasText(because)) {
    throw new ValidationError('ReasonMissing', `'because' of ${name}.leaveOut must say why, got '${because}': give a reason, or keep the part`);
  }
  return { kind: 'left-out', because };
}
