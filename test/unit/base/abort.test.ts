import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { race, timeLimit } from '../../../src/base/abort.ts';

const never = (): Promise<never> => new Promise(() => undefined);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

describe('a time limit', () => {
  test('aborts when its time is up, with the reason made then', async () => {
    let reason = 'too early';
    const limit = timeLimit(1, () => reason, undefined);
    reason = 'in time';
    await aborted(limit.signal);
    expect(limit.signal.reason).toBe('in time');
  });

  test('aborts with the reason of any other signal, also one that has aborted before', async () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const limit = timeLimit(60_000, () => 'time', one.signal, two.signal);
    two.abort('two');
    one.abort('one');
    expect(limit.signal.reason).toBe('two');
    limit.end();
    const late = timeLimit(60_000, () => 'time', undefined, one.signal);
    expect(late.signal.reason).toBe('one');
    late.end();
    await expect(race(never(), late.signal)).rejects.toBe('one');
  });

  test('that has ended does not abort', async () => {
    const limit = timeLimit(1, () => 'time');
    limit.end();
    await delay(20);
    expect(limit.signal.aborted).toBe(false);
  });

  test('is kept from the garbage collector', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const ended = aborted(timeLimit(100, () => 'time', new AbortController().signal).signal);
    for (let round = 0; round < 5; round += 1) {
      collect();
      await delay(5);
    }
    await ended;
  });
});

describe('a race', () => {
  test('gives what the promise gives', async () => {
    const { signal } = new AbortController();
    await expect(race(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(race(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  });

  test('ends with the reason of the signal', async () => {
    const abort = new AbortController();
    const racing = race(never(), abort.signal);
    abort.abort('over');
    await expect(racing).rejects.toBe('over');
  });

  test('takes what is already there, though the signal has aborted', async () => {
    await expect(race(Promise.resolve(1), AbortSignal.abort('over'))).resolves.toBe(1);
  });

  test('that is over leaves no rejection unhandled', async () => {
    let fail = (_: Error): void => undefined;
    const late = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await expect(race(late, AbortSignal.abort('over'))).rejects.toBe('over');
    fail(new Error('late'));
    await delay(1); // an unhandled rejection fails the test
  });
});
