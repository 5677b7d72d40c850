import { at } from './final-state';

/** What a trail writes down, as far as this library relies on it. */
export interface Audited {
  /** Whether it has management events of KMS that change something. */
  readonly kmsWrites: boolean;
  /** Whether it has Decrypt and its like, which KMS counts as reads. */
  readonly kmsReads: boolean;
  /** The beginnings of the ARNs of objects whose writes it has. */
  readonly objects: readonly unknown[];
}

const KMS = 'kms.amazonaws.com';
type Field = Readonly<Record<string, unknown>>;

/**
 * Reads the selectors of a rendered trail, basic or advanced.
 *
 * An event is there if any selector wants it: an exclusion on one says nothing while another has it. A
 * trail without selectors has every management event and no other.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
 */
export function auditedBy(properties: Readonly<Record<string, unknown>>): Audited {
  const basic = listOf(properties.EventSelectors);
  const advanced = listOf(properties.AdvancedEventSelectors);
  if (basic.length === 0 && advanced.length === 0) { return { kmsWrites: true, kmsReads: true, objects: [] }; }
  const parts = [...basic.map(ofBasic), ...advanced.map(ofAdvanced)];
  return {
    kmsWrites: parts.some(({ kmsWrites }) => kmsWrites),
    kmsReads: parts.some(({ kmsReads }) => kmsReads),
    objects: parts.flatMap(({ objects }) => objects),
  };
}

function ofBasic(selector: unknown): Audited {
  const kms = at(selector, 'IncludeManagementEvents') !== false && !listOf(at(selector, 'ExcludeManagementEventSources')).includes(KMS);
  const kind = at(selector, 'ReadWriteType') ?? 'All';
  const resources = listOf(at(selector, 'DataResources')).filter((resource) => at(resource, 'Type') === 'AWS::S3::Object');
  return {
    kmsWrites: kms && kind !== 'ReadOnly',
    kmsReads: kms && kind !== 'WriteOnly',
    objects: kind === 'ReadOnly' ? [] : resources.flatMap((resource) => listOf(at(resource, 'Values'))),
  };
}

function ofAdvanced(selector: unknown): Audited {
  const fields = listOf(at(selector, 'FieldSelectors')) as Field[];
  const field = (name: string): Field | undefined => fields.find(({ Field: of }) => of === name);
  const admits = (name: string, value: string): boolean => {
    const found = field(name);
    if (found === undefined) { return true; }
    return (found.Equals === undefined || listOf(found.Equals).includes(value)) && !listOf(found.NotEquals).includes(value);
  };
  const management = admits('eventCategory', 'Management') && admits('eventSource', KMS);
  const data = admits('eventCategory', 'Data') && admits('resources.type', 'AWS::S3::Object') && admits('readOnly', 'false');
  const arns = field('resources.ARN');
  return {
    kmsWrites: management && admits('readOnly', 'false'),
    kmsReads: management && admits('readOnly', 'true'),
    objects: !data ? [] : arns === undefined ? ['arn:'] : [...listOf(arns.StartsWith), ...listOf(arns.Equals)],
  };
}

function listOf(value: unknown): unknown[] { return Array.isArray(value) ? value : []; }
