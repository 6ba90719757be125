import { KmsxError } from '../../../base/error.ts';
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
  const bounded = new AbortController();
  const follow = (): void => {
    bounded.abort(io.signal.reason);
  };
  io.signal.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => {
    bounded.abort(deadlineError(milliseconds));
  }, milliseconds);
  try {
    return await work({ ...session, io: { ...io, signal: bounded.signal } });
  } finally {
    clearTimeout(timer);
    io.signal.removeEventListener('abort', follow);
  }
}

function deadlineError(milliseconds: number): KmsxError {
  const seconds = Number((milliseconds / 1000).toFixed(1));
  return new KmsxError({
    kind: 'unavailable',
    code: 'timed-out',
    message: `the ${seconds} s of --deadline are over`,
    details: { reason: 'deadline' },
    hints: ['--deadline SEC gives all checks together more time; mend the first failure first'],
  });
}

/**
 * Waits for a promise that knows no signal, until the signal aborts.
 *
 * @throws the reason of the signal, or what the promise rejects with
 */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    // What is there already comes first.
    stop = () => {
      setImmediate(() => {
        reject(signal.reason as Error);
      });
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
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
