import { Aws, Lazy } from 'aws-cdk-lib';
import { hasText, knownToDiffer, oneOrMany, printable, viaService } from '../../src/private/tokens';
import { agnosticStack, testStack } from '../helpers/stack';

describe('knownToDiffer', () => {
  test.each<[string | undefined, string | undefined, boolean]>([
    ['a', 'b', true],
    ['a', 'a', false],
    ['a', undefined, false],
    [undefined, 'a', false],
    ['a', Aws.REGION, false],
    [Aws.ACCOUNT_ID, 'a', false],
  ])('of %j and %j is %s', (a, b, expected) => {
    expect(knownToDiffer(a, b)).toBe(expected);
  });
});

describe('viaService', () => {
  test('is one name outside China', () => {
    expect(viaService(testStack(), 'sqs')).toEqual(['sqs.eu-west-1.amazonaws.com']);
  });

  test('is both names in China', () => {
    const stack = testStack({ env: { account: '111111111111', region: 'cn-northwest-1' } });
    expect(viaService(stack, 's3')).toEqual(['s3.cn-northwest-1.amazonaws.com', 's3.cn-northwest-1.amazonaws.com.cn']);
  });

  test('is both names where the region is not known', () => {
    expect(viaService(agnosticStack(), 's3')).toHaveLength(2);
  });
});

describe('oneOrMany', () => {
  test('gives one value as itself and several as a list', () => {
    expect(oneOrMany(['a'])).toBe('a');
    expect(oneOrMany(['a', 'b'])).toEqual(['a', 'b']);
  });
});

describe('hasText', () => {
  test.each<[string, boolean]>([['reason', true], ['', false], [' \t\n', false]])('of %j is %s', (value, expected) => {
    expect(hasText(value)).toBe(expected);
  });

  test('believes a value that is known only later', () => {
    expect(hasText(Lazy.string({ produce: () => '' }))).toBe(true);
  });
});

test('printable shows a token as what it stands for', () => {
  expect(printable(testStack(), Aws.REGION)).toBe('{"Ref":"AWS::Region"}');
});
