import { CfnOutput, Lazy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CostLine } from './cost-line';
import { LIST_PRICES } from './list-prices';

/**
 * What a baseline costs in a month, estimated from what it is made of and from `expectedUsage`.
 *
 * List prices of us-east-1, without free tiers but for the first copy of management events: for planning, and not a bill. Not in it are
 * the storage of objects, of old versions and of logs; requests to S3; what S3 charges by the GB for the two layers of DSSE-KMS; the monthly
 * fee of S3 Metadata for buckets with more than a billion objects; and a run of the backfill, whose plan has a price of its own.
 *
 * @see https://aws.amazon.com/s3/pricing/
 */
export class MonthlyCost {
  /** @internal */
  public static _of(scope: Construct, id: string, output: boolean, lines: () => CostLine[]): MonthlyCost {
    const cost = new MonthlyCost(lines);
    if (!output) { return cost; }
    new CfnOutput(scope, id, {
      description: `What the baseline costs in a month, at the list prices of ${LIST_PRICES.region} on ${LIST_PRICES.asOf}`,
      value: Lazy.uncachedString({ produce: () => cost.toString() }),
    });
    return cost;
  }

  private constructor(private readonly produce: () => CostLine[]) {}

  /** What is paid for. Complete once the app is: read it after the last construct is made. */
  public get lines(): CostLine[] { return this.produce(); }

  /** US dollars a month, of everything that is paid again each month. */
  public get total(): number { return sum(this.lines.filter(({ once }) => !once)); }

  /** US dollars that are paid once at most. */
  public get once(): number { return sum(this.lines.filter(({ once }) => once)); }

  /** US dollars a month, of what this baseline has for itself alone. */
  public get own(): number { return sum(this.lines.filter(({ shared, once }) => !shared && !once)); }

  /** One line, for people. */
  public toString(): string {
    const named = (some: readonly CostLine[]) => some.map(({ what, usd: price }) => `${what} ${usd(price)}`).join('; ');
    const monthly = this.lines.filter(({ once }) => !once);
    const once = this.lines.filter((line) => line.once);
    const shared = monthly.filter((line) => line.shared);
    return [
      `${usd(this.total)} USD a month. Of this bucket ${usd(this.own)}: ${named(monthly.filter((line) => !line.shared))}`,
      ...shared.length === 0 ? [] : [`Shared ${usd(sum(shared))}: ${named(shared)}`],
      ...once.length === 0 ? [] : [`Once, at most ${usd(this.once)}: ${named(once)}`],
    ].join('. ');
  }

  /** A table in Markdown. */
  public toMarkdown(): string {
    const row = ({ what, basis, usd: price, shared, once }: CostLine) => `| ${what} | ${basis} | ${usd(price)} | ${[...shared ? ['shared'] : [], ...once ? ['once, not added up'] : []].join(', ')} |`;
    return ['| What | How it adds up | USD a month | |', '|---|---|---|---|', ...this.lines.map(row), `| **All** | | **${usd(this.total)}** | |`, ''].join('\n');
  }
}

function sum(lines: readonly CostLine[]): number { return lines.reduce((total, line) => total + line.usd, 0); }

function usd(price: number): string { return price.toFixed(2); }
