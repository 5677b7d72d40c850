import type { Caller, Request } from './request';
import { Outcome, simulate } from './simulate';
import type { World } from './world';

/** One request, and what AWS must answer. */
export interface Proof {
  /** A sentence. */
  readonly title: string;
  readonly caller: Caller;
  readonly request: Request;
  readonly expected: Outcome;
}

/** A world, and everything that is claimed about it. */
export interface Claims {
  readonly world: World;
  readonly proofs: readonly Proof[];
}

export function allowed(title: string, caller: Caller, request: Request): Proof {
  return { title, caller, request, expected: 'allowed' };
}

export function denied(title: string, caller: Caller, request: Request): Proof {
  return { title, caller, request, expected: 'denied' };
}

/** Makes one test of each proof. */
export function prove(claims: Claims): void {
  describe(claims.world.name, () => {
    test.each(claims.proofs.map((proof) => [`${proof.title}: ${proof.expected}`, proof] as const))('%s', async (_, proof) => {
      expect(await simulate(claims.world, proof.caller, proof.request)).toBe(proof.expected);
    });
  });
}
