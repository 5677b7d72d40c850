import { matching } from './ruler';

/** What the patterns of this library rely on. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
describe('the rule engine', () => {
  const match = async (pattern: object, ...events: object[]) => (await matching({ pattern }, events)).map((names) => names.length === 1);

  test('looks into every object of an array', async () => {
    expect(await match({ resources: { ARN: ['a'] } }, { resources: [{ ARN: 'b' }, { ARN: 'a' }] }, { resources: [{ ARN: 'b' }] })).toEqual([true, false]);
  });

  test('takes a missing field for absent, and a wrong one for present', async () => {
    expect(await match({ detail: { errorCode: [{ exists: false }] } }, { detail: { x: 1 } }, { detail: { errorCode: 'AccessDenied' } })).toEqual([true, false]);
  });

  test('reads the elements of one array as alternatives', async () => {
    const pattern = { a: { b: [{ 'anything-but': ['AES256'] }, { exists: false }] } };
    expect(await match(pattern, { a: { b: 'aws:kms' } }, { a: { c: 1 } }, { a: { b: 'AES256' } })).toEqual([true, true, false]);
  });

  test('knows prefixes, and suffixes that must not be there', async () => {
    expect(await match({ e: [{ prefix: 'AccessDenied' }] }, { e: 'AccessDeniedException' }, { e: 'Throttling' })).toEqual([true, false]);
    expect(await match({ ip: [{ 'anything-but': { suffix: '.amazonaws.com' } }] }, { ip: '192.0.2.1' }, { ip: 's3.amazonaws.com' })).toEqual([true, false]);
  });

  test('refuses what is no pattern', async () => { await expect(match({ a: 'not a list' }, {})).rejects.toThrow('java failed'); });
});
