import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../../src/base/shell-word.ts';
import { layoutColumns, wrap, wrapCommand } from '../../../../src/terminal/output/wrap.ts';

describe('the width of what is laid out', () => {
  it.each([
    [undefined, 80],
    [1, 40],
    [40, 40],
    [200, 200],
  ])('for a terminal of %s columns is %i', (columns, expected) => {
    expect(layoutColumns({ columns })).toBe(expected);
  });
});

describe('wrapped text', () => {
  it('keeps every word whole and in order, on lines as short as its words allow', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z ]*$/),
        fc.integer({ min: 1, max: 60 }),
        (text, width) => {
          const lines = wrap(text, width);
          expect(lines.join(' ')).toBe(text);
          for (const line of lines) {
            if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});

describe('a wrapped command', () => {
  it('keeps an option with its value, and goes on after a backslash', () => {
    const command = 'kmsx verify-key --in E.json --privkey PRIVATE_KEY --against A.json --dry-run';
    expect(wrapCommand(command, 50)).toEqual([
      'kmsx verify-key --in E.json \\',
      '  --privkey PRIVATE_KEY --against A.json \\',
      '  --dry-run',
    ]);
  });

  it('is the same command to a shell, whatever its words hold', () => {
    const words = fc.array(
      fc.string({ maxLength: 12 }).filter((text) => !text.includes('\u0000')),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 60 }), (values, width) => {
        const command = `printf '[%s]' ${values.map(shellWord).join(' ')}`;
        const wrapped = wrapCommand(command, width).join('\n');
        expect(execFileSync('sh', ['-c', wrapped]).toString()).toBe(
          values.map((value) => `[${value}]`).join(''),
        );
      }),
      { numRuns: 25 },
    );
  });
});
