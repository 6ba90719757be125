/** A time limit that is running. */
export interface TimeLimit {
  /** Aborts when the time is up, and when one of the other signals does. */
  readonly signal: AbortSignal;
  /** Stops the clock. Until then it keeps the process running. */
  end(): void;
}

/**
 * Starts a time limit. (`AbortSignal.timeout` does not serve inside `AbortSignal.any`: Node 20 lets the garbage
 * collector take it, and then it never aborts.)
 *
 * @param reason - makes the reason of the signal when the time is up
 * @param signals - others that abort the same work; undefined ones are ignored
 */
export function timeLimit(
  milliseconds: number,
  reason: () => unknown,
  ...signals: readonly (AbortSignal | undefined)[]
): TimeLimit {
  const timeUp = new AbortController();
  const timer = setTimeout(() => {
    timeUp.abort(reason());
  }, milliseconds);
  const others = signals.filter((signal) => signal !== undefined);
  return {
    signal: AbortSignal.any([timeUp.signal, ...others]),
    end: () => {
      clearTimeout(timer);
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
