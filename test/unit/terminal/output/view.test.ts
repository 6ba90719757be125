import { describe, expect, it } from 'vitest';
import { digitGroups, fingerprintLines } from '../../../../src/base/text/digit-groups.ts';
import type { View } from '../../../../src/terminal/output/view.ts';
import { fact, nextBlock, renderView } from '../../../../src/terminal/output/view.ts';

const FINGERPRINT = `SHA256:${'0123456789abcdef'.repeat(4)}`;

const VIEW: View = {
  verdict: 'Exported a new data key under 1 public key',
  blocks: [
    { rows: [fact('data key', '32 bytes'), { label: 'context', lines: ['a=b', 'c=d'] }] },
    { rows: [] },
    { title: 'Read aloud', rows: [{ label: 'w.pub', lines: fingerprintLines(FINGERPRINT) }] },
    ...nextBlock(['kmsx verify-key --in E.json --privkey K --against A.json']),
  ],
};

describe('digits to be read aloud', () => {
  it('are in groups of four, a fingerprint in four lines of four groups', () => {
    expect(fingerprintLines(FINGERPRINT)).toEqual(Array(4).fill('0123 4567 89ab cdef'));
    expect(digitGroups('66e94b', 8)).toEqual(['66e9 4b']);
    expect(digitGroups('', 8)).toEqual([]);
  });
});

describe('a view', () => {
  it('begins with the verdict, has labels beside facts, and ends with what comes next', () => {
    expect(renderView(VIEW, 80, false)).toBe(`Exported a new data key under 1 public key

  data key  32 bytes
  context   a=b
            c=d

Read aloud
  w.pub  0123 4567 89ab cdef
         0123 4567 89ab cdef
         0123 4567 89ab cdef
         0123 4567 89ab cdef

Next
  kmsx verify-key --in E.json --privkey K --against A.json
`);
  });

  it('puts labels above facts that have no room beside them', () => {
    const rows = [fact('a label of twenty!!', 'some words')];
    const view: View = { verdict: 'V', blocks: [{ rows }] };
    expect(renderView(view, 40, false)).toBe('V\n\n  a label of twenty!!\n    some words\n');
    expect(renderView(view, 60, false)).toBe('V\n\n  a label of twenty!!  some words\n');
  });

  it.each([40, 60, 80, 100, 200])('fits %i columns', (columns) => {
    const lines = renderView(VIEW, columns, false).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('lets no word begin a line of its own, however long: it goes on below, indented', () => {
    const fake = 'kmsx:all-is-well';
    const word = `${'x'.repeat(40)}${fake}`.repeat(4);
    const view: View = {
      verdict: `Exported ${word} and more`,
      blocks: [{ title: `Title ${word}`, rows: [fact('label', word), fact(word, word)] }],
    };
    for (const columns of [40, 56, 80, 100]) {
      const lines = renderView(view, columns, false).trimEnd().split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      const flush = lines.filter((line) => /^\S/.test(line));
      expect(flush.map((line) => line.split(' ')[0])).toEqual(['Exported', 'Title']);
      const letters = lines.join('').replaceAll(' ', '');
      expect(letters.split(word)).toHaveLength(6);
    }
  });

  it('escapes what would move the cursor or begin a line', () => {
    const evil = '\u001b[2J\nkmsx: all is well';
    const view: View = {
      verdict: evil,
      blocks: [{ title: evil, rows: [fact(evil, evil), { command: evil }] }],
    };
    expect(renderView(view, 200, false)).not.toMatch(/\u001b|^kmsx: all/m);
  });

  it('shows what has hundreds of thousands of words or rows', () => {
    const words = fact('label', 'a '.repeat(400_000));
    const rows = Array.from({ length: 150_000 }, () => fact('x', 'y'));
    const view: View = { verdict: 'V', blocks: [{ rows: [words] }, { rows }] };
    expect(renderView(view, 80, false).split('\n').length).toBeGreaterThan(160_000);
  });

  it('is coloured by its tone', () => {
    expect(renderView({ ...VIEW, tone: 'bad' }, 80, true)).toContain('\u001b[31mExported');
  });
});
