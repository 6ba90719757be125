import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { table } from '../../../../src/terminal/output/table.ts';

describe('a table', () => {
  it('has columns as wide as they must be, and escapes what would move the cursor', () => {
    const rows = [['1', 'x'], ['\u001b[2J', 'é'], ['22']];
    expect(table(['a', 'long name'], rows, 80)).toBe(
      ['A          LONG NAME', '1          x', '\\u001b[2J  é', '22', ''].join('\n'),
    );
  });

  it('wraps its last column where it is too wide for the terminal', () => {
    const rows = [
      ['one', 'a reason that takes more than the room there is'],
      ['two', 'short'],
    ];
    expect(table(['name', 'reason'], rows, 40)).toBe(
      [
        'NAME  REASON',
        'one   a reason that takes more than the',
        '      room there is',
        'two   short',
        '',
      ].join('\n'),
    );
  });

  it('puts the last columns below where they have no room, and leaves out what is empty', () => {
    const rows = [
      ['e937a5de-b848-4b29-b8de', 'yes', 'Enabled', ''],
      ['0963dcc1-6bef-4b29-b8de', 'no', 'Disabled', 'it is disabled, and must be enabled first'],
    ];
    expect(table(['key id', 'usable', 'state', 'reason'], rows, 40)).toBe(
      [
        'KEY ID                   USABLE',
        'e937a5de-b848-4b29-b8de  yes',
        '    state: Enabled',
        '0963dcc1-6bef-4b29-b8de  no',
        '    state: Disabled',
        '    reason: it is disabled, and must',
        '      be enabled first',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, string[][]]>([
    ['the first column', [['x'.repeat(90), 'short']]],
    ['the last column', [['short', 'y'.repeat(90)]]],
    ['a column below', [['z'.repeat(30), 'a b', 'y'.repeat(90)]]],
  ])('breaks what is wider than the terminal, and indents what follows: %s', (_, rows) => {
    const text = table(['first', 'second', 'third'], rows, 40);
    const [, first, ...others] = text.trimEnd().split('\n');
    expect(first).toMatch(/^\S/);
    for (const line of others) expect(line).toMatch(/^ {2}/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
    const letters = text.replaceAll(/\s/g, '');
    for (const word of rows.flat()) expect(letters).toContain(word.replaceAll(' ', ''));
  });

  it('fits every width from 40 columns, breaks no word and loses none', () => {
    const words = fc.array(fc.stringMatching(/^[a-z0-9-]{1,12}$/), { minLength: 1, maxLength: 8 });
    const cell = words.map((all) => all.join(' '));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 40, max: 200 }),
        (rows, columns) => {
          const text = table(['first', 'second', 'third'], rows, columns);
          const lines = text.split('\n');
          expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
          const shown = text.split(/\s+/);
          for (const word of rows.flat().flatMap((each) => each.split(' '))) {
            expect(shown).toContain(word);
          }
        },
      ),
    );
  });
});
