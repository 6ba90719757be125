import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSigners } from '../../../../src/record/signatures/count.ts';

type Pair = readonly [principal: string, key: string];

const count = (pairs: readonly Pair[]): number =>
  countSigners(pairs.map(([principal, keyFingerprint]) => ({ principal, keyFingerprint })));

/** The same, by trying everything. */
function most(pairs: readonly Pair[]): number {
  const [first, ...others] = pairs;
  if (first === undefined) return 0;
  const left = others.filter(([principal, key]) => principal !== first[0] && key !== first[1]);
  return Math.max(1 + most(left), most(others));
}

describe('countSigners', () => {
  it.each<[string, readonly Pair[], number]>([
    ['nobody', [], 0],
    ['two people', [['alice', '1'], ['bob', '2']], 2],
    ['a person who signed twice', [['alice', '1'], ['alice', '1']], 1],
    ['a person with two keys', [['alice', '1'], ['alice', '2']], 1],
    ['two names with one key', [['alice', '1'], ['bob', '1']], 1],
    ['a key of two, of whom one has another', [['alice', '1'], ['bob', '1'], ['alice', '2']], 2],
    ['a name that must give its key up, and take another', [['alice', '1'], ['alice', '2'], ['bob', '1'], ['carol', '2']], 2],
  ])('counts %s', (_, pairs, number) => {
    expect(count(pairs)).toBe(number);
  }); // prettier-ignore

  it('counts as many as can be, whatever the order', () => {
    const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3', '4'));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 9 }), (pairs) => {
        expect(count(pairs)).toBe(most(pairs));
      }),
    );
  });
});
