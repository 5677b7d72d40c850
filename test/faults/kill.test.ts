import { killAgainAndAgain } from './kills';

/** `npx tsx test/faults/kill-200.ts` makes it two hundred. */
const KILLS = 10;

test.each([['with', true], ['without', false]])('kill -9 at random moments in a bucket %s versions: a further run finishes, nothing is lost or doubled', async (_, versioned) => {
  const result = await killAgainAndAgain({ objects: 5000, kills: KILLS, seed: 20261125, versioned });
  expect(result.complaints).toEqual([]);
  expect(result.kills).toBe(KILLS);
  // What was done when the kill came, and not noted, is seen and not done again.
  expect(result.writes).toBe(result.due);
  expect(result.writesWhenFinished).toBe(0);
});
