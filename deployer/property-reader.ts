import { describe, RefusedError, type ResourceName } from './errors';
import { isRecord, isScalar, show } from './values';

/**
 * Reads the properties of one resource and remembers which were read, at every level.
 *
 * `finish()` throws on what was not read. A key that no code reads is a key that no API call carries,
 * so a typo or a property that the deployer does not know can never count as applied.
 */
export class PropertyReader {
  private readonly read = new Set<string>();
  private readonly children: PropertyReader[] = [];

  constructor(
    private readonly properties: Record<string, unknown>,
    private readonly resource: ResourceName,
    private readonly path = '',
  ) {}

  /** The full path of a key, as in `BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnabled`. */
  public pathOf(key: string): string {
    return this.path ? `${this.path}.${key}` : key;
  }

  public has(key: string): boolean {
    return this.properties[key] !== undefined;
  }

  public string(key: string): string | undefined {
    const value = this.take(key);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.invalid(key, 'a string', value);
  }

  public requiredString(key: string): string {
    return this.required(key, this.string(key));
  }

  /** CloudFormation takes "30" for 30. */
  public number(key: string): number | undefined {
    const value = this.take(key);
    if (value === undefined || typeof value === 'number') return value;
    if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
    throw this.invalid(key, 'a number', value);
  }

  /** CloudFormation takes "true" for true. */
  public boolean(key: string): boolean | undefined {
    const value = this.take(key);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw this.invalid(key, 'true or false', value);
  }

  public date(key: string): Date | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) throw this.invalid(key, 'a date', value);
    return date;
  }

  public strings(key: string): string[] | undefined {
    return this.list(key)?.map((element) => {
      if (typeof element !== 'string') throw this.invalid(key, 'a list of strings', element);
      return element;
    });
  }

  /** An object with names of the template's own. CloudFormation makes strings of its numbers and booleans. */
  public stringMap(key: string): Record<string, string> | undefined {
    const map = this.document(key);
    return map && Object.fromEntries(Object.entries(map).map(([name, value]) => {
      if (!isScalar(value)) throw this.invalid(`${key}.${name}`, 'a string', value);
      return [name, String(value)];
    }));
  }

  /** A nested object, whose own keys must all be read too. */
  public object(key: string): PropertyReader | undefined {
    const value = this.take(key);
    return value === undefined ? undefined : this.child(key, this.pathOf(key), value);
  }

  public requiredObject(key: string): PropertyReader {
    return this.required(key, this.object(key));
  }

  public objects(key: string): PropertyReader[] | undefined {
    return this.list(key)?.map((element, index) => this.child(key, `${this.pathOf(key)}[${index}]`, element));
  }

  public requiredObjects(key: string): PropertyReader[] {
    return this.required(key, this.objects(key));
  }

  /** A JSON document that is handed over as it is, such as a policy: it is applied whole. */
  public document(key: string): Record<string, unknown> | undefined {
    const value = this.take(key);
    if (value === undefined || isRecord(value)) return value;
    throw this.invalid(key, 'an object', value);
  }

  public requiredDocument(key: string): Record<string, unknown> {
    return this.required(key, this.document(key));
  }

  /** All keys that were not read yet, handed over as they are. */
  public rest(): Record<string, unknown> {
    const rest = Object.entries(this.properties).filter(([key]) => !this.read.has(key));
    for (const [key] of rest) this.read.add(key);
    return Object.fromEntries(rest);
  }

  /** Throws if a property, at any level, was not read. */
  public finish(): void {
    const unread = this.unread();
    if (unread.length === 0) return;
    const names = unread.map((path) => `'${path}'`).join(', ');
    throw new RefusedError(`${describe(this.resource)}: the deployer does not apply ${names} and so refuses it`);
  }

  /** A value that the deployer knows but cannot apply. */
  public refuse(key: string, why: string): RefusedError {
    return new RefusedError(`${describe(this.resource)}: the deployer does not apply '${this.pathOf(key)}' and so refuses it: ${why}`);
  }

  private unread(): string[] {
    const own = Object.keys(this.properties).filter((key) => this.has(key) && !this.read.has(key)).map((key) => this.pathOf(key));
    return [...own, ...this.children.flatMap((child) => child.unread())];
  }

  private take(key: string): unknown {
    this.read.add(key);
    return this.properties[key];
  }

  private list(key: string): unknown[] | undefined {
    const value = this.take(key);
    if (value === undefined || Array.isArray(value)) return value;
    throw this.invalid(key, 'a list', value);
  }

  private child(key: string, path: string, value: unknown): PropertyReader {
    if (!isRecord(value)) throw this.invalid(key, 'an object', value);
    const child = new PropertyReader(value, this.resource, path);
    this.children.push(child);
    return child;
  }

  private required<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw new RefusedError(`${describe(this.resource)}: '${this.pathOf(key)}' is required`);
    return value;
  }

  private invalid(key: string, wanted: string, value: unknown): RefusedError {
    return new RefusedError(`${describe(this.resource)}: '${this.pathOf(key)}' must be ${wanted}, got ${show(value)}`);
  }
}
