import { type Lookup, references, resolveIntrinsics } from '../../deployer/intrinsics';

const env = { partition: 'aws', region: 'eu-west-1', account: '111122223333', urlSuffix: 'amazonaws.com', stackName: 'Shop' };

const lookup: Lookup = {
  ref: (id) => ({ Bucket: 'my-bucket', List: ['a', 'b'] })[id] ?? fail(`no ${id}`),
  getAtt: (id, attribute) => `${id}/${attribute}`,
  importValue: (name) => `imported ${name}`,
  stackOutput: (request) => JSON.stringify(request),
  condition: (name) => name === 'Yes',
};

function fail(message: string): never {
  throw new Error(message);
}

const resolve = (value: unknown) => resolveIntrinsics(value, env, lookup, { Map: { eu: { key: 'value' } } });

describe('resolveIntrinsics', () => {
  test.each([
    ['plain data is left alone', { a: [1, 'x', true, null] }, { a: [1, 'x', true, null] }],
    ['Ref to a resource', { Ref: 'Bucket' }, 'my-bucket'],
    ['AWS::AccountId', { Ref: 'AWS::AccountId' }, '111122223333'],
    ['AWS::Region', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['AWS::Partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['AWS::URLSuffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['AWS::StackName', { Ref: 'AWS::StackName' }, 'Shop'],
    ['AWS::NotificationARNs', { Ref: 'AWS::NotificationARNs' }, []],
    ['AWS::NoValue removes a property', { keep: 1, drop: { Ref: 'AWS::NoValue' } }, { keep: 1 }],
    ['AWS::NoValue removes an element', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    ['AWS::NoValue alone is undefined', { Ref: 'AWS::NoValue' }, undefined],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'Bucket/Arn'],
    ['Fn::GetAtt as a string', { 'Fn::GetAtt': 'Bucket.Outputs.Name' }, 'Bucket/Outputs.Name'],
    ['Fn::GetAtt with a computed attribute', { 'Fn::GetAtt': ['Bucket', { Ref: 'AWS::Region' }] }, 'Bucket/eu-west-1'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', 1, { Ref: 'Bucket' }]] }, 'a-1-my-bucket'],
    ['Fn::Join over a list of another function', { 'Fn::Join': [',', { Ref: 'List' }] }, 'a,b'],
    ['Fn::Sub', { 'Fn::Sub': '${AWS::Region}:${Bucket}:${Bucket.Arn}' }, 'eu-west-1:my-bucket:Bucket/Arn'],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${A}${Bucket}', { A: { Ref: 'AWS::Region' } }] }, 'eu-west-1my-bucket'],
    ['Fn::Sub with a literal', { 'Fn::Sub': '${!Bucket}' }, '${Bucket}'],
    ['Fn::Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Fn::Split', { 'Fn::Split': [':', 'a:b'] }, ['a', 'b']],
    ['Fn::If, true', { 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    ['Fn::If, false', { 'Fn::If': ['No', 'then', { Ref: 'Bucket' }] }, 'my-bucket'],
    ['Fn::If that removes', { a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, {}],
    ['Fn::Equals, as strings', { 'Fn::Equals': [1, '1'] }, true],
    ['Fn::Equals, different', { 'Fn::Equals': ['a', 'b'] }, false],
    ['Fn::And', { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
    ['Fn::And of true ones', { 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Not': [{ Condition: 'No' }] }] }, true],
    ['Fn::Or', { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }, true],
    ['Fn::Or of false ones', { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'No' }] }, false],
    ['Fn::Not', { 'Fn::Not': [{ Condition: 'Yes' }] }, false],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Map', 'eu', 'key'] }, 'value'],
    ['Fn::FindInMap with a default', { 'Fn::FindInMap': ['Map', 'eu', 'no', { DefaultValue: 'other' }] }, 'other'],
    ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': '${AWS::StackName}-x' } }, 'imported Shop-x'],
    ['Fn::GetStackOutput', { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'O', Region: { Ref: 'AWS::Region' } } },
      '{"stackName":"A","outputName":"O","region":"eu-west-1"}'],
    ['Fn::Base64', { 'Fn::Base64': 'hé' }, 'aMOp'],
    ['the Condition of a policy is data', { Condition: { Bool: { x: 'true' } } }, { Condition: { Bool: { x: 'true' } } }],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test.each([
    ['an unknown function', { 'Fn::Cidr': [] }, /Fn::Cidr is not a function that the deployer knows/],
    ['an unknown pseudo parameter', { Ref: 'AWS::Nothing' }, /AWS::Nothing is not a pseudo parameter/],
    ['AWS::StackId where there is none', { Ref: 'AWS::StackId' }, /AWS::StackId is not known/],
    ['a Ref to no name', { Ref: ['Bucket'] }, /Ref wants the name/],
    ['a function beside other keys', { 'Fn::Sub': 'x', 'other': 1 }, /Fn::Sub must be the only key/],
    ['Fn::GetAtt without attribute', { 'Fn::GetAtt': 'Bucket' }, /Fn::GetAtt wants/],
    ['Fn::Join of an object', { 'Fn::Join': ['', [{ a: 1 }]] }, /Fn::Join wants a list of strings/],
    ['Fn::Join without a list', { 'Fn::Join': ['', 'x'] }, /Fn::Join wants a list of strings/],
    ['Fn::Join with one argument', { 'Fn::Join': [''] }, /Fn::Join wants a list of 2/],
    ['Fn::Sub of a list', { 'Fn::Sub': '${List}' }, /Fn::Sub cannot put/],
    ['Fn::Sub of a number', { 'Fn::Sub': 1 }, /Fn::Sub wants/],
    ['Fn::Select past the end', { 'Fn::Select': [2, ['a', 'b']] }, /Fn::Select has no element 2 in a list of 2/],
    ['Fn::Select of a string', { 'Fn::Select': [0, 'ab'] }, /Fn::Select wants a list/],
    ['Fn::Split without delimiter', { 'Fn::Split': ['', 'a'] }, /Fn::Split wants/],
    ['Fn::FindInMap of nothing', { 'Fn::FindInMap': ['Map', 'us', 'key'] }, /finds nothing at Map.us.key/],
    ['Fn::Equals of lists', { 'Fn::Equals': [[1], [1]] }, /Fn::Equals compares strings/],
    ['Fn::And of one', { 'Fn::And': [{ Condition: 'Yes' }] }, /Fn::And wants 2 to 10/],
    ['Fn::Not of data', { 'Fn::Not': ['x'] }, /must be true or false/],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }, /Fn::GetAZs is refused/],
    ['Fn::GetStackOutput with an unknown key', { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'O', Typo: 1 } }, /does not know Typo/],
    ['Fn::GetStackOutput without output', { 'Fn::GetStackOutput': { StackName: 'A' } }, /wants StackName and OutputName/],
    ['Fn::Base64 of a list', { 'Fn::Base64': [] }, /Fn::Base64 wants a string/],
  ])('fails on %s', (_, value, message) => {
    expect(() => resolve({ nested: [value] })).toThrow(message);
  });

  test.each([
    ['Fn::ImportValue', { 'Fn::ImportValue': 'x' }],
    ['Fn::GetStackOutput', { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'O' } }],
    ['Fn::If', { 'Fn::If': ['Yes', 1, 2] }],
  ])('fails on %s if the lookup cannot do it', (_, value) => {
    expect(() => resolveIntrinsics(value, env, { ref: lookup.ref, getAtt: lookup.getAtt })).toThrow(/not (possible|known) here/);
  });
});

describe('references', () => {
  test('finds every resource and parameter, once, and no pseudo parameter', () => {
    expect(references({
      a: { Ref: 'One' },
      b: [{ 'Fn::GetAtt': ['Two', 'Arn'] }, { 'Fn::GetAtt': 'Three.Arn' }, { Ref: 'One' }, { Ref: 'AWS::Region' }],
      c: { 'Fn::Sub': ['${Four} ${Five.Arn} ${!Literal} ${Variable} ${AWS::Region}', { Variable: { Ref: 'Six' } }] },
      d: { 'Fn::If': ['Condition', { Ref: 'Seven' }, { 'Fn::Join': ['', [{ Ref: 'Eight' }]] }] },
      e: 'Text',
    })).toEqual(['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight']);
  });
});
