import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard } from '../../../../src/local-kms/permissions/wildcard.ts';

/** The definition, taken literally. */
function matches(pattern: string, text: string): boolean {
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === undefined) return text === '';
  if (first === '*') return matches(rest, text) || (text !== '' && matches(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && matches(rest, text.slice(1));
}

describe('a pattern with * and ?', () => {
  it('matches exactly what the definition says', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matchesWildcard(p, t)).toBe(matches(p, t));
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes no character of a regular expression for more than itself', () => {
    for (const pattern of ['.', '[a]', '(a|b)', 'a+', '^a$', '\\d']) {
      expect(matchesWildcard(pattern, 'a')).toBe(false);
      expect(matchesWildcard(pattern, pattern)).toBe(true);
    }
  });

  it('takes no longer than the product of the lengths, however evil it is', () => {
    // One that tried every way to match would never end.
    expect(matchesWildcard(`${'*a'.repeat(1_000)}b`, 'a'.repeat(5_000))).toBe(false);
  });
});
