/**
 * The name of a member as Step Functions takes and gives it: that of the SDK for Java 2, in PascalCase. Java lowers a
 * leading run of capitals, but for the last one before a small letter: `SSEKMSKeyId` is `SsekmsKeyId`.
 *
 * AWS's page says PascalCase and no more. That the names are those of Java is known from DynamoDB, whose `BOOL` and
 * `NULL` are `Bool` and `Nul` here.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function javaName(member: string): string {
  const leading = /^[A-Z]+(?![a-z])|^./.exec(member)?.[0] ?? '';
  return leading.slice(0, 1).toUpperCase() + leading.slice(1).toLowerCase() + member.slice(leading.length);
}
