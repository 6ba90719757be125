import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../../../src/local-kms/http/turns.ts';

/** How many of so many requests are worked on in each turn, until all are. */
async function counts(
  turns: Turns,
  requests: number,
  accepts: readonly boolean[],
): Promise<number[]> {
  const begun: number[] = [];
  for (let index = 0; index < requests; index += 1) void turns.next().then(() => begun.push(index));
  const inTurns: number[] = [];
  for (let turn = 0; begun.length < requests; turn += 1) {
    const before = begun.length;
    if (accepts[turn] === true) turns.accepted();
    await nextTurn();
    inTurns.push(begun.length - before);
  }
  expect(begun).toEqual(begun.toSorted((a, b) => a - b));
  return inTurns;
}

test('a turn of the event loop has a few requests, in the order in which they came', async () => {
  expect(await counts(new Turns(), 40, [])).toEqual([16, 16, 8]);
});

test('while connections are being accepted it has one', async () => {
  expect(await counts(new Turns(), 40, [true, true, false, true])).toEqual([1, 1, 16, 1, 16, 5]);
});

test('a request that comes alone is worked on in the same turn', async () => {
  const turns = new Turns();
  expect(await counts(turns, 1, [true])).toEqual([1]);
  expect(await counts(turns, 1, [])).toEqual([1]);
});
