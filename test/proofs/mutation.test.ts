import { CLAIMS } from './claims';
import { Place, places, proofThatFlips } from './mutant';
import { without } from './world';

/**
 * A statement that can go without any proof noticing is either not proved or not needed.
 */
describe.each(CLAIMS.map((claims) => [claims.world.name, claims] as const))('%s', (_, claims) => {
  const titled = claims.world.policies.flatMap((policy) => places(policy).map((place, index) => [title(place, index), place] as const));

  test.each(titled)('needs %s', async (__, place) => {
    // Without a Deny something denied may pass; without an Allow something allowed may not.
    const expected = place.statement.Effect === 'Deny' ? 'denied' : 'allowed';
    const mutant = { ...claims, world: without(claims.world, place.statement) };
    expect(await proofThatFlips(mutant, place, expected)).toBeDefined();
  });
});

function title({ policy, statement }: Place, index: number): string {
  return `${statement.Sid ?? `statement ${index}`} in the ${policy.kind} policy of ${policy.attachedTo.join(', ')}`;
}
