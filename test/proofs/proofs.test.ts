import { CLAIMS } from './claims';
import { prove } from './proof';

for (const claims of CLAIMS) { prove(claims); }

describe('The proofs', () => {
  test('are at least 300 different requests', () => {
    // Each counts once, in however many worlds it is made.
    const requests = CLAIMS.flatMap(({ proofs }) => proofs).map(({ caller, request }) => JSON.stringify([caller, request]));
    expect(new Set(requests).size).toBeGreaterThanOrEqual(300);
  });

  test('have titles of their own in each world', () => {
    for (const { world, proofs } of CLAIMS) {
      const titles = proofs.map(({ title }) => title);
      expect([world.name, titles.filter((title, index) => titles.indexOf(title) !== index)]).toEqual([world.name, []]);
    }
  });
});
