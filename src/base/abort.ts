import { setMaxListeners } from 'node:events';

/** A time limit that is running. */
export interface TimeLimit {
  /** Aborts when the time is up, and when one of the other signals does. */
  readonly signal: AbortSignal;
  /** Stops the clock, and heeds no signal any more. Until then it keeps the process running. */
  end(): void;
}

/**
 * Starts a time limit. (`AbortSignal.any` is not taken: Node.js 20 needs 30 µs for one, and its signals remember each that
 * was made of them.)
 *
 * @param reason - makes the reason of the signal when the time is up
 * @param signals - others that abort the same work; undefined ones are ignored
 */
export function timeLimit(
  milliseconds: number,
  reason: () => unknown,
  ...signals: readonly (AbortSignal | undefined)[]
): TimeLimit {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(reason());
  }, milliseconds);
  const others = signals.filter((signal) => signal !== undefined);
  const stop = ({ target }: Pick<Event, 'target'>): void => {
    limit.abort((target as AbortSignal).reason);
  };
  for (const signal of others) {
    if (signal.aborted) stop({ target: signal });
    setMaxListeners(0, signal); // as many as there is work at once
    signal.addEventListener('abort', stop, { once: true });
  }
  return {
    signal: limit.signal,
    end: () => {
      clearTimeout(timer);
      for (const signal of others) signal.removeEventListener('abort', stop);
    },
  };
}

/**
 * Waits for a promise until a signal aborts; what the promise stands for is not cancelled. If both have happened, the
 * promise counts.
 *
 * @throws the reason of the signal, or what the promise rejects with
 */
export async function race<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined); // it may reject when the race is over
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      setImmediate(reject, signal.reason);
    };
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
