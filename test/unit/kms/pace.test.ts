import { describe, expect, it } from 'vitest';
import { paceOf } from '../../../src/kms/pace.ts';

/** A clock that only a sleep moves. */
function fakeClock(): {
  clock: Parameters<typeof paceOf>[1];
  slept: number[];
  pass: (ms: number) => void;
} {
  let now = 0;
  const slept: number[] = [];
  return {
    clock: {
      monotonicMs: () => now,
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
    },
    slept,
    pass: (ms) => (now += ms),
  };
}

describe('the pace of calls', () => {
  it('gives each call a turn of its own, evenly', async () => {
    const { clock, slept } = fakeClock();
    const pace = paceOf(50, clock);
    await Promise.all([pace(), pace(), pace(), pace()]);
    expect(slept).toEqual([20, 40, 60]);
  });

  it('does not make up for time that passed unused', async () => {
    const { clock, slept, pass } = fakeClock();
    const pace = paceOf(10, clock);
    await pace();
    pass(5000);
    await pace();
    await pace();
    expect(slept).toEqual([100]);
  });
});
