import { planProblem } from '../verify/agrees-with-plan.ts';
import { missingIn } from '../verify/complete.ts';
import type { BeginEvent, RecordEvent, SealEvent, StepBegunEvent } from '../events.ts';
import { ADDED_TYPES } from '../events.ts';
import { productionProblem } from '../verify/practice.ts';

/** How many steps came to an end, well or not, and how many deviations there were. */
export function countOf(events: readonly RecordEvent[]): Pick<SealEvent, 'Steps' | 'Deviations'> {
  const ended = events.flatMap((event) => (event.Type === 'step' ? [event.Number] : []));
  return {
    Steps: new Set(ended).size,
    Deviations: events.filter(({ Type }) => Type === 'deviation').length,
  };
}

/** Whether a type of event is one that comes after the seal. */
function isAddedType(type: string): type is (typeof ADDED_TYPES)[number] {
  return ADDED_TYPES.some((each) => each === type);
}

/** What has happened up to an event. */
interface Progress {
  /** The number of the last step that was done. */
  done: number;
  /** The step that was begun and has not ended. */
  open?: StepBegunEvent | undefined;
  /** Whether the last step that ended failed. */
  hasFailed: boolean;
  isSealed: boolean;
}

/** An event that does not stand where it should, or that what came before it belies. */
export interface Misplaced {
  /** The index of the event. */
  readonly index: number;
  /** As what follows the number of its line. */
  readonly problem: string;
}

/**
 * Finds the first event that is out of order. A record begins with `begin`, which says the same as its plan; steps follow one
 * another by their numbers, and one that failed or was interrupted may be carried out again; nothing but a practice is
 * rehearsed or unattended; `seal` counts the steps, and calls a ceremony complete where each was done; after it nothing comes
 * but what was added later.
 */
export function findMisplaced(events: readonly RecordEvent[]): Misplaced | undefined {
  const progress: Progress = { done: 0, hasFailed: false, isSealed: false };
  for (const [index, event] of events.entries()) {
    const problem = problemOf(event, index, events, progress);
    if (problem !== undefined) return { index, problem };
  }
  return undefined;
}

function problemOf(
  event: RecordEvent,
  index: number,
  events: readonly RecordEvent[],
  progress: Progress,
): string | undefined {
  const { Type } = event;
  const [begin] = events;
  if (begin?.Type !== 'begin' || (Type === 'begin' && index > 0)) {
    return Type === 'begin' ? 'begins a second record' : 'is not the beginning of a record';
  }
  if (isAddedType(Type) !== progress.isSealed) {
    return progress.isSealed
      ? `is of the type ${Type}, which comes before the seal`
      : `is of the type ${Type}, which comes after the seal`;
  }
  const problem = begin.Practice ? undefined : productionProblem(event);
  if (problem !== undefined) return problem;
  switch (event.Type) {
    case 'begin':
      return planProblem(event);
    case 'step-begun':
      if (event.Number !== progress.done + 1) return outOfOrder(event.Number, progress);
      progress.open = event;
      return undefined;
    case 'step': {
      const { open } = progress;
      const isOther = open !== undefined && open.Name !== event.Name;
      if (event.Number !== progress.done + 1 || isOther) return outOfOrder(event.Number, progress);
      progress.open = undefined;
      progress.hasFailed = event.Outcome === 'failed';
      if (!progress.hasFailed) progress.done = event.Number;
      return undefined;
    }
    case 'compared':
    case 'deviation':
      return event.Step > progress.done + 1 ? outOfOrder(event.Step, progress) : undefined;
    case 'seal':
      progress.isSealed = true;
      return sealProblem(event, begin, events.slice(0, index), progress);
    default:
      return undefined;
  }
}

function outOfOrder(number: number, { done }: Progress): string {
  return `is of step ${number}, where step ${done + 1} comes`;
}

function sealProblem(
  { Complete, Steps, Deviations }: SealEvent,
  begin: BeginEvent,
  before: readonly RecordEvent[],
  { open, hasFailed, done }: Progress,
): string | undefined {
  const count = countOf(before);
  if (Steps !== count.Steps || Deviations !== count.Deviations) {
    return `counts ${Steps} steps and ${Deviations} deviations; there are ${count.Steps} and ${count.Deviations}`;
  }
  if (!Complete) return undefined;
  if (open !== undefined || hasFailed || done !== Steps || done === 0) {
    return 'calls a ceremony complete whose last step was not done';
  }
  const missing = missingIn(begin, before);
  return missing === undefined ? undefined : `calls a ceremony complete ${missing}`;
}
