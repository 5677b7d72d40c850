import { at } from './final-state';

/** What a trail writes down, as far as this library relies on it. */
export interface Audited {
  /** Whether it has management events of KMS that change something. */
  readonly kmsWrites: boolean;
  /** Whether it has Decrypt and its like, which KMS counts as reads. */
  readonly kmsReads: boolean;
  /** Which objects' writes it has, one for each selector. */
  readonly objects: readonly Objects[];
}

/** Objects by the beginnings of their ARNs: of these, and of none of those. */
export interface Objects {
  readonly of: readonly unknown[];
  readonly notOf: readonly unknown[];
}

const KMS = 'kms.amazonaws.com';

/** Calls that detections are about; a selector by name has to have them. */
const KMS_WRITES = ['CreateGrant', 'DisableKey', 'PutKeyPolicy', 'ScheduleKeyDeletion'];
const KMS_READS = ['Decrypt', 'GenerateDataKey'];
const WRITES = ['CopyObject', 'CreateMultipartUpload', 'PutObject', 'UpdateObjectEncryption'];

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
    objects: kind === 'ReadOnly' ? [] : [{ of: resources.flatMap((resource) => listOf(at(resource, 'Values'))), notOf: [] }],
  };
}

/** Fields are all to be fulfilled, and so are the operators of one; of the values of an operator one is enough. */
function ofAdvanced(selector: unknown): Audited {
  const fields = listOf(at(selector, 'FieldSelectors')) as Field[];
  const field = (name: string): Field[] => fields.filter(({ Field: of }) => of === name);
  const admits = (name: string, value: string): boolean => field(name).every((one) => fulfils(one, value));
  const management = admits('eventCategory', 'Management') && admits('eventSource', KMS);
  const data = admits('eventCategory', 'Data') && admits('resources.type', 'AWS::S3::Object') && admits('readOnly', 'false')
    && admits('eventSource', 's3.amazonaws.com') && WRITES.every((name) => admits('eventName', name));
  const arns = field('resources.ARN');
  const wanted = arns.flatMap((one) => [...listOf(one.StartsWith), ...listOf(one.Equals)]);
  // Which objects an end picks is not told by their bucket: such a selector is not counted on.
  const byEnd = arns.some((one) => one.EndsWith !== undefined || one.NotEndsWith !== undefined);
  return {
    kmsWrites: management && admits('readOnly', 'false') && KMS_WRITES.every((name) => admits('eventName', name)),
    kmsReads: management && admits('readOnly', 'true') && KMS_READS.every((name) => admits('eventName', name)),
    objects: !data || byEnd ? [] : [{
      of: wanted.length === 0 ? ['arn:'] : wanted,
      notOf: arns.flatMap((one) => [...listOf(one.NotStartsWith), ...listOf(one.NotEquals)]),
    }],
  };
}

function fulfils(field: Field, value: string): boolean {
  const some = (operator: string, test: (given: string) => boolean): boolean => listOf(field[operator]).some((given) => typeof given === 'string' && test(given));
  const wanted: [operator: string, test: (given: string) => boolean][] = [
    ['Equals', (given) => value === given], ['StartsWith', (given) => value.startsWith(given)], ['EndsWith', (given) => value.endsWith(given)],
  ];
  return wanted.every(([operator, test]) => (field[operator] === undefined || some(operator, test)) && !some(`Not${operator}`, test));
}

function listOf(value: unknown): unknown[] { return Array.isArray(value) ? value : []; }
