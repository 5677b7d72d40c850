import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ValidationError } from '../private/errors';

/**
 * Where CloudFormation has no AWS::Macie::Session, by the schemas that it publishes for each region: Macie itself is not offered there, as far
 * as AWS lists its endpoints.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schemas.html
 * https://docs.aws.amazon.com/general/latest/gr/macie.html
 */
export const WITHOUT_MACIE: readonly string[] = [
  'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'cn-north-1',
  'cn-northwest-1', 'eu-central-2', 'eu-south-2', 'me-central-1', 'mx-central-1', 'us-gov-east-1', 'us-gov-west-1',
];

/** The same of AWS::Macie::AllowList. */
const WITHOUT_ALLOW_LISTS: readonly string[] = [...WITHOUT_MACIE, 'ap-northeast-3'];

/** Whether CloudFormation is known to have no session of Macie where a stack is. */
export function lacksMacie(scope: Construct): boolean {
  return WITHOUT_MACIE.includes(Stack.of(scope).region);
}

export function checkAllowLists(scope: Construct): void {
  const { region } = Stack.of(scope);
  if (!Token.isUnresolved(region) && WITHOUT_ALLOW_LISTS.includes(region)) {
    throw new ValidationError('NoAllowLists', `'allowLists' must be lists that are there in ${region}, where CloudFormation makes none, got one to make: make it with the API of Macie and give MacieAllowList.existing()`, scope);
  }
}
