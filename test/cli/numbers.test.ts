import { bytes, dollars, duration, grouped, objects } from '../../src/cli/numbers';

test.each([[0, '0'], [999, '999'], [1000, '1,000'], [1234567, '1,234,567'], [20e9, '20,000,000,000'], [1.6, '2']])('%p is %s', (number, text) => {
  expect(grouped(number)).toBe(text);
});

test.each([
  [0, '0 bytes'], [1023, '1,023 bytes'], [1024, '1.0 KiB'], [1536, '1.5 KiB'], [10 * 1024, '10 KiB'], [5 * 1024 ** 3, '5.0 GiB'], [50 * 1024 ** 4, '50 TiB'], [2000 * 1024 ** 6, '2000 EiB'],
])('%p bytes are %s', (number, text) => {
  expect(bytes(number)).toBe(text);
});

test.each([[0.2, '1 s'], [59, '59 s'], [60, '1 min'], [3599, '1 h 0 min'], [3600 * 5 + 60 * 7, '5 h 7 min'], [3600 * 47.999, '2 days'], [3600 * 72, '3 days']])('%p seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([[0, '$0'], [0.004, 'less than $0.01'], [0.01, '$0.01'], [1.999, '$2.00'], [1234.5, '$1,234.50']])('%p dollars are %s', (amount, text) => {
  expect(dollars(amount)).toBe(text);
});

test('one object is one object', () => { expect([objects(0), objects(1), objects(2)]).toEqual(['0 objects', '1 object', '2 objects']); });
