import type { Stack } from 'aws-cdk-lib';
import type { InvariantId } from './checks';

/** Which resources break a promise, by a pattern of their logical ids, and why. What does not fit is not excused. */
export type Excuse = readonly [of: RegExp, because: string];

/** A way to use one public construct. */
export interface Row {
  /** The exported class. */
  readonly construct: string;
  readonly name: string;
  readonly make: (stack: Stack) => void;
  /** Props that the row gives, known once it is made. */
  readonly props: string[];
  /** Promises that resources of the row break on purpose. */
  readonly breaks?: Readonly<Partial<Record<InvariantId, Excuse>>>;
  /** Whether it is put together of constructs that have rows of their own: then cfn-lint, which takes its time, reads it once for each region. */
  readonly composed?: boolean;
  /** Rules of cdk-nag that have findings here which are not about this library, with the reason. */
  readonly findings?: Record<string, string>;
}

export type Extras = Pick<Row, 'breaks' | 'composed' | 'findings'>;

interface Also<T> extends Extras {
  /** What is done with the construct once it is made. */
  readonly also?: (made: T, stack: Stack) => void;
}

/** A maker of rows for one construct, which takes note of the props that each row gives. */
export function rows<P extends object, T>(construct: string, make: (stack: Stack, props: P) => T) {
  return (name: string, props: (stack: Stack) => P, { also, ...extras }: Also<T> = {}): Row => {
    const given = new Set<string>();
    return {
      construct,
      name,
      get props() { return [...given]; },
      make: (stack) => {
        const values = props(stack);
        Object.keys(values).forEach((prop) => given.add(prop));
        const made = make(stack, values);
        also?.(made, stack);
      },
      ...extras,
    };
  };
}
