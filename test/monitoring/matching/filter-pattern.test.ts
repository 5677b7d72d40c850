import { filterOf } from '../../../emulator/cloudwatch/filter-pattern';

/** The event that the documentation explains its patterns with, in its shape. */
const EVENT = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [{ name: 'a', id: 1 }, { name: 'b', id: 2 }],
  SomeObject: null,
  cluster: { name: 'c' },
  ThisFlag: true,
  OtherFlag: false,
  bandwidth: 75,
  latency: 1.5,
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [{ id: 2, email: 'John.Doe@example.com' }, { id: 3, email: 'Jane.Doe@example.com' }],
  actions: ['GET', 'PUT', 'DELETE'],
  errorCode: '404',
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html, patterns for JSON. */
describe('a filter pattern does what its documentation says', () => {
  test.each<[string, boolean]>([
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{ $.eventType = UpdateTrail }', true],
    ['{ $.eventType = "*" }', true],
    ['{ $.eventType = "Update*" }', true],
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = "StartLogging" }', false],
    ['{ $.sourceIPAddress != 123.123.* }', true],
    ['{ $.sourceIPAddress != 111.111.* }', false],
    ['{ $.sourceIPAddress = %111\\.111\\.111\\.1[0-9]{1,2}% }', true],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[1] = "value" }', false],
    ['{ $.objectList[1].id = 2 }', true],
    ['{ $.SomeObject IS NULL }', true],
    ['{ $.cluster IS NULL }', false],
    ['{ $.SomeOtherObject NOT EXISTS }', true],
    ['{ $.eventType NOT EXISTS }', false],
    ['{ $.ThisFlag IS TRUE }', true],
    ['{ $.OtherFlag IS TRUE }', false],
    ['{ $.OtherFlag IS FALSE }', true],
    ['{ $.bandwidth > 75 }', false],
    ['{ $.bandwidth >= 75 }', true],
    ['{ $.latency < 50 }', true],
    ['{ $.bandwidth = 75 }', true],
    ['{ $.latency = 1.5e0 }', true],
    ['{ $.errorCode >= 400 }', false],
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ['{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nonmatch }', true],
    ['{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nonmatch }', false],
    ['{ $.users[*].id = 3 }', true],
    ['{ $.user.* = "John.Stiles@example.com" }', true],
    ['{ $.missing != "x" }', false],
  ])('%s', (pattern, expected) => { expect(filterOf(pattern)(EVENT)).toBe(expected); });

  test.each<[string, RegExp]>([
    ['$.a = 1', /'\{' is missing/],
    ['{ $.a = 1', /'\}' is missing/],
    ['{ $.a }', /a comparison is missing/],
    ['{ a = 1 }', /a selector/],
    ['{ $.a > "x" }', /compares numbers/],
    ['{ $.a = 1 } and more', /goes on after its end/],
    [`{ $.a = "${'x'.repeat(1024)}" }`, /at most 1024 characters/],
  ])('%s is refused', (pattern, message) => { expect(() => filterOf(pattern)).toThrow(message); });
});
