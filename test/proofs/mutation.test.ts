import { CLAIMS } from './claims';
import { Place, places, proofThatFlips } from './mutant';
import { ACCOUNT } from './names';
import { accountOf } from './request';
import type { Statement } from './statement';
import { without, World } from './world';

/**
 * A statement that can go without any proof noticing is either not proved or not needed.
 */
describe.each(CLAIMS.map((claims) => [claims.world.name, claims] as const))('%s', (_, claims) => {
  const titled = claims.world.policies.flatMap((policy) => places(policy).map((place, index) => [title(place, index), place] as const));

  test.each(titled)('needs %s', async (__, place) => {
    // Without a Deny something denied may pass; without an Allow something allowed may not.
    const expected = place.statement.Effect === 'Deny' ? 'denied' : 'allowed';
    const mutant = (...missing: Statement[]) => ({ ...claims, world: without(claims.world, place.statement, ...missing) });
    const proof = await proofThatFlips(mutant(), place, expected)
      ?? await proofThatFlips(mutant(...twins(claims.world, place)), place, expected);
    expect(proof).toBeDefined();
  });
});

function title({ policy, statement }: Place, index: number): string {
  return `${statement.Sid ?? `statement ${index}`} in the ${policy.kind} policy of ${policy.attachedTo.join(', ')}`;
}

/**
 * Some grants are written into both policies, of the role and of the key, where within the account
 * either would do: then the two together must be needed.
 */
function twins(world: World, { policy, statement }: Place): Statement[] {
  const names = policy.kind === 'identity' ? policy.attachedTo : [String(principalOf(statement))];
  if (names.some((name) => !name.startsWith('arn:') || accountOf(name) !== ACCOUNT)) { return []; }
  return world.policies.filter(({ premise }) => premise !== true).flatMap((other) => other.document.Statement.filter((candidate) => {
    const named = other.kind === 'identity' ? other.attachedTo : [String(principalOf(candidate))];
    return candidate !== statement && names.every((name) => named.includes(name))
      && JSON.stringify(candidate.Action) === JSON.stringify(statement.Action);
  }));
}

function principalOf({ Principal }: Statement): string | string[] | undefined {
  return typeof Principal === 'object' ? Principal.AWS : Principal;
}
