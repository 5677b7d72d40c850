import type { AuditLogOptions } from './arguments';
import { explained } from '../explain';

/** What is wrong and what to do; undefined for what is a defect of ours. */
export function explainedOfLog(error: unknown, { files, logGroup, workGroup, trail }: AuditLogOptions): string | undefined {
  const { name, message, syscall, path } = error as Partial<Error> & { readonly syscall?: string; readonly path?: string };
  if (syscall !== undefined && path !== undefined) { return message; } // of a file, and Node says which
  if (name === 'ResourceNotFoundException' && logGroup !== undefined) {
    return `there is no log group "${logGroup}"\nLook at the spelling of --log-group, at --region, and at the account and profile you use.`;
  }
  // Both ways in which CloudWatch Logs says that it has nothing of that time.
  if (name === 'MalformedQueryException' && /retention|creation time/i.test(message ?? '')) {
    return `CloudWatch Logs: ${message}\nThe log group does not go back so far: ask about a later time with --since, or --from athena, which reads the log files.`;
  }
  if (name === 'InvalidRequestException' && /workgroup|prepared ?statement/i.test(message ?? '')) {
    return `Athena: ${message}\nThe workgroup ${workGroup ?? trail ?? ''} is that of an EncryptionAuditTrail, with its statements: look at --workgroup or --trail, and at --region.`;
  }
  if (name === 'LimitExceededException' || name === 'TooManyRequestsException') {
    return `${name}: ${message}\nToo many queries run in this account and region: wait until some have ended, then give the same command again.`;
  }
  if (/^Region is missing/.test(message ?? '')) { return 'No region is known: give --region, or set AWS_REGION.'; }
  return explained(error, { bucket: files.map((file) => file.replace(/^s3:\/\//, '').split('/')[0]).join(', '), endpoint: 'AWS' });
}
