import { resolveIntrinsics } from '../../deployer/intrinsics';
import { inDependencyOrder } from '../../deployer/order';
import { conditionEvaluator, orderResources, parseTemplate } from '../../deployer/template';

const env = { partition: 'aws', region: 'us-east-1', account: '1', urlSuffix: 'amazonaws.com', stackName: 'Stack' };
const bucket = (properties: object = {}, rest: object = {}) => ({ Type: 'AWS::S3::Bucket', Properties: properties, ...rest });
const order = (resources: object, rest: object = {}) => orderResources(parseTemplate({ Resources: resources, ...rest }, 'Stack'), () => true).map(({ logicalId }) => logicalId);

describe('orderResources', () => {
  test('puts what is referred to first', () => {
    expect(order({
      C: bucket({ x: { 'Fn::Sub': '${B}' } }),
      B: bucket({ x: [{ 'Fn::GetAtt': ['A', 'Arn'] }] }),
      A: bucket({}, { DependsOn: ['D'] }),
      D: bucket(),
    })).toEqual(['D', 'A', 'B', 'C']);
  });

  test('takes DependsOn as a string too', () => {
    expect(order({ A: bucket({}, { DependsOn: 'B' }), B: bucket() })).toEqual(['B', 'A']);
  });

  test('fails on a cycle and names it', () => {
    expect(() => order({ X: bucket(), A: bucket({ x: { Ref: 'B' } }), B: bucket({ x: { Ref: 'C' } }), C: bucket({}, { DependsOn: 'A' }) }))
      .toThrow('resources depend on each other in a cycle: A -> B -> C -> A');
  });

  test('fails on a resource that refers to itself', () => {
    expect(() => order({ A: bucket({ x: { Ref: 'A' } }) })).toThrow('cycle: A -> A');
  });

  test('fails on a reference to nothing', () => {
    expect(() => order({ A: bucket({ x: { Ref: 'Nothing' } }) })).toThrow('A refers to Nothing, which is neither a resource nor a parameter');
  });

  test('leaves out what does not exist', () => {
    const template = parseTemplate({ Resources: { A: bucket(), B: bucket({ x: { Ref: 'A' } }) } }, 'Stack');
    expect(orderResources(template, ({ logicalId }) => logicalId !== 'A').map(({ logicalId }) => logicalId)).toEqual(['B']);
  });
});

describe('inDependencyOrder', () => {
  test('keeps the given order among equals', () => {
    expect(inDependencyOrder(['c', 'a', 'b'], () => [], 'things')).toEqual(['c', 'a', 'b']);
  });

  test('does not take a diamond for a cycle', () => {
    const dependencies: Record<string, string[]> = { top: ['left', 'right'], left: ['bottom'], right: ['bottom'] };
    expect(inDependencyOrder(['top', 'left', 'right', 'bottom'], (name) => dependencies[name] ?? [], 'things')).toEqual(['bottom', 'left', 'right', 'top']);
  });
});

describe('parseTemplate', () => {
  test('ignores what describes the bootstrap stack', () => {
    const template = parseTemplate({
      Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' } },
      Rules: { CheckBootstrapVersion: {} },
    }, 'Stack');
    expect([...template.parameters]).toEqual([]);
  });

  test('takes the defaults of parameters', () => {
    const template = parseTemplate({
      Parameters: { Name: { Type: 'String', Default: 'x' }, List: { Type: 'CommaDelimitedList', Default: 'a, b' } },
    }, 'Stack');
    expect(Object.fromEntries(template.parameters)).toEqual({ Name: 'x', List: ['a', 'b'] });
  });

  test.each([
    ['a parameter without a default', { Parameters: { P: { Type: 'String' } } }, /parameter P of Stack has no Default/],
    ['a parameter that must be looked up', { Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' } } }, /cannot look up/],
    ['another rule', { Rules: { Other: {} } }, /the Rules of Stack: the deployer does not apply 'Other'/],
    ['a transform', { Transform: 'AWS::Serverless' }, /does not apply 'Transform'/],
    ['an attribute of a resource', { Resources: { A: { Type: 'X::Y::Z', UpdatePolicy: {} } } }, /A \(X::Y::Z\): the deployer does not apply 'UpdatePolicy'/],
    ['a snapshot on deletion', { Resources: { A: { Type: 'X::Y::Z', DeletionPolicy: 'Snapshot' } } }, /does not apply DeletionPolicy "Snapshot"/],
    ['a resource without a type', { Resources: { A: {} } }, /A is not a resource/],
    ['a DependsOn that is no name', { Resources: { A: { Type: 'X::Y::Z', DependsOn: [1] } } }, /A: DependsOn must name resources/],
    ['a condition that is no name', { Resources: { A: { Type: 'X::Y::Z', Condition: {} } } }, /A: Condition must be a name/],
    ['an output without a value', { Outputs: { O: {} } }, /output O has no value/],
    ['a key of an output', { Outputs: { O: { Value: 1, Typo: 1 } } }, /output O: the deployer does not apply 'Typo'/],
  ])('fails on %s', (_, template, message) => {
    expect(() => parseTemplate(template, 'Stack')).toThrow(message);
  });
});

describe('conditionEvaluator', () => {
  const evaluator = (conditions: object) => {
    const template = parseTemplate({ Conditions: conditions }, 'Stack');
    const lookup = { ref: () => 'x', getAtt: () => 'x', condition: (name: string) => evaluate(name) };
    const evaluate: (name: string) => boolean = conditionEvaluator(template, () => ({
      env, lookup, mappings: {}, resolve: (value) => resolveIntrinsics(value, env, lookup),
    }));
    return evaluate;
  };

  test('evaluates conditions that refer to others', () => {
    const evaluate = evaluator({
      IsVirginia: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      Elsewhere: { 'Fn::Not': [{ Condition: 'IsVirginia' }] },
    });
    expect(evaluate('IsVirginia')).toBe(true);
    expect(evaluate('Elsewhere')).toBe(false);
  });

  test('fails on a cycle and names it', () => {
    const evaluate = evaluator({ A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { 'Fn::Not': [{ Condition: 'A' }] } });
    expect(() => evaluate('A')).toThrow('conditions depend on each other in a cycle: A -> B -> A');
  });

  test('fails on a condition that is not there', () => {
    expect(() => evaluator({})('toString')).toThrow('condition toString is not in the template');
  });
});
