import * as iam from 'aws-cdk-lib/aws-iam';
import { isEverybody, shapeOf } from '../../src/private/principals';
import { testStack } from '../helpers/stack';

const scope = testStack();

describe('shapeOf', () => {
  test('reads an ARN', () => {
    expect(shapeOf(scope, new iam.ArnPrincipal('arn:aws:iam::111111111111:role/x')))
      .toEqual({ aws: ['arn:aws:iam::111111111111:role/x'], services: [], other: false, conditioned: false });
  });

  test('reads every part of a composite', () => {
    const shape = shapeOf(scope, new iam.CompositePrincipal(new iam.ArnPrincipal('arn:aws:iam::111111111111:role/x'), new iam.ServicePrincipal('s3.amazonaws.com')));
    expect(shape.aws).toHaveLength(1);
    expect(shape.services).toHaveLength(1);
  });

  test.each<[string, iam.IPrincipal]>([
    ['federated', new iam.FederatedPrincipal('idp')],
    ['canonical', new iam.CanonicalUserPrincipal('id')],
  ])('sees that a principal is of another kind: %s', (_, principal) => {
    expect(shapeOf(scope, principal)).toMatchObject({ aws: [], services: [], other: true });
  });

  test('sees conditions', () => {
    expect(shapeOf(scope, new iam.OrganizationPrincipal('o-1234567890')).conditioned).toBe(true);
    expect(shapeOf(scope, new iam.ServicePrincipal('s3.amazonaws.com').withConditions({ Bool: { x: 'true' } })).conditioned).toBe(true);
  });

  test('leaves the stack unchanged', () => {
    const stack = testStack();
    const user = new iam.User(stack, 'User');
    const before = stack.node.findAll().length;
    shapeOf(scope, user);
    expect(stack.node.findAll()).toHaveLength(before);
  });
});

describe('isEverybody', () => {
  test.each<[string, iam.IPrincipal]>([
    ['AnyPrincipal', new iam.AnyPrincipal()],
    ['StarPrincipal', new iam.StarPrincipal()],
    ['ArnPrincipal *', new iam.ArnPrincipal('*')],
    ['a composite with everybody', new iam.CompositePrincipal(new iam.AnyPrincipal(), new iam.ServicePrincipal('s3.amazonaws.com'))],
  ])('%s is', (_, principal) => {
    expect(isEverybody(scope, principal)).toBe(true);
  });

  test.each<[string, iam.IPrincipal]>([
    ['an organization', new iam.OrganizationPrincipal('o-1234567890')],
    ['everybody with a condition', new iam.AnyPrincipal().withConditions({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } })],
    ['an account', new iam.AccountPrincipal('111111111111')],
    ['a service', new iam.ServicePrincipal('s3.amazonaws.com')],
  ])('%s is not', (_, principal) => {
    expect(isEverybody(scope, principal)).toBe(false);
  });
});
