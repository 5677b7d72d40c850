import { CfnOutput, Lazy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CostLine } from './cost-line';
import { LIST_PRICES } from './list-prices';

/**
 * What a baseline costs in a month, estimated from what it is made of and from `expectedUsage`.
 *
 * List prices of us-east-1, without free tiers but for the first copy of management events: for planning, and not a bill. Storage of objects, of old versions and of logs is not in
 * it, and neither is a run of the backfill, whose plan has a price of its own.
 */
export class MonthlyCost {
  /** @internal */
  public static _of(scope: Construct, id: string, lines: () => CostLine[]): MonthlyCost {
    const cost = new MonthlyCost(lines);
    new CfnOutput(scope, id, {
      description: `What the baseline costs in a month, at the list prices of ${LIST_PRICES.region} on ${LIST_PRICES.asOf}`,
      value: Lazy.uncachedString({ produce: () => cost.toString() }),
    });
    return cost;
  }

  private constructor(private readonly produce: () => CostLine[]) {}

  /** What is paid for. Complete once the app is: read it after the last construct is made. */
  public get lines(): CostLine[] { return this.produce(); }

  /** US dollars a month, of everything. */
  public get total(): number { return sum(this.lines); }

  /** US dollars a month, of what this baseline has for itself alone. */
  public get own(): number { return sum(this.lines.filter(({ shared }) => !shared)); }

  /** One line, for people. */
  public toString(): string {
    const lines = this.lines;
    return `${usd(sum(lines))} USD a month, ${usd(this.own)} without what baselines share: ${lines.map(({ what, usd: price }) => `${what} ${usd(price)}`).join('; ')}`;
  }

  /** A table in Markdown. */
  public toMarkdown(): string {
    const row = ({ what, basis, usd: price, shared }: CostLine) => `| ${what} | ${basis} | ${usd(price)} | ${shared ? 'shared' : ''} |`;
    return ['| What | How it adds up | USD a month | |', '|---|---|---|---|', ...this.lines.map(row), `| **All** | | **${usd(this.total)}** | |`, ''].join('\n');
  }
}

function sum(lines: readonly CostLine[]): number { return lines.reduce((total, line) => total + line.usd, 0); }

function usd(price: number): string { return price.toFixed(2); }
