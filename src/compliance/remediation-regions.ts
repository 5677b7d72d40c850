/**
 * Where CloudFormation has no AWS::Config::RemediationConfiguration, by the schemas that it publishes for each region.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schemas.html
 */
export const WITHOUT_REMEDIATION: readonly string[] = [
  'af-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7',
  'ca-central-1', 'ca-west-1', 'cn-northwest-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'il-central-1', 'mx-central-1',
  'us-gov-east-1', 'us-gov-west-1',
];
