import { PropertyReader } from '../../deployer/property-reader';

const reader = (properties: Record<string, unknown>) => new PropertyReader(properties, { logicalId: 'Key', type: 'AWS::KMS::Key' });

describe('PropertyReader', () => {
  test('accepts properties of which every key was read', () => {
    const properties = reader({ a: 'x', b: { c: 1, d: [{ e: true }] }, f: { any: { thing: 1 } } });
    properties.string('a');
    const b = properties.requiredObject('b');
    b.number('c');
    b.requiredObjects('d').forEach((element) => element.boolean('e'));
    properties.document('f');
    expect(() => properties.finish()).not.toThrow();
  });

  test('refuses a key at the top that was not read', () => {
    expect(() => reader({ Descripton: 'x' }).finish())
      .toThrow("Key (AWS::KMS::Key): the deployer does not apply 'Descripton' and so refuses it");
  });

  test('refuses a nested key that was not read, by its path', () => {
    const properties = reader({ a: { b: [{ ok: 1, typo: 2 }] } });
    properties.requiredObject('a').requiredObjects('b')[0].number('ok');
    expect(() => properties.finish()).toThrow("does not apply 'a.b[0].typo'");
  });

  test('makes strings of the scalars in an object of names, and refuses the rest', () => {
    expect(reader({ a: { x: 1, y: true, z: 'z' } }).stringMap('a')).toEqual({ x: '1', y: 'true', z: 'z' });
    expect(reader({}).stringMap('a')).toBeUndefined();
    expect(() => reader({ a: { x: [] } }).stringMap('a')).toThrow("'a.x' must be a string, got []");
  });

  test('names all keys that were not read', () => {
    const properties = reader({ a: { x: 1 }, b: 1 });
    properties.object('a');
    expect(() => properties.finish()).toThrow("does not apply 'b', 'a.x'");
  });

  test('does not take a question for a reading', () => {
    const properties = reader({ a: 1 });
    expect(properties.has('a')).toBe(true);
    expect(() => properties.finish()).toThrow("does not apply 'a'");
  });

  test('hands over the rest', () => {
    const properties = reader({ a: 1, b: 2, c: 3 });
    properties.number('a');
    expect(properties.rest()).toEqual({ b: 2, c: 3 });
    expect(() => properties.finish()).not.toThrow();
  });

  test('takes scalars as CloudFormation does', () => {
    const properties = reader({ number: '30', boolean: 'false', string: 7, date: '2030-01-01T00:00:00Z' });
    expect(properties.number('number')).toBe(30);
    expect(properties.boolean('boolean')).toBe(false);
    expect(properties.string('string')).toBe('7');
    expect(properties.date('date')).toEqual(new Date('2030-01-01T00:00:00Z'));
    expect(properties.string('absent')).toBeUndefined();
  });

  test.each<[string, (properties: PropertyReader) => unknown, RegExp]>([
    ['a number that is none', (p) => p.number('text'), /'text' must be a number, got "x"/],
    ['a boolean that is none', (p) => p.boolean('text'), /'text' must be true or false/],
    ['a date that is none', (p) => p.date('text'), /'text' must be a date/],
    ['a string that is an object', (p) => p.string('object'), /'object' must be a string/],
    ['an object that is a string', (p) => p.object('text'), /'text' must be an object/],
    ['a document that is a string', (p) => p.document('text'), /'text' must be an object/],
    ['a list that is a string', (p) => p.strings('text'), /'text' must be a list/],
    ['a list of other things', (p) => p.strings('numbers'), /'numbers' must be a list of strings/],
    ['objects that are none', (p) => p.objects('numbers'), /'numbers' must be an object/],
    ['a missing required string', (p) => p.requiredString('absent'), /'absent' is required/],
    ['a missing required list', (p) => p.requiredObjects('absent'), /'absent' is required/],
  ])('fails on %s', (_, read, message) => {
    expect(() => read(reader({ text: 'x', object: {}, numbers: [1] }))).toThrow(message);
  });
});
