/** What an object can be, besides as it should be. The words are those of metrics, queries and lists. */
export type FindingId = 'unencrypted' | 'sse-s3' | 'other-key' | 'without-bucket-key' | 'sse-c';

/** The word for objects that are as they should be: they are counted too, so that nothing counted and nothing wrong differ. */
export const AS_EXPECTED = 'as-expected';

/** What S3 calls a report of an inventory, and what the handler puts into its statements. */
export const SNAPSHOT = '{{snapshot}}';

/** How the rows of a source are read, each as one form: `key`, `size`, `status`, `bucket_key`, `key_arn`. */
export interface RowsOfSource {
  /** The statement, with all versions or the current ones. */
  readonly rows: (currentOnly: boolean, snapshot: 'given' | 'latest') => string;
  /** Whether `key_arn` is known. */
  readonly knowsKeys: boolean;
}

/** What objects should be. */
export interface Expected {
  /** ARNs of KMS keys; none where a bucket is under SSE-S3, or the keys are not known. */
  readonly keyArns: readonly string[];
  /** Whether SSE-S3 is less than what is wanted. */
  readonly kms: boolean;
  readonly bucketKey: boolean;
}

/** Text within a statement. */
export function literal(text: string): string { return `'${text.replace(/'/g, "''")}'`; }

/**
 * The live inventory table of S3 Metadata, which has a row for each version and each delete marker.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-inventory-schema.html
 */
export function rowsOfMetadata(namespace: string): RowsOfSource {
  const table = `"s3tablescatalog/aws-s3"."${namespace}"."inventory"`;
  const columns = 'key, size, encryption_status AS status, coalesce(is_bucket_key_enabled, false) AS bucket_key, kms_key_arn AS key_arn';
  return {
    knowsKeys: true,
    // The row with the largest sequence number is what a GET finds, a delete marker included; so those go last.
    rows: (currentOnly) => currentOnly
      ? `SELECT ${columns} FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY sequence_number DESC) AS age FROM ${table}) WHERE age = 1 AND coalesce(is_delete_marker, false) = false`
      : `SELECT ${columns} FROM ${table} WHERE coalesce(is_delete_marker, false) = false`,
  };
}

/**
 * The reports of S3 Inventory, of which one at a time is looked at. They know no key.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
 *
 * @param maxAgeDays how old the latest one can be; without a bound Athena would look for one in every hour of years
 */
export function rowsOfInventory(table: string, maxAgeDays: number): RowsOfSource {
  const recent = `dt >= date_format(date_add('day', -${maxAgeDays}, current_timestamp), '%Y-%m-%d-%H-%i')`;
  const columns = "key, size, encryption_status AS status, coalesce(bucket_key_status, '') = 'ENABLED' AS bucket_key, CAST(NULL AS varchar) AS key_arn";
  return {
    knowsKeys: false,
    rows: (currentOnly, snapshot) => [
      `SELECT ${columns} FROM ${table}`,
      `WHERE ${snapshot === 'given' ? `dt = ${literal(SNAPSHOT)}` : `${recent} AND dt = (SELECT max(dt) FROM ${table} WHERE ${recent})`}`,
      'AND coalesce(is_delete_marker, false) = false',
      ...currentOnly ? ['AND coalesce(is_latest, true)'] : [],
    ].join(' '),
  };
}

/**
 * What is wrong with each object: one word, the worst.
 *
 * A type of encryption that nobody here knows counts as none: it must be looked at, and not be taken for good.
 */
function judged(rows: string, { keyArns, kms, bucketKey }: Expected, knowsKeys: boolean): string {
  const cases = [
    "WHEN status = 'SSE-C' THEN 'sse-c'",
    `WHEN status = 'SSE-S3' THEN ${literal(kms ? 'sse-s3' : AS_EXPECTED)}`,
    "WHEN status IS NULL OR status NOT IN ('SSE-KMS', 'DSSE-KMS') THEN 'unencrypted'",
    // A key that the table does not name is not known to be one of ours.
    ...knowsKeys && keyArns.length > 0 ? [`WHEN coalesce(key_arn, '') NOT IN (${keyArns.map(literal).join(', ')}) THEN 'other-key'`] : [],
    // DSSE-KMS has no Bucket Key. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
    ...bucketKey ? ["WHEN status = 'SSE-KMS' AND NOT bucket_key THEN 'without-bucket-key'"] : [],
  ];
  return `SELECT key, size, status, key_arn, CASE ${cases.join(' ')} ELSE ${literal(AS_EXPECTED)} END AS finding FROM (${rows})`;
}

/** Everything that is asked of a source. */
export class Statements {
  constructor(private readonly source: RowsOfSource, private readonly expected: Expected, private readonly currentOnly: boolean) {}

  /** What of this source and these expectations can be found at all, the worst first. */
  public get findings(): FindingId[] {
    const { keyArns, kms, bucketKey } = this.expected;
    return [
      'unencrypted', 'sse-c', ...kms ? ['sse-s3' as const] : [], ...this.source.knowsKeys && keyArns.length > 0 ? ['other-key' as const] : [],
      ...bucketKey ? ['without-bucket-key' as const] : [],
    ];
  }

  /** One row for each finding, and within it two columns for each prefix that is counted by itself. */
  public count(prefixes: readonly string[]): string {
    const ofPrefixes = prefixes.flatMap((prefix, index) => {
      const within = `starts_with(key, ${literal(prefix)})`;
      return [`count_if(${within}) AS objects_${index + 1}`, `coalesce(sum(CASE WHEN ${within} THEN size END), 0) AS bytes_${index + 1}`];
    });
    return `SELECT ${['finding', 'count(*) AS objects', 'coalesce(sum(size), 0) AS bytes', ...ofPrefixes].join(', ')} FROM (${this.judged('given')}) GROUP BY finding ORDER BY finding`;
  }

  /**
   * The keys whose current version has one of the findings, encoded, so that no key breaks a line: what the
   * list of a backfill is made of.
   */
  public list(findings: readonly FindingId[]): string {
    const current = judged(this.source.rows(true, 'given'), this.expected, this.source.knowsKeys);
    return `SELECT url_encode(key) AS key, finding FROM (${current}) WHERE finding IN (${findings.map(literal).join(', ')})`;
  }

  /** For people: where objects of one finding are, by the beginnings of their keys. */
  public byPrefix(finding: FindingId, depth: number): string {
    return [
      `SELECT ${prefixOf(depth)} AS prefix, count(*) AS objects, coalesce(sum(size), 0) AS bytes`,
      `FROM (${this.judged('latest')})`, `WHERE finding = ${literal(finding)}`, 'GROUP BY 1', 'ORDER BY bytes DESC, prefix', 'LIMIT 1000',
    ].join('\n');
  }

  /** For people: everything, also what is as it should be. */
  public overall(): string {
    return [
      'SELECT finding, coalesce(status, \'NOT-SSE\') AS encryption, coalesce(key_arn, \'\') AS kms_key, count(*) AS objects, coalesce(sum(size), 0) AS bytes',
      `FROM (${this.judged('latest')})`, 'GROUP BY 1, 2, 3', 'ORDER BY objects DESC, finding, encryption, kms_key',
    ].join('\n');
  }

  /** For people: which objects. */
  public objects(): string {
    return [
      "SELECT finding, key, size, coalesce(status, 'NOT-SSE') AS encryption, coalesce(key_arn, '') AS kms_key",
      `FROM (${this.judged('latest')})`, `WHERE finding <> ${literal(AS_EXPECTED)}`, 'ORDER BY finding, key', 'LIMIT 10000',
    ].join('\n');
  }

  private judged(snapshot: 'given' | 'latest'): string {
    return judged(this.source.rows(this.currentOnly, snapshot), this.expected, this.source.knowsKeys);
  }
}

/** `a/` of `a/b/c` at depth 1; empty for a key that has no slash. */
function prefixOf(depth: number): string { return `coalesce(regexp_extract(key, '^(?:[^/]*/){1,${depth}}'), '')`; }
