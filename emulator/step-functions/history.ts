import type { EventLog } from './event-log';
import type { Integration } from './tasks';

/** One event, in the form of the API. Its time is in seconds. */
export type HistoryEvent = Readonly<Record<string, unknown>> & { readonly id: number; readonly type: string };

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (maximum execution history size) */
export const MOST_EVENTS = 25_000;

/**
 * What happened in an execution, in order.
 *
 * `previousEventId` is the event before, also where branches run side by side, and on AWS it is that of the branch.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export class History {
  private readonly all: HistoryEvent[] = [];

  /** `full` is called once, when AWS would end the execution for its length. */
  constructor(private readonly full: () => void) {}

  public get events(): readonly HistoryEvent[] {
    return this.all;
  }

  public add(type: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.all.push({ id: this.all.length + 1, previousEventId: this.all.length, timestamp: Date.now() / 1000, type, ...details });
    if (this.all.length === MOST_EVENTS) this.full();
  }

  /** Takes what the interpreter says about states, iterations and branches. The rest is told by who runs it. */
  public record(event: EventLog): void {
    const { state, index, parentState } = event;
    switch (event.type) {
      case 'StateEntered':
        this.add(`${state!.type}StateEntered`, { stateEnteredEventDetails: { name: state!.name, input: json(state!.input), ...COMPLETE_INPUT } });
        if (state!.type === 'Parallel' || state!.type === 'Map') this.add(`${state!.type}StateStarted`);
        break;
      case 'StateExited':
        this.add(`${state!.type}StateExited`, { stateExitedEventDetails: { name: state!.name, output: json(state!.output), ...COMPLETE_OUTPUT } });
        break;
      case 'MapIterationStarted':
      case 'MapIterationSucceeded':
      case 'MapIterationFailed':
        this.add(event.type, { [`m${event.type.slice(1)}EventDetails`]: { name: parentState!.name, index } });
        break;
      default:
    }
  }

  public taskScheduled({ resourceType, resource }: Integration, region: string, parameters: unknown): void {
    this.add('TaskScheduled', { taskScheduledEventDetails: { resourceType, resource, region, parameters: json(parameters) } });
    this.add('TaskStarted', { taskStartedEventDetails: { resourceType, resource } });
  }

  public taskSucceeded({ resourceType, resource }: Integration, output: unknown): void {
    this.add('TaskSucceeded', { taskSucceededEventDetails: { resourceType, resource, output: json(output), ...COMPLETE_OUTPUT } });
  }

  public taskFailed({ resourceType, resource }: Integration, { name: error, message: cause }: Error): void {
    this.add('TaskFailed', { taskFailedEventDetails: { resourceType, resource, error, cause } });
  }
}

const COMPLETE_INPUT = { inputDetails: { truncated: false } };
const COMPLETE_OUTPUT = { outputDetails: { truncated: false } };

function json(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
