import { Annotations, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RotatingS3Key } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { appOf, FLAG_SETS, OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { identityStatements, warningIds, warningsBelow, warningText } from '../helpers/template';

const ID = 'cdk-s3-encryption:ImportedKey.ownerMustAddStatement';
const ARN = 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd';
const FOREIGN_ROLE = `arn:aws:iam::${OTHER_ACCOUNT}:role/Reader`;

/** The statement that a warning prints. */
function printed(key: kms.IKey): unknown {
  const text = warningText(key, ID);
  return JSON.parse(text.slice(text.indexOf('\n')));
}

const imports: [name: string, make: (stack: Stack) => kms.IKey][] = [
  ['fromKeyArn', (stack) => RotatingS3Key.fromKeyArn(stack, 'Key', ARN)],
  ['fromLookup', (stack) => RotatingS3Key.fromLookup(stack, 'Key', { aliasName: 'alias/data' })],
];

describe.each(imports)('a key from RotatingS3Key.%s', (_, make) => {
  test('prints the statement that a service needs, since the grant adds nothing', () => {
    const key = make(testStack());
    key.grantDecrypt(new iam.ServicePrincipal('macie.amazonaws.com'));
    expect(printed(key)).toEqual({
      Effect: 'Allow', Action: 'kms:Decrypt', Principal: { Service: 'macie.amazonaws.com' }, Resource: '*',
    });
  });

  test('prints the statement that a role of another account needs', () => {
    const stack = testStack();
    const key = make(stack);
    key.grantDecrypt(iam.Role.fromRoleArn(stack, 'Foreign', FOREIGN_ROLE));
    expect(printed(key)).toEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Principal: { AWS: FOREIGN_ROLE }, Resource: '*' });
  });

  test('warns of nothing for a role of the same account, whose identity policy is enough', () => {
    const stack = testStack();
    const key = make(stack);
    key.grantDecrypt(role(stack));
    expect(warningIds(stack)).toEqual([]);
    expect(identityStatements(stack)).toMatchObject([{ Action: 'kms:Decrypt' }]);
  });

  test('says that the grant has no effect, and for which key', () => {
    const key = make(testStack());
    key.grantDecrypt(new iam.ServicePrincipal('macie.amazonaws.com'));
    expect(warningText(key, ID)).toMatch(/^the policy of the imported key .*key\/1234abcd.* cannot be changed from here, so unless it allows this already, the grant has no effect until the owner/);
  });

  test('still reports that no statement was added', () => {
    const key = make(testStack());
    const statement = new iam.PolicyStatement({ principals: [new iam.ServicePrincipal('macie.amazonaws.com')], actions: ['kms:Decrypt'], resources: ['*'] });
    expect(key.addToResourcePolicy(statement, true)).toEqual({ statementAdded: false });
    expect(warningIds(key)).toEqual([ID]);
  });
});

describe('a key of another account from RotatingS3Key.fromKeyArn', () => {
  test('prints the statement that a role of this account needs', () => {
    const stack = testStack();
    const key = RotatingS3Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${OTHER_ACCOUNT}:key/1234abcd`);
    key.grantDecrypt(role(stack));
    expect(printed(key)).toMatchObject({ Action: 'kms:Decrypt', Principal: { AWS: { 'Fn::GetAtt': ['Role1ABCC5F0', 'Arn'] } } });
  });
});

describe('RotatingS3Key.fromKeyArn', () => {
  test.each(['arn:aws:kms:eu-west-1:111111111111:alias/data', 'alias/data'])('refuses the alias %s', (arn) => {
    expect(() => RotatingS3Key.fromKeyArn(testStack(), 'Key', arn)).toThrow(
      `'keyArn' must be the ARN of a key, got '${arn}': use the ARN that ends in key/<id>, since S3 resolves an alias in the account of whoever makes the request`);
  });

  test.each(['aws-cn', 'aws-us-gov'])('accepts a key of partition %s', (partition) => {
    const arn = `arn:${partition}:kms:eu-west-1:111111111111:key/1`;
    expect(RotatingS3Key.fromKeyArn(testStack(), 'Key', arn).keyArn).toBe(arn);
  });
});

describe.each(FLAG_SETS)('the warning of an imported key, %s', (_, context) => {
  keepReportsQuiet();

  const granted = () => {
    const stack = testStack({ context });
    const key = RotatingS3Key.fromKeyArn(stack, 'Key', ARN);
    return { stack, key, grant: () => key.grantDecrypt(new iam.ServicePrincipal('macie.amazonaws.com')) };
  };
  const messages = (stack: Stack) => appOf(stack).synth().getStackByName(stack.stackName).messages.map(({ entry }) => String(entry.data));

  test('arrives in the assembly', () => {
    const { stack, grant } = granted();
    grant();
    expect(messages(stack).filter((message) => message.includes(ID))).toHaveLength(1);
  });

  test('is silenced by Annotations.acknowledgeWarning with its id', () => {
    const { stack, key, grant } = granted();
    grant();
    Annotations.of(key).acknowledgeWarning(ID, 'the owner was told');
    expect(messages(stack).filter((message) => message.includes(ID))).toEqual([]);
  });

  test('is silenced by Validations.acknowledge with its id', () => {
    const { stack, key, grant } = granted();
    grant();
    Validations.of(key).acknowledge({ id: ID, reason: 'the owner was told' });
    expect(messages(stack).filter((message) => message.includes(ID))).toEqual([]);
  });
});

test('a plain imported key of the CDK says nothing, which is why ours exists', () => {
  const stack = testStack();
  kms.Key.fromKeyArn(stack, 'Key', ARN).grantDecrypt(new iam.ServicePrincipal('macie.amazonaws.com'));
  expect(warningsBelow(stack)).toEqual([]);
});
