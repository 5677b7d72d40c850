import { CLAIMS } from './claims';
import { prove } from './proof';

for (const claims of CLAIMS) { prove(claims); }

describe('The proofs', () => {
  test('are at least 300 requests', () => {
    expect(CLAIMS.flatMap(({ proofs }) => proofs).length).toBeGreaterThanOrEqual(300);
  });

  test('have titles of their own in each world', () => {
    for (const { world, proofs } of CLAIMS) {
      const titles = proofs.map(({ title }) => title);
      expect([world.name, titles.filter((title, index) => titles.indexOf(title) !== index)]).toEqual([world.name, []]);
    }
  });
});
