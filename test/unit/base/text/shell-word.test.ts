import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellWord } from '../../../../src/base/text/shell-word.ts';
import { oneLine } from '../../../../src/terminal/output/printable.ts';

const printed = (words: readonly string[]): string =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${words.join(' ')}`]).toString();

it('is the same word to a shell, also after it was shown on a terminal', () => {
  const word = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((text) => !/\0|\n$/.test(text));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const shown = words.map((each) => oneLine(shellWord(each)));
      expect(printed(shown)).toBe(words.map((each) => `${each}\0`).join(''));
    }),
    {
      numRuns: 50,
      examples: [
        [['\u001b[2J', 'a\nb', '\u202e', "it's", '$(id)', '%s', '\\', '-v', '', '\u00a0', '=ls']],
      ],
    },
  );
});

it.each([
  ['plain.json', 'plain.json'],
  ['KEY=value', 'KEY=value'],
  ['=ls', "'=ls'"],
  ['a b', "'a b'"],
  ['a\u00a0b', `"$(printf 'a\\302\\240b')"`],
])('quotes %j where it must', (word, quoted) => {
  expect(shellWord(word)).toBe(quoted);
});
