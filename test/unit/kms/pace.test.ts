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

  it('lets many calls a second go in groups, and no more of them', async () => {
    const { clock, slept, pass } = fakeClock();
    const pace = paceOf(400, { ...clock, sleep: (ms) => (pass(ms), clock.sleep(ms)) });
    const started: number[] = [];
    for (let call = 0; call < 800; call += 1) {
      await pace();
      started.push(clock.monotonicMs());
    }
    expect(slept.length).toBeLessThanOrEqual(200);
    expect(Math.min(...slept)).toBeGreaterThanOrEqual(10);
    const within = (from: number): number =>
      started.filter((at) => at >= from && at < from + 1000).length;
    expect(Math.max(...started.map(within))).toBeLessThanOrEqual(405);
    expect(started.at(-1)).toBeLessThanOrEqual(2000);
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
