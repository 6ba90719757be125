import { setImmediate, setTimeout as delay } from 'node:timers/promises';

const TURNS = 200;

/**
 * Waits for a promise that must settle before a timer of this process would fire. A busy machine delays both alike, and
 * what is under way when the timer fires gets some more turns of the event loop: the clock alone decides nothing.
 *
 * @throws Error where the promise is still pending then
 */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, late(ms, timer.signal)]);
  } finally {
    timer.abort();
  }
}

async function late(ms: number, signal: AbortSignal): Promise<never> {
  await delay(ms, undefined, { signal });
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
  throw new Error(`nothing came within ${ms} ms`);
}
