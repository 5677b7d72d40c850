import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Definition } from './definition';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What UpdateStateMachine can change. */
export interface MachineSettings {
  /** As it was given. */
  readonly definition: string;
  readonly compiled: Definition;
  readonly roleArn: string;
  readonly loggingConfiguration: unknown;
  readonly tracingConfiguration: unknown;
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
const NO_LOGGING = { level: 'OFF', includeExecutionData: false };
const NO_TRACING = { enabled: false };

export class Machine {
  public readonly creationDate = new Date();
  public updateDate = this.creationDate;
  /** Absent until the first update, as on AWS. */
  public revisionId?: string;
  public tags: readonly Tag[];

  constructor(public readonly arn: string, public readonly name: string, public settings: MachineSettings, tags: readonly Tag[] = []) {
    this.tags = tags;
  }

  /** Whether creating it again with these settings gives the same machine: its role does not count. */
  public isSame({ definition, loggingConfiguration, tracingConfiguration }: MachineSettings): boolean {
    return definition === this.settings.definition && isDeepStrictEqual([loggingConfiguration, tracingConfiguration],
      [this.settings.loggingConfiguration, this.settings.tracingConfiguration]);
  }

  public change(settings: MachineSettings): void {
    this.settings = settings;
    this.updateDate = new Date();
    this.revisionId = randomUUID();
  }

  public tag(tags: readonly Tag[]): Record<string, unknown> {
    this.tags = [...this.tags.filter(({ key }) => !tags.some((tag) => tag.key === key)), ...tags];
    return {};
  }

  public untag(keys: readonly string[]): Record<string, unknown> {
    this.tags = this.tags.filter(({ key }) => !keys.includes(key));
    return {};
  }

  public listed(): Record<string, unknown> {
    return { stateMachineArn: this.arn, name: this.name, type: 'STANDARD', creationDate: this.creationDate.getTime() / 1000 };
  }

  public described(): Record<string, unknown> {
    const { definition, roleArn, loggingConfiguration = NO_LOGGING, tracingConfiguration = NO_TRACING } = this.settings;
    return { ...this.listed(), status: 'ACTIVE', definition, roleArn, loggingConfiguration, tracingConfiguration, revisionId: this.revisionId };
  }
}
