import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinByShamir, splitByShamir } from '../../../../src/data-key/custody/shamir-split.ts';
import { shamirCoordinate } from '../../../../src/documents/component-document.ts';
import { interpolateAtZero, multiply } from './gf256.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const key = fc.uint8Array({ minLength: 1, maxLength: 40 });
const plan = fc
  .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }))
  .map(([a, b]) => ({ count: Math.max(a, b), threshold: Math.min(a, b) }));

/** What the components make, by the field arithmetic of the test. */
function joinApart(components: readonly Buffer[]): Buffer {
  const length = (components[0]?.length ?? 1) - 1;
  return Buffer.from(
    Array.from({ length }, (_, index) =>
      interpolateAtZero(
        components.map((part) => [shamirCoordinate(part), part[index] ?? 0] as const),
      ),
    ),
  );
}

describe('the field arithmetic of these tests', () => {
  it('is that of FIPS 197, section 4.2', () => {
    expect(multiply(0x57, 0x83)).toBe(0xc1);
    expect(multiply(0x57, 0x13)).toBe(0xfe);
  });
});

describe('a Shamir split', () => {
  it('joins to the key from any components that reach the threshold, by two implementations', async () => {
    await fc.assert(
      fc.asyncProperty(key, plan, fc.nat(), async (secret, { count, threshold }, start) => {
        const components = await splitByShamir(secret, count, threshold);
        expect(components).toHaveLength(count);
        expect(new Set(components.map(shamirCoordinate)).size).toBe(count);
        const chosen = Array.from(
          { length: threshold },
          (_, index) => components[(start + index) % count] ?? Buffer.alloc(0),
        );
        expect((await joinByShamir(chosen)).equals(secret)).toBe(true);
        expect(joinApart(chosen).equals(secret)).toBe(true);
        expect((await joinByShamir(components)).equals(secret)).toBe(true);
      }),
    );
  });

  it('reads shares that a port of HashiCorp Vault’s split made', async () => {
    // pyshamir 1.1.0, split(key, 5, 3), of the AES-256 example key of SP 800-38B.
    const shares = [
      '7dc2703d663b8bb453b26855f2a9808382398dea0892d95576b729b79dc788f839',
      'c979ad6643f70141394a1ba1cc2bbef9fe03eab5fd6cc8f6c242bf3a5416f00ea9',
      'b7f75e5f45bdcfb627437b126629426b8849c20eba3813c4007c01d47af2a6e51a',
      '3321784f3cad70322a1afff8993694749cb587a7d5b59fa695f575203ead88a9ee',
      '948101105d55df22aacd24ce933202618deb0b34949f86f783cfa05136f74fc32a',
    ].map(hex);
    for (const chosen of [shares.slice(0, 3), shares.slice(2), shares]) {
      expect((await joinByShamir(chosen)).toString('hex')).toBe(
        '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
      );
    }
  });

  // What a component would have to be for each key there is: one value, and another one, for each. So whoever holds
  // one too few can exclude no key.
  it('leaves every key possible for whoever holds one component too few', async () => {
    for (const threshold of [2, 3, 5]) {
      const components = await splitByShamir(Uint8Array.of(0x2b), threshold, threshold);
      const held = components.slice(1);
      const missing = shamirCoordinate(components[0] ?? Buffer.alloc(0));
      const keys = new Set<number>();
      for (let y = 0; y < 256; y += 1) {
        const [secret = 0] = await joinByShamir([...held, Uint8Array.of(y, missing)]);
        keys.add(secret);
      }
      expect(keys.size).toBe(256);
    }
  });

  it('spreads a component evenly over all bytes, whatever the key is', async () => {
    const draws = 51_200;
    for (const byte of [0x00, 0xff]) {
      const counts = Array.from({ length: 256 }, () => 0);
      const chunk = 1024;
      for (let drawn = 0; drawn < draws; drawn += chunk) {
        const [component] = await splitByShamir(new Uint8Array(chunk).fill(byte), 2, 2);
        for (const value of component?.subarray(0, -1) ?? []) {
          counts[value] = (counts[value] ?? 0) + 1;
        }
      }
      const expected = draws / 256;
      const chiSquare = counts.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
      // 255 degrees of freedom: beyond this once in more than 10^9 runs.
      expect(chiSquare).toBeLessThan(405);
    }
  });
});
