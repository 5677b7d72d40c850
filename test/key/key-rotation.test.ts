import { Duration, Lazy } from 'aws-cdk-lib';
import { KeyRotation, RotatingS3Key } from '../../src';
import { testStack } from '../helpers/stack';
import { propertiesOf } from '../helpers/template';

describe('KeyRotation', () => {
  test('yearly is 365 days', () => {
    expect(KeyRotation.yearly().period.toDays()).toBe(365);
  });

  test.each([90, 365, 2560])('accepts a period of %d days', (days) => {
    const key = new RotatingS3Key(testStack(), 'Key', { rotation: KeyRotation.every(Duration.days(days)) });
    expect(propertiesOf(key)).toMatchObject({ EnableKeyRotation: true, RotationPeriodInDays: days });
  });

  test('accepts whole days in another unit', () => {
    expect(KeyRotation.every(Duration.hours(24 * 100)).period.toDays()).toBe(100);
  });

  test.each([
    [Duration.days(0), '0'],
    [Duration.days(89), '89'],
    [Duration.days(2561), '2561'],
    [Duration.hours(24 * 100 + 12), '100.5'],
  ])('refuses %s and names the range and the remedy', (period, got) => {
    expect(() => KeyRotation.every(period)).toThrow(
      `'period' must be a whole number of days from 90 to 2560, got ${got}: use KeyRotation.yearly() if unsure`);
  });

  // The factory lets the token through, and aws-cdk-lib then refuses it as a huge negative number.
  test('accepts a period that is known only at deployment', () => {
    const period = Duration.days(Lazy.number({ produce: () => 180 }));
    const key = new RotatingS3Key(testStack(), 'Key', { rotation: KeyRotation.every(period) });
    expect(propertiesOf(key).RotationPeriodInDays).toBe(180);
  });
});
