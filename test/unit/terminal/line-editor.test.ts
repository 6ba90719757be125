import { describe, expect, it } from 'vitest';
import { lineEditor } from '../../../src/terminal/line-editor.ts';

function typed(keys: string, size = 64): { text: string; line: Buffer } {
  const line = Buffer.alloc(size);
  const editor = lineEditor(line);
  for (const byte of Buffer.from(keys)) editor.type(byte);
  return { text: line.toString('utf8', 0, editor.length), line };
}

describe('a line that is typed', () => {
  it.each([
    ['plain text', 'a passphrase', 'a passphrase'],
    ['Backspace', 'abc\x7fd', 'abd'],
    ['Backspace as Ctrl-H', 'abc\x08d', 'abd'],
    ['Backspace over two bytes', 'pä\x7fa', 'pa'],
    ['Backspace over three bytes', '口令\x7f', '口'],
    ['Backspace over four bytes', 'a😀\x7fb', 'ab'],
    ['Backspace at the start', '\x7f\x7fa', 'a'],
    ['Ctrl-W', 'one two\x17three', 'one three'],
    ['Ctrl-W after blanks', 'one two \t \x17three', 'one three'],
    ['Ctrl-W over the only word', 'pässword\x17x', 'x'],
    ['Ctrl-W at the start', '\x17\x17x', 'x'],
    ['Ctrl-U', 'one two\x15three', 'three'],
    ['the arrow keys', 'ab\x1b[D\x1b[Cc\x1bOA', 'abc'],
    ['Delete and a key with a modifier', 'a\x1b[3~b\x1b[1;5Dc', 'abc'],
    ['Alt and a letter', 'a\x1bbc', 'ac'],
    ['other control characters', 'a\x01\x05\x00\x1ab', 'ab'],
    ['a tab', 'a\tb', 'a\tb'],
  ])('takes %s', (_, keys, text) => {
    expect(typed(keys).text).toBe(text);
  });

  it('drops what does not fit, and goes on editing', () => {
    expect(typed('abcdef\x7fg', 4).text).toBe('abcg');
  });

  it('keeps nothing of what was taken back', () => {
    for (const keys of ['secret\x15', 'secret\x17', 'ä\x7f']) {
      expect(typed(keys).line.every((byte) => byte === 0)).toBe(true);
    }
  });
});
