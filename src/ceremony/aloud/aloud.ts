import { EVEN_WORDS, ODD_WORDS } from './pgp-words.ts';

/**
 * Bytes as PGP words, one for each byte: of two syllables at even offsets, of three at odd ones, so that a byte that is
 * left out, said twice or swapped with its neighbour is heard.
 *
 * @param hex - an even number of hexadecimal digits
 */
export function wordsOf(hex: string): string[] {
  return Array.from(Buffer.from(hex, 'hex'), (byte, offset) => {
    const words = offset % 2 === 0 ? EVEN_WORDS : ODD_WORDS;
    return words[byte] ?? '';
  });
}

/** As `wordsOf`, in lines of at most `perLine` words. */
export function wordLines(hex: string, perLine: number): string[] {
  const words = wordsOf(hex);
  return Array.from({ length: Math.ceil(words.length / perLine) }, (_, line) =>
    words.slice(line * perLine, (line + 1) * perLine).join(' '),
  );
}
