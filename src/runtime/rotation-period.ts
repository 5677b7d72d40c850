import { type Evaluation, PutEvaluationsCommand } from '@aws-sdk/client-config-service';
import { GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';

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
  readonly keyId: string;
  readonly maximumDays: string;
}

export interface RotationServices {
  readonly kms: { send(command: GetKeyRotationStatusCommand): Promise<{ KeyRotationEnabled?: boolean; RotationPeriodInDays?: number }> };
  readonly config: { send(command: PutEvaluationsCommand): Promise<{ FailedEvaluations?: unknown[] }> };
}

/** What KMS takes when nobody said how often, and may leave out. */
const YEARLY = 365;

/**
 * Tells AWS Config whether a key is rotated as often as it should be: its configuration items have no period.
 *
 * A key that KMS does not know any more is not applicable. Any other failure is one, so that the rule never says of a key what
 * nobody looked at.
 * https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html
 */
export async function evaluate(event: RuleEvent, { kms, config }: RotationServices): Promise<Evaluation> {
  const { keyId, maximumDays } = JSON.parse(event.ruleParameters ?? '{}') as Partial<RuleParameters>;
  if (keyId === undefined || !(Number(maximumDays) > 0)) {
    throw new Error(`the rule needs the parameters keyId and maximumDays, got ${event.ruleParameters}: deploy EncryptionCompliance again`);
  }
  const { notificationCreationTime } = JSON.parse(event.invokingEvent) as { notificationCreationTime: string };
  const evaluation: Evaluation = {
    ComplianceResourceType: 'AWS::KMS::Key',
    ComplianceResourceId: keyId,
    OrderingTimestamp: new Date(notificationCreationTime),
    ...await verdict(keyId, Number(maximumDays), kms),
  };
  const command = new PutEvaluationsCommand({ Evaluations: [evaluation], ResultToken: event.resultToken });
  const { FailedEvaluations: failed = [] } = await config.send(command);
  if (failed.length > 0) { throw new Error(`AWS Config did not take the evaluation of ${keyId}: ${JSON.stringify(failed)}`); }
  return evaluation;
}

async function verdict(keyId: string, maximumDays: number, kms: RotationServices['kms']): Promise<Pick<Evaluation, 'ComplianceType' | 'Annotation'>> {
  try {
    const { KeyRotationEnabled: enabled, RotationPeriodInDays: days = YEARLY } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: keyId }));
    if (enabled !== true) { return { ComplianceType: 'NON_COMPLIANT', Annotation: 'the key is not rotated' }; }
    return days <= maximumDays
      ? { ComplianceType: 'COMPLIANT', Annotation: `rotated every ${days} days` }
      : { ComplianceType: 'NON_COMPLIANT', Annotation: `rotated every ${days} days, and not within ${maximumDays}` };
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') { return { ComplianceType: 'NOT_APPLICABLE', Annotation: 'the key is gone' }; }
    throw error;
  }
}
