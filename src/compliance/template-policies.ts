import type { Resources } from './template-facts';
import { flat } from './template-text';
import { at } from '../private/final-state';

const SSE_C = 's3:x-amz-server-side-encryption-customer-algorithm';
/** The form of `sse-c-blocked.guard`: an upload, or more. */
const UPLOADS = /^(\*|s3:(Put)?\*|s3:PutObject\*?)$/;

/** The policies that a template has for one of its buckets whenever it has the bucket. One of another stack would have to name it. */
export function policiesFor(resources: Resources, bucket: string): Resources[string][] {
  const { Properties: its, Condition: condition } = resources[bucket];
  const name = at(its, 'BucketName');
  const names = new Set([flat({ Ref: bucket }), ...name === undefined ? [] : [flat(name)]]);
  return Object.values(resources).filter(({ Type, Properties, Condition = condition }) =>
    Type === 'AWS::S3::BucketPolicy' && Condition === condition && names.has(flat(at(Properties, 'Bucket'))));
}

/** The statements of the policies of a bucket. */
export function statementsFor(resources: Resources, bucket: string): unknown[] {
  return policiesFor(resources, bucket).flatMap(({ Properties }) => statementsOf(Properties));
}

/** The statements of one policy. */
export function statementsOf(properties: unknown): unknown[] { return listOf(at(properties, 'PolicyDocument', 'Statement')); }

/** Whether a statement denies everybody every upload under a key that only the client has. */
export function deniesCustomerKeys(statement: unknown): boolean {
  const condition = at(statement, 'Condition');
  return at(statement, 'Effect') === 'Deny' && isEverybody(at(statement, 'Principal'))
    && listOf(at(statement, 'Action')).some((action) => UPLOADS.test(String(action)))
    && resourcesOf(statement).some((arn) => arn === '*' || /^[^/]+\/\*$/.test(arn))
    && (isEmpty(condition) || isOnly(condition, 'Null', SSE_C));
}

/** Whether a statement that denies plain HTTP is about a bucket and all of its objects. */
export function coversBucket(statement: unknown): boolean {
  const arns = resourcesOf(statement);
  return arns.includes('*') || arns.some((arn) => !arn.includes('/') && arns.includes(`${arn}/*`));
}

/** Whether a statement denies plain HTTP, or everything. */
export function deniesPlainHttp(statement: unknown): boolean {
  const condition = at(statement, 'Condition');
  return at(statement, 'Effect') === 'Deny' && isEverybody(at(statement, 'Principal'))
    && listOf(at(statement, 'Action')).some((action) => action === '*' || action === 's3:*')
    && (isEmpty(condition) || isOnly(condition, 'Bool', 'aws:SecureTransport'));
}

function isEverybody(principal: unknown): boolean { return principal === '*' || listOf(at(principal, 'AWS')).includes('*'); }

function isEmpty(condition: unknown): boolean { return condition === undefined || Object.keys(condition as object).length === 0; }

/** That one operator with that one key, and `false`. A further one would narrow the statement. */
function isOnly(condition: unknown, operator: string, key: string): boolean {
  const keys = at(condition, operator);
  const values = listOf(at(keys, key));
  return Object.keys(condition as object).length === 1 && Object.keys((keys ?? {}) as object).length === 1 && values.length === 1 && String(values[0]) === 'false';
}

function resourcesOf(statement: unknown): string[] { return listOf(at(statement, 'Resource')).map(flat); }

function listOf(value: unknown): unknown[] { return value === undefined ? [] : Array.isArray(value) ? value : [value]; }
