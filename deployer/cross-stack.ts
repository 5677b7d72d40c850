import type { DeployedStack } from './deployment';
import { RefusedError } from './errors';
import type { StackOutputRequest } from './intrinsics';

/** The stack that refers to another one. */
export interface Consumer {
  readonly stackName: string;
  readonly region: string;
}

/** What the stacks of a deployment give to each other. */
export class CrossStackValues {
  private readonly exports = new Map<string, { readonly stackName: string; readonly value: unknown }>();
  private readonly importers = new Map<string, Set<string>>();
  private readonly deployed: { readonly region: string; readonly stack: DeployedStack }[] = [];

  /** Makes the outputs of a stack known, for weak references. */
  public add(region: string, stack: DeployedStack): void {
    this.deployed.push({ region, stack });
  }

  /** Makes a value known under a name that must be unique in its region. */
  public export(producer: Consumer, name: string, value: unknown): void {
    const key = exportKey(producer.region, name);
    const existing = this.exports.get(key);
    if (existing) throw new Error(`${name} is exported already, by ${existing.stackName}`);
    this.exports.set(key, { stackName: producer.stackName, value });
  }

  /** A strong reference: CloudFormation does not delete the exporting stack while it is used. */
  public importValue(consumer: Consumer, name: string): unknown {
    const found = this.exports.get(exportKey(consumer.region, name));
    if (!found) throw new Error(`no stack in ${consumer.region} exports ${name}`);
    this.importers.set(found.stackName, (this.importers.get(found.stackName) ?? new Set()).add(consumer.stackName));
    return found.value;
  }

  /** A weak reference: it is read once, and holds nothing in place. */
  public stackOutput(consumer: Consumer, { stackName, outputName, region = consumer.region, roleArn }: StackOutputRequest): unknown {
    if (roleArn !== undefined) throw new RefusedError(`Fn::GetStackOutput with a RoleArn is refused: ${roleArn} would not be used`);
    const producer = this.deployed.find((candidate) => candidate.region === region && candidate.stack.stackName === stackName);
    if (!producer || !Object.hasOwn(producer.stack.outputs, outputName)) {
      throw new Error(`no stack ${stackName} in ${region} has an output ${outputName}`);
    }
    return producer.stack.outputs[outputName];
  }

  public importersOf(stackName: string): string[] {
    return [...this.importers.get(stackName) ?? []];
  }
}

function exportKey(region: string, name: string): string {
  return `${region}/${name}`;
}
