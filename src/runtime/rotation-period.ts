import { type Evaluation, PutEvaluationsCommand } from '@aws-sdk/client-config-service';
import { DescribeKeyCommand, GetKeyRotationStatusCommand, type KeyMetadata } from '@aws-sdk/client-kms';

/** What AWS Config calls a rule of a function with, as far as it is read here. */
export interface RuleEvent {
  /** JSON, with the time of the evaluation. */
  readonly invokingEvent: string;
  /** JSON, the parameters of the rule. */
  readonly ruleParameters?: string;
  readonly resultToken: string;
}

/** What the rule is about. AWS Config hands parameters over as texts. */
interface RuleParameters {
  /** Of another account only the ARN says which it is. */
  readonly keyArn: string;
  readonly maximumDays: string;
}

export interface RotationServices {
  readonly kms: {
    send(command: DescribeKeyCommand): Promise<{ KeyMetadata?: KeyMetadata }>;
    send(command: GetKeyRotationStatusCommand): Promise<{ KeyRotationEnabled?: boolean; RotationPeriodInDays?: number }>;
  };
  readonly config: { send(command: PutEvaluationsCommand): Promise<{ FailedEvaluations?: unknown[] }> };
}

/** What KMS takes when nobody said how often, and may leave out. */
const YEARLY = 365;

/**
 * Tells AWS Config whether a key is rotated as often as it should be: its configuration items have no period.
 *
 * A key that KMS does not know any more, or cannot rotate, is not applicable. Any other failure is one, so that the rule never says of a key what
 * nobody looked at.
 * https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html
 */
export async function evaluate(event: RuleEvent, { kms, config }: RotationServices): Promise<Evaluation> {
  const { keyArn, maximumDays } = JSON.parse(event.ruleParameters ?? '{}') as Partial<RuleParameters>;
  if (keyArn === undefined || !(Number(maximumDays) > 0)) {
    throw new Error(`the rule needs the parameters keyArn and maximumDays, got ${event.ruleParameters}: deploy EncryptionCompliance again`);
  }
  const { notificationCreationTime } = JSON.parse(event.invokingEvent) as { notificationCreationTime: string };
  const evaluation: Evaluation = {
    ComplianceResourceType: 'AWS::KMS::Key',
    ComplianceResourceId: keyArn.split('/').at(-1),
    OrderingTimestamp: new Date(notificationCreationTime),
    ...await verdict(keyArn, Number(maximumDays), kms),
  };
  const command = new PutEvaluationsCommand({ Evaluations: [evaluation], ResultToken: event.resultToken });
  const { FailedEvaluations: failed = [] } = await config.send(command);
  if (failed.length > 0) { throw new Error(`AWS Config did not take the evaluation of ${keyArn}: ${JSON.stringify(failed)}`); }
  return evaluation;
}

async function verdict(keyArn: string, maximumDays: number, kms: RotationServices['kms']): Promise<Pick<Evaluation, 'ComplianceType' | 'Annotation'>> {
  try {
    const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: keyArn }));
    const never = neverRotated(key);
    if (never !== undefined) { return { ComplianceType: 'NOT_APPLICABLE', Annotation: never }; }
    const { KeyRotationEnabled: enabled, RotationPeriodInDays: days = YEARLY } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn }));
    if (enabled !== true) { return { ComplianceType: 'NON_COMPLIANT', Annotation: 'the key is not rotated' }; }
    return days <= maximumDays
      ? { ComplianceType: 'COMPLIANT', Annotation: `rotated every ${days} days` }
      : { ComplianceType: 'NON_COMPLIANT', Annotation: `rotated every ${days} days, and not within ${maximumDays}` };
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') { return { ComplianceType: 'NOT_APPLICABLE', Annotation: 'the key is gone' }; }
    throw error;
  }
}

/**
 * Why KMS does not rotate a key, whatever somebody sets.
 * https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html
 */
function neverRotated(key: KeyMetadata | undefined): string | undefined {
  if (key?.Origin !== undefined && key.Origin !== 'AWS_KMS') { return `KMS does not rotate material of ${key.Origin}`; }
  if (key?.KeySpec !== undefined && key.KeySpec !== 'SYMMETRIC_DEFAULT') { return `KMS does not rotate a key of ${key.KeySpec}`; }
  if (key?.MultiRegionConfiguration?.MultiRegionKeyType === 'REPLICA') { return 'a replica is rotated with its primary key'; }
  if (key?.KeyState === 'PendingDeletion' || key?.KeyState === 'PendingReplicaDeletion') { return 'the key is about to be deleted, which another rule tells'; }
  return undefined;
}
