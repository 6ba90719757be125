import { describe, expect, it } from 'vitest';
import { answering, clock } from '../../../src/library/callbacks.ts';
import { startLocalKms } from '../../../src/library/local-kms.ts';

describe('a log that throws', () => {
  it('is told so, and nobody else', () => {
    const reported: unknown[] = [];
    const error = new Error('full');
    const log = answering(
      () => {
        throw error;
      },
      (each) => reported.push(each),
    );
    log('a line');
    expect(reported).toEqual([error]);
  });
});

describe('a clock', () => {
  it('keeps its last time where it fails', () => {
    const reported: unknown[] = [];
    const times: (() => Date)[] = [
      () => new Date(1000),
      () => new Date(2000),
      () => new Date(NaN),
      () => {
        throw new Error('broken');
      },
      () => new Date(3000),
    ];
    const now = clock(
      () => (times.shift() ?? (() => new Date(0)))(),
      (each) => reported.push(each),
    );
    expect([now(), now(), now(), now()].map(Number)).toEqual([2000, 2000, 2000, 3000]);
    expect(reported.map(String)).toEqual([
      'TypeError: now takes a function that returns a valid Date',
      'Error: broken',
    ]);
  });

  it.each([
    [() => new Date(NaN)],
    [() => 0 as unknown as Date],
    [() => undefined as unknown as Date],
  ])('that gives no date starts no server', async (now) => {
    await expect(startLocalKms({ now })).rejects.toThrow(TypeError);
  });
});
