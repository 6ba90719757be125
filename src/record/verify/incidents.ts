import type { RecordEvent } from '../events.ts';

/**
 * What went wrong in a ceremony before it came to its end: steps that failed, and what was compared and not the same.
 *
 * @returns a sentence for each, with the number of its line
 */
export function incidentsIn(events: readonly RecordEvent[]): readonly string[] {
  return events.flatMap((event, index) => {
    const what = incidentOf(event);
    return what === undefined ? [] : [`line ${index + 1}: ${what}`];
  });
}

function incidentOf(event: RecordEvent): string | undefined {
  if (event.Type === 'step' && event.Outcome === 'failed') {
    const { Number: number, Name, ExitCode, Code } = event;
    return `step ${number} (${Name}) failed with exit code ${ExitCode}${Code === undefined ? '' : ` (${Code})`}`;
  }
  if (event.Type !== 'compared' || event.Same) return undefined;
  return event.What === 'statement'
    ? `${event.Of} did not agree with the statement`
    : `the ${event.What} of ${event.Of} was not the same`;
}

/**
 * Where the time goes back: a clock was set, or a time is not true.
 *
 * @returns a sentence for each, with the number of its line
 */
export function timesGoneBack(events: readonly RecordEvent[]): readonly string[] {
  return events.flatMap((event, index) => {
    const before = events[index - 1]?.At ?? event.At;
    return [
      ...(event.At < before
        ? [`line ${index + 1} has an earlier time than the line before it`]
        : []),
      ...(event.Type === 'step' && event.At < event.Start
        ? [`line ${index + 1} is of a step that ended before it began`]
        : []),
    ];
  });
}
