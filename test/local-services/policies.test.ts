import { holds } from '../../emulator/service/condition';
import { type Asked, decide, type PolicyDocument, trusts } from '../../emulator/service/policy';

const asked = (action: string, resource: string, context: Asked['context'] = {}): Asked => ({ action, resource, context });
const policy = (...statements: object[]): PolicyDocument => ({ Statement: statements as never });
const allow = (rest: object) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...rest });

describe('identity policies', () => {
  test.each<[string, PolicyDocument[], Asked, string]>([
    ['nothing', [], asked('sns:Publish', 'arn:t'), 'implicit'],
    ['an action of any case, with wildcards', [policy(allow({ Action: 'SNS:Pub*' }))], asked('sns:Publish', 'arn:t'), 'allowed'],
    ['another action', [policy(allow({ Action: ['sns:Get*', 'sqs:*'] }))], asked('sns:Publish', 'arn:t'), 'implicit'],
    ['a resource with wildcards', [policy(allow({ Resource: ['arn:x', 'arn:aws:sns:*:1:t?'] }))], asked('sns:Publish', 'arn:aws:sns:r:1:t1'), 'allowed'],
    ['a resource of another case', [policy(allow({ Resource: 'arn:T' }))], asked('sns:Publish', 'arn:t'), 'implicit'],
    ['a dot, which is no wildcard', [policy(allow({ Resource: 'arn:a.b' }))], asked('sns:Publish', 'arn:axb'), 'implicit'],
    ['NotAction', [policy(allow({ Action: undefined, NotAction: 'iam:*' }))], asked('sns:Publish', 'arn:t'), 'allowed'],
    ['NotResource', [policy(allow({ Resource: undefined, NotResource: 'arn:t' }))], asked('sns:Publish', 'arn:t'), 'implicit'],
    ['a Deny, wherever it is', [policy({ Effect: 'Deny', Action: 'sns:*', Resource: '*' }), policy(allow({}))], asked('sns:Publish', 'arn:t'), 'explicit'],
    ['a Deny whose condition does not hold', [policy({ Effect: 'Deny', Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }, allow({}))],
      asked('sns:Publish', 'arn:t', { 'aws:securetransport': 'true' }), 'allowed'],
    ['a variable in a resource', [policy(allow({ Resource: 'arn:aws:s3:::b/${aws:PrincipalAccount}/*' }))], asked('s3:GetObject', 'arn:aws:s3:::b/1/k', { 'aws:principalaccount': '1' }), 'allowed'],
    ['a variable that the request does not have', [policy(allow({ Resource: 'arn:${aws:Nothing}*' }))], asked('s3:GetObject', 'arn:undefined'), 'implicit'],
  ])('%s', (_, policies, request, decision) => {
    expect(decide(policies, request)).toBe(decision);
  });
});

describe('conditions', () => {
  const context = { 'k:one': 'a', 'k:many': ['a', 'b'], 'k:number': '5' };
  test.each<[string, object, boolean]>([
    ['StringEquals', { StringEquals: { 'k:One': ['x', 'a'] } }, true],
    ['StringEquals, another', { StringEquals: { 'k:one': 'A' } }, false],
    ['StringEquals, absent', { StringEquals: { 'k:none': 'a' } }, false],
    ['StringEqualsIfExists, absent', { StringEqualsIfExists: { 'k:none': 'a' } }, true],
    ['StringNotEquals, absent', { StringNotEquals: { 'k:none': 'a' } }, true],
    ['StringNotEquals', { StringNotEquals: { 'k:one': ['x', 'a'] } }, false],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { 'k:one': 'A' } }, true],
    ['StringLike', { StringLike: { 'k:one': '?' } }, true],
    ['ArnNotLike', { ArnNotLike: { 'k:one': '*' } }, false],
    ['NumericLessThan', { NumericLessThan: { 'k:number': '10' } }, true],
    ['NumericGreaterThanEquals', { NumericGreaterThanEquals: { 'k:number': 6 } }, false],
    ['Null true, absent', { Null: { 'k:none': 'true' } }, true],
    ['Null true, there', { Null: { 'k:one': 'true' } }, false],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { 'k:many': 'b' } }, true],
    ['ForAllValues', { 'ForAllValues:StringEquals': { 'k:many': 'b' } }, false],
    ['ForAllValues, absent', { 'ForAllValues:StringEquals': { 'k:none': 'b' } }, true],
    ['all of several', { StringEquals: { 'k:one': 'a', 'k:number': '6' } }, false],
  ])('%s', (_, condition, held) => {
    expect(holds(condition as never, context)).toBe(held);
  });

  test('with an operator that is not known are an error, not a decision', () => {
    expect(() => holds({ DateLessThan: { 'k:one': 'a' } }, context)).toThrow('the condition operator DateLessThan is not known');
  });
});

describe('trust policies', () => {
  const trust = (rest: object) => policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['other', 'states.amazonaws.com'] }, ...rest });
  const context = { 'aws:sourceaccount': '1', 'aws:sourcearn': 'arn:aws:states:r:1:stateMachine:m' };
  test.each<[string, PolicyDocument, boolean]>([
    ['the service', trust({}), true],
    ['another service', trust({ Principal: { Service: 'lambda.amazonaws.com' } }), false],
    ['an account', trust({ Principal: { AWS: '*' } }), false],
    ['the service, for this account', trust({ Condition: { StringEquals: { 'aws:SourceAccount': '1' } } }), true],
    ['the service, for another account', trust({ Condition: { StringEquals: { 'aws:SourceAccount': '2' } } }), false],
    ['the service, for another machine', trust({ Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:states:r:1:stateMachine:other' } } }), false],
    ['another action', trust({ Action: 'sts:TagSession' }), false],
    ['a Deny beside the Allow', { Statement: [trust({}).Statement, trust({ Effect: 'Deny' }).Statement].flat() as never }, false],
  ])('that name %s', (_, document, trusted) => {
    expect(trusts(document, 'states.amazonaws.com', context)).toBe(trusted);
  });
});
