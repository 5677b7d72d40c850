import { CLAIMS } from './claims';
import { places, proofThatFlips } from './mutant';
import { simulatableKey, Statement } from './statement';
import { changed } from './world';

/** A condition that may go unnoticed by itself, since something else says the same. */
interface SecondLine {
  readonly kind: 'key' | 'bucket' | 'identity';
  /** The Sid of the statement, or its actions. */
  readonly statement: RegExp;
  readonly condition: string;
  readonly because: string;
  /** In which worlds; by default in all. */
  readonly world?: RegExp;
}

const REPORTS = /that requires headers|that receives an inventory/;

/** Everything else has to be proved. */
const SECOND_LINES: SecondLine[] = [
  { kind: 'key', statement: /^UseThrough|^GrantsThrough/, condition: 'kms:CallerAccount', because: 'the statement names the account as its principal' },
  { kind: 'key', statement: /^GrantsThroughServices$/, condition: 'kms:GrantIsForAWSResource', because: 'two guards deny such grants to everybody' },
  { kind: 'identity', statement: /kms:/, condition: 'kms:ViaService', because: 'the key policy asks for it too' },
  {
    kind: 'identity',
    statement: /kms:/,
    condition: simulatableKey('kms:EncryptionContext:aws:s3:arn'),
    because: 'the key policy asks for it too',
    world: /that the key policy names|stacks in other accounts/,
  },
  ...['kms:ViaService', simulatableKey('kms:EncryptionContext:aws:s3:arn')].map((condition): SecondLine => ({
    kind: 'key',
    statement: /^kms:/,
    condition,
    because: 'the policy of the foreign role asks for it too; it is proved in the worlds where that role may do everything',
    world: /stacks in other accounts|whose owners follow the warning|^Grants to roles of other accounts that the key policy names/,
  })),
  ...['aws:SourceAccount', 'aws:SourceArn'].flatMap((condition): SecondLine[] => [
    { kind: 'key', statement: /kms:GenerateDataKey/, condition, because: 'the bucket policy asks for it too', world: REPORTS },
    { kind: 'bucket', statement: /s3:PutObject/, condition, because: 'the key policy asks for it too', world: REPORTS },
  ]),
  { kind: 'bucket', statement: /^s3:PutObject$/, condition: 'aws:PrincipalOrgID', because: 'the key policy asks for it too', world: /organizations/ },
  {
    kind: 'bucket',
    statement: /^DenyOldTls$/,
    condition: 'aws:PrincipalIsAWSService',
    because: 'no service calls the bucket there',
    world: /^(?!.*inventory)/,
  },
];

describe.each(CLAIMS.map((claims) => [claims.world.name, claims] as const))('%s', (_, claims) => {
  test('needs each condition of its statements, or has a second line for it', async () => {
    const unproved: string[] = [];
    for (const place of claims.world.policies.flatMap(places)) {
      for (const [operator, keys] of Object.entries(place.statement.Condition ?? {})) {
        for (const key of Object.keys(keys)) {
          const name = place.statement.Sid ?? [place.statement.Action].flat().join(', ');
          const known = SECOND_LINES.some((line) => line.kind === place.policy.kind && line.condition === key
            && line.statement.test(name) && (line.world ?? /./).test(claims.world.name));
          if (known) { continue; }
          const wider = withoutCondition(place.statement, operator, key);
          const proof = await proofThatFlips(
            { ...claims, world: changed(claims.world, place.statement, wider) }, place, place.statement.Effect === 'Deny' ? 'allowed' : 'denied',
          );
          if (proof === undefined) { unproved.push(`${name}: ${operator} ${key} in the ${place.policy.kind} policy`); }
        }
      }
    }
    expect(unproved).toEqual([]);
  });
});

function withoutCondition(statement: Statement, operator: string, key: string): Statement {
  const { [operator]: keys, ...others } = statement.Condition ?? {};
  const { [key]: _, ...kept } = keys;
  return { ...statement, Condition: Object.keys(kept).length === 0 ? others : { ...others, [operator]: kept } };
}
