import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinByXor, splitByXor } from '../../../../src/data-key/custody/xor-split.ts';

const key = fc.uint8Array({ minLength: 1, maxLength: 64 });
const count = fc.integer({ min: 2, max: 9 });

/** A source that gives these bytes, and says what was asked. */
function sourceOf(bytes: readonly number[]): (length: number) => Buffer {
  let at = 0;
  return (length) => Buffer.from(bytes.slice(at, (at += length)));
}

describe('an XOR split', () => {
  it('joins to the key in any order', () => {
    fc.assert(
      fc.property(
        key,
        count,
        fc.array(fc.nat(), { minLength: 9, maxLength: 9 }),
        (secret, parts, ranks) => {
          const components = splitByXor(secret, parts, randomBytes);
          expect(components.map(({ length }) => length)).toEqual(
            components.map(() => secret.length),
          );
          const shuffled = components
            .map((component, index) => ({ component, rank: ranks[index] ?? 0 }))
            .sort((a, b) => a.rank - b.rank);
          const joined = joinByXor(shuffled.map(({ component }) => component));
          expect(joined.equals(secret)).toBe(true);
        },
      ),
    );
  });

  it('leaves its random bytes and the key as they are', () => {
    const secret = Buffer.from('00ff10', 'hex');
    const components = splitByXor(secret, 3, sourceOf([1, 2, 3, 4, 5, 6]));
    expect(components.map((part) => part.toString('hex'))).toEqual(['010203', '040506', '05f815']);
    expect(secret.toString('hex')).toBe('00ff10');
  });

  // Every outcome of the randomness, counted: each pair of what two of three custodians hold comes up once, whatever
  // the key is. So two of them together know nothing of it.
  it.each([0x00, 0x5a])(
    'shows any two of three components as if the key were not %i but any other',
    (secret) => {
      const seen = [0, 1, 2].map(() => new Uint8Array(65_536));
      for (let random = 0; random < 65_536; random += 1) {
        const source = sourceOf([random >> 8, random & 0xff]);
        const parts = splitByXor(Uint8Array.of(secret), 3, source).map((part) => part[0] ?? 0);
        for (const [left, counts] of seen.entries()) {
          const [a = 0, b = 0] = parts.filter((_, index) => index !== left);
          counts[a * 256 + b] = (counts[a * 256 + b] ?? 0) + 1;
        }
      }
      for (const counts of seen) expect(counts.every((times) => times === 1)).toBe(true);
    },
  );

  it('makes any other key just as possible for whoever lacks one component', () => {
    fc.assert(
      fc.property(key, count, fc.nat(), fc.nat(), (secret, parts, seed, index) => {
        const other = createHash('shake256', { outputLength: secret.length })
          .update(String(seed))
          .digest();
        const components = splitByXor(secret, parts, randomBytes);
        const held = components.filter((_, at) => at !== index % parts);
        const forged = joinByXor([other, ...held]);
        expect(joinByXor([...held, forged]).equals(other)).toBe(true);
      }),
    );
  });
});
