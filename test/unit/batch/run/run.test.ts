import { describe, expect, it } from 'vitest';
import { paced, paceOf } from '../../../../src/kms/pace.ts';
import { Window } from '../../../../src/batch/run/window.ts';
import type { KmsClient } from '../../../../src/kms/types.ts';

describe('a pace', () => {
  const clock = (): {
    now: number;
    monotonicMs: () => number;
    sleep: (ms: number) => Promise<void>;
  } => {
    const self = {
      now: 0,
      monotonicMs: () => self.now,
      sleep: (ms: number) => {
        self.now += ms;
        return Promise.resolve();
      },
    };
    return self;
  };

  it('spreads calls evenly, and makes up for none', async () => {
    const time = clock();
    const pace = paceOf(4, time);
    const at: number[] = [];
    for (const waited of [0, 0, 0, 1000, 0]) {
      time.now += waited;
      await pace();
      at.push(time.now);
    }
    expect(at).toEqual([0, 250, 500, 1500, 1750]);
  });

  it('is none where none is asked for', async () => {
    const time = clock();
    const pace = paceOf(undefined, time);
    for (let count = 0; count < 100; count += 1) await pace();
    expect(time.now).toBe(0);
  });

  it('is waited for before every call of a line but the first', async () => {
    let waits = 0;
    const answer = Promise.resolve({});
    const kms = {
      region: 'cn-x',
      exportDataKey: () => answer,
      reEncrypt: () => answer,
      generateAndExportDataKey: () => answer,
      getSecretValue: () => answer,
    } as unknown as KmsClient;
    const client = paced(kms, () => Promise.resolve(void (waits += 1)));
    expect(client.region).toBe('cn-x');
    const input = {} as never;
    await client.getSecretValue(input);
    await client.generateAndExportDataKey(input);
    expect(waits).toBe(0);
    await client.exportDataKey(input);
    await client.reEncrypt(input);
    expect(waits).toBe(2);
  });
});

describe('a window', () => {
  it('halves when KMS throttles, once in a while, and grows again by one each round', async () => {
    let now = 0;
    const window = new Window(16, () => now);
    expect(window.size).toBe(16);
    window.slowDown();
    window.slowDown(); // of the same moment
    expect(window.size).toBe(8);
    now += 1000;
    window.slowDown();
    expect(window.size).toBe(4);
    for (let count = 0; count < 5; count += 1) {
      await window.take();
      window.leave();
    }
    expect(window.size).toBe(5);
    for (let count = 0; count < 500; count += 1) {
      await window.take();
      window.leave();
    }
    expect(window.size).toBe(16);
    for (let count = 0; count < 10; count += 1) {
      now += 1000;
      window.slowDown();
    }
    expect(window.size).toBe(1);
  });

  it('lets in as many as it has places', async () => {
    const window = new Window(2, () => 0);
    const taken: number[] = [];
    const takers = [1, 2, 3, 4].map((number) => window.take().then(() => taken.push(number)));
    await new Promise(setImmediate);
    expect(taken).toEqual([1, 2]);
    window.leave();
    await new Promise(setImmediate);
    expect(taken).toEqual([1, 2, 3]);
    window.leave();
    window.leave();
    await Promise.all(takers);
    expect(taken).toEqual([1, 2, 3, 4]);
  });
});
