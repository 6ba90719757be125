import { race, timeLimit } from '../base/abort.ts';

/**
 * Waits for what a client of a database does. (mysql2's own limit would keep the process running after the connection is
 * lost.)
 *
 * @param signal - ends the waiting too
 * @throws an Error that says how long there was no answer; the reason of the signal
 */
export async function withinLimit<T>(
  work: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<T> {
  const late = (): Error => new Error(`no answer within ${milliseconds / 1000} s`);
  const limit = timeLimit(milliseconds, late, signal);
  try {
    return await race(work, limit.signal);
  } finally {
    limit.end();
  }
}
