import { describe, expect, it } from 'vitest';
import { burstsOf, paceOf, withPacedKeys } from '../../../src/kms/pace.ts';
import type { KmsClient } from '../../../src/kms/types.ts';

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

describe('bursts of calls', () => {
  it.each([10, 2.5, 0.5])('at %d a second never have more in any second', async (rate) => {
    const { clock, slept, pass } = fakeClock();
    const pace = burstsOf(rate, { ...clock, sleep: (ms) => (pass(ms), clock.sleep(ms)) });
    const started: number[] = [];
    for (let call = 0; call < 100; call += 1) {
      await pace();
      started.push(clock.monotonicMs());
      pass(call % 7);
    }
    const most = Math.max(1, Math.floor(rate));
    const within = (from: number): number =>
      started.filter((at) => at >= from && at < from + 1000).length;
    expect(Math.max(...started.map(within))).toBe(most);
    expect(started.at(-1)).toBeLessThanOrEqual((100 / most) * Math.max(1000, 1000 / rate));
    // As many as a second has go at once.
    expect(started.slice(0, most).every((at) => at < 100)).toBe(true);
    expect(slept.length).toBeGreaterThan(0);
  });
});

describe('a client with paced keys', () => {
  it('lets each call about KMS keys wait for its turn, and no other', async () => {
    const { clock, slept } = fakeClock();
    const answer = (name: string) => () => Promise.resolve(name);
    const client = {
      keys: { describe: answer('a key'), list: answer('keys'), listAliases: answer('aliases') },
      decrypt: answer('plaintext'),
      isRehearsal: true,
    } as unknown as KmsClient;
    const kms = withPacedKeys(client, paceOf(10, clock));
    const page = { pageNumber: 1, pageSize: 10 };
    const answers = await Promise.all([
      ...[kms.keys.listAliases(page), kms.keys.list(page), kms.keys.describe('a')],
      kms.decrypt({ ciphertextBlobBase64: 'A' }),
    ]);
    expect(answers).toEqual(['aliases', 'keys', 'a key', 'plaintext']);
    expect(slept).toEqual([100, 200]);
    expect(kms.isRehearsal).toBe(true);
  });
});
