import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableWidth, textWidth } from '../../../../src/terminal/output/text-width.ts';
import { wrap } from '../../../../src/terminal/output/wrap.ts';
import { testIo } from '../../../support/test-io.ts';

describe('the width of what is laid out', () => {
  it.each([
    [true, undefined, '', 80, 80],
    [true, 1, '', 40, 40],
    [true, 40, '', 40, 40],
    [true, 200, '', 200, 100],
    [true, 200, '60', 60, 60],
    [true, 90, 'wide', 90, 90],
    [false, undefined, '60', 100, 100],
  ])(
    'on a terminal: %s, of %s columns, COLUMNS=%s',
    (stdoutIsTerminal, columns, told, table, text) => {
      const io = testIo({
        stdoutIsTerminal,
        env: { COLUMNS: told },
        ...(columns !== undefined && { columns }),
      });
      expect([tableWidth(io.stdout, io), textWidth(io.stdout, io)]).toEqual([table, text]);
    },
  );
});

describe('wrapped text', () => {
  it('keeps every word whole and in order, on lines as short as its words allow', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^(?:[a-z]+ )*[a-z]*$/),
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
