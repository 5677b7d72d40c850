import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { evaluate, type RotationServices, type RuleEvent } from '../../src/runtime/rotation-period';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd';

const EVENT: RuleEvent = {
  invokingEvent: JSON.stringify({ messageType: 'ScheduledNotification', notificationCreationTime: '2026-11-20T10:00:00.000Z' }),
  ruleParameters: JSON.stringify({ keyArn: KEY, maximumDays: '365' }),
  resultToken: 'token',
};

function services(status: object | Error, answer: object = {}, metadata: object = { Origin: 'AWS_KMS', KeySpec: 'SYMMETRIC_DEFAULT', KeyState: 'Enabled' }) {
  const told: unknown[] = [];
  const fake = {
    kms: {
      send: async (command: unknown) => {
        if (status instanceof Error) { throw status; }
        return command instanceof DescribeKeyCommand ? { KeyMetadata: metadata } : status;
      },
    },
    config: { send: async ({ input }: { input: unknown }) => { told.push(input); return answer; } },
  } as unknown as RotationServices;
  return { fake, told };
}
const named = (name: string) => Object.assign(new Error(name), { name });

test.each<[string, object | Error, string, string]>([
  ['within the period', { KeyRotationEnabled: true, RotationPeriodInDays: 365 }, 'COMPLIANT', 'rotated every 365 days'],
  ['more often', { KeyRotationEnabled: true, RotationPeriodInDays: 90 }, 'COMPLIANT', 'rotated every 90 days'],
  ['a day too seldom', { KeyRotationEnabled: true, RotationPeriodInDays: 366 }, 'NON_COMPLIANT', 'rotated every 366 days, and not within 365'],
  ['no period, which means a year', { KeyRotationEnabled: true }, 'COMPLIANT', 'rotated every 365 days'],
  ['off, with a period', { KeyRotationEnabled: false, RotationPeriodInDays: 90 }, 'NON_COMPLIANT', 'the key is not rotated'],
  ['nothing said', {}, 'NON_COMPLIANT', 'the key is not rotated'],
  ['a key that is gone', named('NotFoundException'), 'NOT_APPLICABLE', 'the key is gone'],
])('%s', async (_, status, verdict, why) => {
  const { fake, told } = services(status);
  await evaluate(EVENT, fake);
  expect(told).toEqual([{
    ResultToken: 'token',
    Evaluations: [{
      ComplianceResourceType: 'AWS::KMS::Key', ComplianceResourceId: '1234abcd', OrderingTimestamp: new Date('2026-11-20T10:00:00.000Z'), ComplianceType: verdict, Annotation: why,
    }],
  }]);
});

test.each<[string, object]>([
  ['imported material', { Origin: 'EXTERNAL' }],
  ['a key of an external key store', { Origin: 'EXTERNAL_KEY_STORE' }],
  ['an RSA key', { Origin: 'AWS_KMS', KeySpec: 'RSA_2048' }],
  ['a replica', { MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA' } }],
  ['one that is about to be deleted', { KeyState: 'PendingDeletion' }],
])('%s is not asked whether it is rotated', async (_, metadata) => {
  const { fake, told } = services({ KeyRotationEnabled: false }, {}, metadata);
  await evaluate(EVENT, fake);
  expect(told).toMatchObject([{ Evaluations: [{ ComplianceType: 'NOT_APPLICABLE' }] }]);
});

describe('nothing is said of a key that nobody looked at', () => {
  test.each(['AccessDeniedException', 'ThrottlingException', 'KMSInternalException'])('%s', async (name) => {
    const { fake, told } = services(named(name));
    await expect(evaluate(EVENT, fake)).rejects.toThrow(name);
    expect(told).toEqual([]);
  });

  test.each([undefined, '{}', '{"keyArn":"1"}', '{"keyArn":"1","maximumDays":"soon"}'])('parameters %s', async (ruleParameters) => {
    const { fake, told } = services({ KeyRotationEnabled: true });
    await expect(evaluate({ ...EVENT, ruleParameters }, fake)).rejects.toThrow(/needs the parameters keyArn and maximumDays/);
    expect(told).toEqual([]);
  });

  test('an evaluation that AWS Config does not take', async () => {
    await expect(evaluate(EVENT, services({ KeyRotationEnabled: true }, { FailedEvaluations: [{}] }).fake)).rejects.toThrow(/did not take the evaluation of arn:.*1234abcd/);
  });
});
