import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { wordLines, wordsOf } from '../../../../src/ceremony/aloud/aloud.ts';
import { EVEN_WORDS, ODD_WORDS } from '../../../../src/ceremony/aloud/pgp-words.ts';

const hexadecimal = fc
  .uint8Array({ minLength: 1, maxLength: 64 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

test('the lists are 512 words, all different whatever their case', () => {
  const words = [...EVEN_WORDS, ...ODD_WORDS];
  expect(new Set(words.map((word) => word.toLowerCase()))).toHaveLength(512);
  for (const list of [EVEN_WORDS, ODD_WORDS]) {
    expect(list).toHaveLength(256);
  }
  for (const word of words) expect(word).toMatch(/^[A-Z]?[a-z]{3,11}$/);
});

test('the lists are those that are published', () => {
  // Over the lines "even odd", byte by byte, as the DNSSEC root ceremonies' tools have them.
  const lines = EVEN_WORDS.map((word, byte) => `${word} ${ODD_WORDS[byte]}\n`).join('');
  expect(createHash('sha256').update(lines).digest('hex')).toBe(
    'f816e91d6148165fc67361aa1886eb71ad6b19c9d65673ca40fa96e160f02f5a',
  );
});

test('a fingerprint reads as the published example has it', () => {
  expect(wordsOf('E58294F2E9A227486E8B061B31CC528FD7FA3F19').join(' ')).toBe(
    'topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless',
  );
});

test('each byte has a word of its own in each place', () => {
  for (let byte = 0; byte < 256; byte += 1) {
    const digits = byte.toString(16).padStart(2, '0');
    expect(wordsOf(digits + digits)).toEqual([EVEN_WORDS[byte], ODD_WORDS[byte]]);
  }
});

test('a byte that is left out, said twice or swapped is heard where it happens', () => {
  fc.assert(
    fc.property(hexadecimal, fc.nat(), (digits, seed) => {
      const words = wordsOf(digits);
      const at = seed % words.length;
      const isEven = (word: string | undefined): boolean =>
        word !== undefined && EVEN_WORDS.includes(word);
      const alternates = (said: readonly string[]): boolean =>
        said.every((word, index) => isEven(word) === (index % 2 === 0));
      expect(alternates(words)).toBe(true);
      const twice = [...words.slice(0, at + 1), ...words.slice(at)];
      expect(alternates(twice)).toBe(false);
      if (at + 1 === words.length) return;
      expect(alternates([...words.slice(0, at), ...words.slice(at + 1)])).toBe(false);
      const swapped = [...words];
      swapped.splice(at, 2, words[at + 1] ?? '', words[at] ?? '');
      expect(alternates(swapped)).toBe(false);
    }),
  );
});

test('words stand in lines', () => {
  expect(wordLines('000102030405', 4)).toEqual([
    'aardvark adviser accrue aggregate',
    'adrift almighty',
  ]);
  expect(wordLines('', 4)).toEqual([]);
});
