import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import type { AttemptOutcome, AttemptReport, AttemptLimits } from '../../../src/kms/attempts.ts';
import { backoffMs, DEFAULT_LIMITS, withRetries } from '../../../src/kms/attempts.ts';
import { refused } from '../../support/kms/refusals.ts';

const BUSY = refused('Rejected.Throttling', {
  message: 'KMS gets too many calls from this account',
  hints: ['wait'],
  action: 'Decrypt',
  requestId: 'id-1',
  httpStatus: 429,
});

interface Step {
  readonly takesMs?: number;
  readonly outcome: AttemptOutcome<string>;
}

const OK: Step = { outcome: { ok: true, value: 'done', requestId: 'id-2' } };
const FAIL: Step = { outcome: { ok: false, error: BUSY, isRetryable: true } };

/** Runs attempts on a clock that only the attempts and the waits move. */
async function run(
  steps: readonly Step[],
  given: Partial<AttemptLimits> = {},
  random = 0.5,
): Promise<{
  result: string | KmsxError;
  limits: number[];
  waits: number[];
  reports: AttemptReport[];
  elapsedMs: number;
}> {
  let time = 1000;
  const limits: number[] = [];
  const waits: number[] = [];
  const reports: AttemptReport[] = [];
  const clock = {
    now: () => new Date(time),
    monotonicMs: () => time,
    random: () => random,
    sleep: (milliseconds: number) => {
      waits.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
  const call = withRetries(
    { ...DEFAULT_LIMITS, ...given },
    clock,
    (timeoutMs) => {
      const step = steps[Math.min(limits.length, steps.length - 1)] ?? OK;
      limits.push(timeoutMs);
      time += step.takesMs ?? 0;
      return Promise.resolve(step.outcome);
    },
    (report) => reports.push(report),
  );
  const result = await call.catch((error: unknown) => {
    if (error instanceof KmsxError) return error;
    throw error;
  });
  return { result, limits, waits, reports, elapsedMs: time - 1000 };
}

describe('withRetries', () => {
  test('makes one attempt where that succeeds', async () => {
    const { result, waits, reports } = await run([{ ...OK, takesMs: 12 }]);
    expect(result).toBe('done');
    expect(waits).toEqual([]);
    expect(reports).toEqual([{ attempt: 1, outcome: 'ok', requestId: 'id-2', durationMs: 12 }]);
  });

  test('goes on after a failure that may pass, and reports every attempt', async () => {
    const { result, waits, reports } = await run([FAIL, FAIL, OK]);
    expect(result).toBe('done');
    expect(waits).toEqual([100, 200]);
    expect(reports).toEqual([
      {
        attempt: 1,
        outcome: 'Rejected.Throttling',
        requestId: 'id-1',
        isThrottled: true,
        durationMs: 0,
        waitMs: 100,
      },
      {
        attempt: 2,
        outcome: 'Rejected.Throttling',
        requestId: 'id-1',
        isThrottled: true,
        durationMs: 0,
        waitMs: 200,
      },
      { attempt: 3, outcome: 'ok', requestId: 'id-2', durationMs: 0 },
    ]);
  });

  test('says what KMS asks for where that is longer than the deadline', async () => {
    const asking = (retryAfterMs: number): Step => ({
      outcome: { ok: false, error: BUSY, isRetryable: true, retryAfterMs },
    });
    const { result, limits } = await run([asking(200_000)], { deadlineMs: 12_000 });
    expect(limits).toHaveLength(1);
    expect(result).toMatchObject({
      code: BUSY.code,
      message: `${BUSY.message}; it asks to wait 200 s, longer than --deadline 12 allows (1 attempt, 0.0 s)`,
      hints: [expect.stringContaining('a --deadline of more than 200 s')],
      requestId: 'id-1',
    });
    const last = await run([asking(200_000)], { deadlineMs: 12_000, maxAttempts: 1 });
    expect(last.result).toMatchObject({ message: `${BUSY.message} (1 attempt, 0.0 s)` });
    const short = await run([asking(5000)], { deadlineMs: 12_000, maxAttempts: 2 });
    expect(short.result).toMatchObject({ message: `${BUSY.message} (2 attempts, 5.0 s)` });
  });

  test('waits half of 200, 400, 800 and 1600 ms, and says how often and how long it tried', async () => {
    const { result, waits, reports } = await run([FAIL]);
    expect(waits).toEqual([100, 200, 400, 800]);
    expect(reports.at(-1)).not.toHaveProperty('waitMs');
    if (!(result instanceof KmsxError)) throw new Error('it succeeded');
    expect(result.message).toBe('KMS gets too many calls from this account (5 attempts, 1.5 s)');
    const { kind, code, hints, action, requestId, httpStatus } = BUSY;
    expect(result).toMatchObject({ kind, code, hints, action, requestId, httpStatus });
  });

  test('does not repeat what cannot succeed, and leaves its error as it is', async () => {
    const error = refused('Rejected.Disabled', { message: 'disabled' });
    const { result, limits } = await run([{ outcome: { ok: false, error, isRetryable: false } }]);
    expect(limits).toHaveLength(1);
    expect(result).toBe(error);
  });

  test('says how often it tried where what cannot succeed came after what may pass', async () => {
    const error = refused('Rejected.Disabled', { requestId: 'id-3' });
    const last: Step = { takesMs: 400, outcome: { ok: false, error, isRetryable: false } };
    const { result, limits } = await run([FAIL, last]);
    expect(limits).toHaveLength(2);
    expect(result).toMatchObject({
      kind: 'kms',
      code: 'Rejected.Disabled',
      message: 'the KMS key is disabled (2 attempts, 0.5 s)',
      requestId: 'id-3',
    });
  });

  test('makes as many attempts as it may', async () => {
    expect((await run([FAIL], { maxAttempts: 1 })).limits).toHaveLength(1);
    expect((await run([FAIL], { maxAttempts: 3 })).limits).toHaveLength(3);
    const { result } = await run([FAIL], { maxAttempts: 1 });
    expect(result).toHaveProperty('message', expect.stringContaining('(1 attempt, 0.0 s)'));
  });

  test('waits as long as the answer asks for', async () => {
    const asks = { outcome: { ...FAIL.outcome, retryAfterMs: 3000 } } as Step;
    expect((await run([asks, OK])).waits).toEqual([3000]);
    const asksLess = { outcome: { ...FAIL.outcome, retryAfterMs: 1 } } as Step;
    expect((await run([asksLess, OK])).waits).toEqual([100]);
  });

  test('does not begin a wait that would end after the deadline', async () => {
    const asks = { outcome: { ...FAIL.outcome, retryAfterMs: 61_000 } } as Step;
    const { result, waits, limits } = await run([asks]);
    expect(waits).toEqual([]);
    expect(limits).toHaveLength(1);
    expect(result).toHaveProperty('code', 'Rejected.Throttling');
  });

  test('gives an attempt no more time than the deadline leaves', async () => {
    const slow = { ...FAIL, takesMs: 9000 };
    const { limits, elapsedMs } = await run([slow], { maxAttempts: 99, deadlineMs: 20_000 });
    expect(limits[0]).toBe(10_000);
    expect(limits.at(-1)).toBeLessThan(10_000);
    expect(elapsedMs).toBeLessThanOrEqual(29_000);
  });

  test('passes on what an attempt throws', async () => {
    const interrupted = new Error('interrupted');
    const clock = {
      now: () => new Date(0),
      monotonicMs: () => 0,
      random: () => 0,
      sleep: () => Promise.resolve(),
    };
    const call = withRetries(DEFAULT_LIMITS, clock, () => Promise.reject(interrupted));
    await expect(call).rejects.toBe(interrupted);
  });

  test('never waits past the deadline, whatever happens', async () => {
    const step = fc.record({
      takesMs: fc.nat(20_000),
      retryAfterMs: fc.option(fc.nat(100_000), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (steps, maxAttempts, deadlineMs, random) => {
          const failing = steps.map(({ takesMs, retryAfterMs }): Step => ({
            takesMs,
            outcome: { ok: false, error: BUSY, isRetryable: true, retryAfterMs },
          }));
          const given = { maxAttempts, deadlineMs };
          const { limits, waits, reports, elapsedMs } = await run(failing, given, random);
          expect(limits.length).toBeLessThanOrEqual(maxAttempts);
          expect(waits).toHaveLength(limits.length - 1);
          expect(reports).toHaveLength(limits.length);
          const lastMs = reports.at(-1)?.durationMs ?? 0;
          expect(elapsedMs - lastMs).toBeLessThan(deadlineMs);
          for (const limit of limits) expect(limit).toBeLessThanOrEqual(10_000);
        },
      ),
    );
  });
});

describe('backoffMs', () => {
  test('is a random part of 200 ms doubled each time, and of 10 s at most', () => {
    const whole = Array.from({ length: 8 }, (_, index) => backoffMs(index + 1, 1));
    expect(whole).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(2000, 0.5)).toBe(5000);
  });
});

test('the defaults are those of the command line', () => {
  expect(DEFAULT_LIMITS).toEqual({ maxAttempts: 5, timeoutMs: 10_000, deadlineMs: 60_000 });
});
