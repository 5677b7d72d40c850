import { matching, oneOf, parse, required, type Values } from './arguments';
import { sourcesFrom } from './sources';
import { UsageError } from './usage';
import { WHERE_FLAGS, type Where, whereFrom } from './where-arguments';
import type { Sources } from '../core/decide';
import type { Target } from '../core/encryption';
import { isFullKeyArn } from '../core/preflight';

export const BACKFILL_FLAGS = {
  ...WHERE_FLAGS,
  'key': { type: 'string' },
  'engine': { type: 'string' },
  'plan': { type: 'boolean' },
  'yes': { type: 'boolean' },
  'source': { type: 'string', multiple: true },
  'no-bucket-key': { type: 'boolean' },
  'noncurrent': { type: 'boolean' },
  'checkpoint': { type: 'string' },
  'failures': { type: 'string' },
  'only': { type: 'string' },
  'verify': { type: 'boolean' },
  'state-machine': { type: 'string' },
} as const;

export interface BackfillOptions {
  readonly where: Where;
  readonly target: Target;
  readonly sources: Sources;
  /** Undefined: the number of objects decides. */
  readonly engine?: 'local' | 'batch';
  readonly plan: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly noncurrent: boolean;
  readonly verify: boolean;
  readonly checkpoint?: string;
  readonly failures?: string;
  readonly only?: string;
  readonly stateMachine?: string;
}

const DEPLOYED = 'it is a property of the EncryptionBackfillJob that was deployed';
const ELSEWHERE = 'S3 Batch Operations keep that themselves, and the state machine verifies';
/** Why a flag means nothing to a state machine. */
const OF_LOCAL_ONLY = {
  'source': DEPLOYED,
  'prefix': DEPLOYED,
  'no-bucket-key': DEPLOYED,
  'noncurrent': DEPLOYED,
  'expected-bucket-owner': DEPLOYED,
  'checkpoint': ELSEWHERE,
  'failures': ELSEWHERE,
  'only': ELSEWHERE,
  'verify': ELSEWHERE,
  'concurrency': ELSEWHERE,
  'region': 'the ARN of the state machine names it',
  'endpoint-url': 'only AWS has S3 Batch Operations; for a local AWS set AWS_ENDPOINT_URL_SFN and AWS_ENDPOINT_URL_S3_CONTROL',
} as const;

export function backfillOptions(argv: readonly string[]): BackfillOptions {
  const values = parse('backfill', argv, BACKFILL_FLAGS);
  const engine = engineFrom(values);
  const keyArn = required('--key', values.key, 'give the full ARN of the key that the objects shall be under');
  if (!isFullKeyArn(keyArn)) {
    throw new UsageError(`--key is "${keyArn}", and must be the full ARN of a key (arn:aws:kms:REGION:ACCOUNT:key/ID): S3 takes no ids and no aliases. `
      + 'Look it up: aws kms describe-key --key-id alias/NAME --query KeyMetadata.Arn');
  }
  if (values.plan === true && values.verify === true) { throw new UsageError('--verify comes after a run, and --plan makes none: leave one of them out'); }
  if (values.plan === true && values.yes === true) { throw new UsageError('--plan writes nothing, so there is nothing that --yes could allow: leave one of them out'); }
  return {
    where: whereFrom(values),
    target: { keyArn, bucketKey: values['no-bucket-key'] !== true },
    sources: sourcesFrom(values.source, keyArn),
    engine,
    plan: values.plan === true,
    yes: values.yes === true,
    json: values.json === true,
    noncurrent: values.noncurrent === true,
    verify: values.verify === true,
    checkpoint: values.checkpoint,
    failures: values.failures,
    only: values.only,
    stateMachine: values['state-machine'],
  };
}

function engineFrom(values: Values<typeof BACKFILL_FLAGS>): BackfillOptions['engine'] {
  const engine = oneOf('--engine', values.engine, ['local', 'batch'] as const);
  matching('--state-machine', values['state-machine'], /^arn:aws[a-zA-Z0-9-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[A-Za-z0-9_-]+$/,
    'the ARN of the state machine that EncryptionBackfillJob deployed');
  if (engine === 'batch') {
    const useless = (Object.keys(OF_LOCAL_ONLY) as (keyof typeof OF_LOCAL_ONLY)[]).find((flag) => values[flag] !== undefined);
    if (useless !== undefined) { throw new UsageError(`--${useless} is for --engine local: with --engine batch, ${OF_LOCAL_ONLY[useless]}; leave it out`); }
    return engine;
  }
  if (values['state-machine'] !== undefined) { throw new UsageError('--state-machine is for --engine batch: add --engine batch, or leave it out'); }
  if (values.only !== undefined && values.prefix !== undefined) {
    throw new UsageError('--only names the objects itself, so --prefix would be ignored: leave one of them out');
  }
  return values.only !== undefined ? 'local' : engine;
}
