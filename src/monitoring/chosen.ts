import { CATALOGUE, Detection } from './detection';
import type { DetectionChoice } from './detection-choice';
import type { EventSpec, RateSpec } from './detection-spec';
import type { EncryptionAlarmsProps } from './encryption-alarms-props';
import { ValidationError } from '../private/errors';

/** The detections after all choices, and what has to be said about the choices. */
export interface Chosen {
  readonly events: EventSpec[];
  readonly rates: RateSpec[];
  readonly exceptRoles: (id: string) => readonly string[];
  /** Every detection that there is, those that are off too. */
  readonly all: readonly Detection[];
  /** The reason that was given for turning one off. */
  readonly offBecause: (id: string) => string | undefined;
  readonly warnings: { readonly id: string; readonly text: string }[];
}

/** Applies the choices to the catalogue and the detections of the user's own. */
export function chosen({ choices = [], ownDetections = [], trailLogGroup }: EncryptionAlarmsProps): Chosen {
  const all = withOwn(ownDetections);
  const known = new Set(all);
  for (const { detection } of choices) {
    if (!known.has(detection)) {
      throw new ValidationError('UnknownDetection', `'choices' must be about detections of the catalogue or of 'ownDetections', got '${detection.id}' which is in neither: add it to 'ownDetections'`);
    }
  }
  const on = all.filter((detection) => isOn(detection, choices));
  const specs = on.map((detection) => tuned(detection, choices));
  const events = specs.filter((spec): spec is EventSpec => spec.kind === 'event');
  const rates = specs.filter((spec): spec is RateSpec => spec.kind === 'rate');
  return {
    events,
    rates,
    exceptRoles: (id) => choices.flatMap(({ detection, _tuning: { exceptRole } }) =>
      detection.id === id && exceptRole !== undefined ? [exceptRole.roleArn] : []),
    all,
    offBecause: (id) => choices.find(({ detection, _tuning }) => detection.id === id && _tuning.off !== undefined)?._tuning.off,
    warnings: [
      ...choices.flatMap(({ detection, _reason, _tuning }) => _reason === undefined ? [] : [{
        id: `cdk-s3-encryption:EncryptionAlarms.${_tuning.off === undefined ? 'roleExcepted' : 'detectionOff'}.${detection.id}`,
        text: `${_tuning.off === undefined ? 'what one role does is not heard of' : 'nobody hears of it'}, detection ${detection.id}: ${_reason}`,
      }]),
      ...trailLogGroup === undefined && rates.length > 0 ? [{
        id: 'cdk-s3-encryption:EncryptionAlarms.noTrailLogGroup',
        text: `without 'trailLogGroup' nothing can be counted, so these detections are left out: ${rates.map(({ id }) => id).join(', ')}. Give the log group of an EncryptionAuditTrail, or of the trail that you have`,
      }] : [],
    ],
  };
}

function withOwn(own: readonly Detection[]): Detection[] {
  const all = [...CATALOGUE];
  for (const detection of own) {
    if (all.some(({ id }) => id === detection.id)) {
      throw new ValidationError('DetectionTwice', `'ownDetections' must have ids that the catalogue and the others do not have, got '${detection.id}' again: choose another id`);
    }
    all.push(detection);
  }
  return all;
}

function isOn({ id, _spec }: Detection, choices: readonly DetectionChoice[]): boolean {
  const about = choices.filter(({ detection }) => detection.id === id);
  const off = about.some(({ _tuning }) => _tuning.off !== undefined);
  if (off && about.length > 1) {
    throw new ValidationError('OffAndTuned', `'choices' turn the detection '${id}' off and tune it as well: keep one of them`);
  }
  const byChoice = _spec.kind === 'rate' && _spec.band === true;
  return byChoice ? about.some(({ _tuning }) => _tuning.on === true) : !off;
}

function tuned({ id, _spec }: Detection, choices: readonly DetectionChoice[]): EventSpec | RateSpec {
  let spec = _spec;
  for (const { detection, _tuning: { severity, threshold, period } } of choices) {
    if (detection.id !== id) { continue; }
    if (severity !== undefined) { spec = { ...spec, severity }; }
    if (spec.kind === 'rate') { spec = { ...spec, threshold: threshold ?? spec.threshold, period: period ?? spec.period }; }
  }
  return spec;
}
