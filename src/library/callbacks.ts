/** Gets what a callback of the user threw. */
type Report = (error: unknown) => void;

/** Calls a log so that a request is answered whatever the log does. */
export function answering(log: (line: string) => void, report: Report): (line: string) => void {
  return (line) => {
    try {
      log(line);
    } catch (error) {
      report(error);
    }
  };
}

/**
 * A clock for a server, which needs a time in any case: where the one given fails after the start, its last time counts.
 *
 * @throws TypeError if it gives no valid date now; what it throws now
 */
export function clock(now: () => Date, report: Report): () => Date {
  let last = timeOf(now());
  return () => {
    try {
      last = timeOf(now());
    } catch (error) {
      report(error);
    }
    return new Date(last);
  };
}

/** By its form: the dates of a test's sandbox are of a class of its own. */
function timeOf(date: unknown): number {
  const isDate = typeof date === 'object' && date !== null && 'getTime' in date;
  const time = isDate ? Number(date) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new TypeError('now takes a function that returns a valid Date');
}
