import type { Claims, Proof } from './proof';
import { Outcome, simulate } from './simulate';
import type { Statement } from './statement';
import type { Policy } from './world';

/** A statement of a world, and the policy that it stands in. */
export interface Place {
  readonly policy: Policy;
  readonly statement: Statement;
}

/** The statements that this library is responsible for. */
export function places(policy: Policy): Place[] {
  return policy.premise === true ? [] : policy.document.Statement.map((statement) => ({ policy, statement }));
}

/** A proof with the given expectation that no longer holds, the likely ones asked first. */
export async function proofThatFlips({ world, proofs }: Claims, place: Place, expected: Outcome): Promise<Proof | undefined> {
  for (const proof of likelyFirst(proofs.filter((one) => one.expected === expected), place)) {
    if (await simulate(world, proof.caller, proof.request) !== expected) { return proof; }
  }
  return undefined;
}

function likelyFirst(proofs: readonly Proof[], { policy, statement }: Place): Proof[] {
  const actions = JSON.stringify(statement.Action);
  const principals = JSON.stringify(statement.Principal ?? '');
  const likelihood = ({ caller, request }: Proof): number => {
    const isAbout = actions.includes('kms' in request ? `kms:${request.kms}` : 'iam' in request ? `iam:${request.iam}` : `s3:${request.s3}`) ? 1 : 0;
    const isBy = policy.attachedTo.includes(caller.identity) || principals.includes(caller.identity) ? 2 : 0;
    return isAbout + isBy;
  };
  return proofs.map((proof) => [likelihood(proof), proof] as const)
    .sort(([left], [right]) => right - left)
    .map(([, proof]) => proof);
}
