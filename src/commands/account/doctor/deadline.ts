import { timeLimit } from '../../../base/abort.ts';
import type { KmsxError } from '../../../base/error.ts';
import { kmsxError } from '../../../base/error.ts';
import type { Session } from '../../../terminal/session.ts';

/**
 * Runs work in a session whose signal also aborts when the time is up, with `timed-out` as its reason: every wait of
 * the work ends then.
 */
export async function withDeadline<T>(
  milliseconds: number,
  session: Session,
  work: (bounded: Session) => Promise<T>,
): Promise<T> {
  const { io } = session;
  const limit = timeLimit(milliseconds, () => deadlineError(milliseconds), io.signal);
  try {
    const { signal } = limit;
    const bounded = { ...io, signal, sleep: (wait: number) => io.sleep(wait, signal) };
    return await work({ ...session, io: bounded });
  } finally {
    limit.end();
  }
}

function deadlineError(milliseconds: number): KmsxError {
  const seconds = Number((milliseconds / 1000).toFixed(1));
  return kmsxError('timed-out', `the ${seconds} s of --deadline are over`, {
    details: { reason: 'deadline' },
    hints: ['--deadline SEC gives all checks together more time; fix the first failure first'],
  });
}

/** Runs work that ends when the signal aborts, whatever it throws then: the reason of the signal is what counts. */
export async function sayingWhyAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
