/* Help at the width of the terminal: everything is there at any width, no word is broken, and no line is wider. */
import { describe, expect, it } from 'vitest';
import { TOPIC_NAMES } from '../../../src/commands/shell/help/topic-names.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import { shellLines } from '../../../src/terminal/output/shell-lines.ts';
import type { TestIoOptions } from '../../support/test-io.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';

const { commands } = await createFullProgram(testIo());
const CALLS: readonly (readonly string[])[] = [
  ['--help'],
  ...commands.map((command) => [command.name(), '--help']),
  ...TOPIC_NAMES.map((topic) => ['help', topic]),
];

async function helpIn(argv: readonly string[], options: TestIoOptions): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(argv, options);
  expect({ code, stderr }, argv.join(' ')).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** What does not depend on where lines end: not the backslashes there, nor the signs of comments. */
const wordsOf = (text: string): readonly string[] =>
  text.split(/\s+/).filter((word) => !['', '\\', '#'].includes(word));

describe.each([40, 47, 60, 72, 80, 99])('help on a terminal of %i columns', (columns) => {
  it.each(CALLS.map((argv) => [argv.join(' '), argv]))('fits: %s', async (_, argv) => {
    const help = await helpIn(argv, { stdoutIsTerminal: true, columns });
    expect(wordsOf(help)).toEqual(wordsOf(await helpIn(argv, {})));
    for (const line of help.split('\n').filter(({ length }) => length > columns)) {
      // One word of a command, too long by itself.
      expect(shellLines(line.trim().replace(/ \\$/, ''), 1), line).toHaveLength(1);
      expect(line, line).toMatch(/^ {2,6}\S/);
    }
    expect(help).not.toMatch(/[ \t]$/m);
    expect(help).toMatch(/[^\n]\n$/);
  });
});

describe('the width of help', () => {
  const widest = async (options: TestIoOptions): Promise<number> => {
    const lines = (await helpIn(['help', 'errors'], options)).split('\n');
    return Math.max(...lines.map(({ length }) => length));
  };

  it.each([
    ['100 in a pipe', {}, 90, 100],
    ['100 in a pipe, whatever COLUMNS says', { env: { COLUMNS: '40' } }, 90, 100],
    ['that of the terminal', { stdoutIsTerminal: true, columns: 64 }, 50, 64],
    ['100 at most', { stdoutIsTerminal: true, columns: 250 }, 90, 100],
    ['40 at least', { stdoutIsTerminal: true, columns: 10 }, 30, 40],
    ['80 where a terminal does not tell', { stdoutIsTerminal: true }, 70, 80],
    ['that of COLUMNS', { stdoutIsTerminal: true, columns: 99, env: { COLUMNS: '64' } }, 50, 64],
    [
      'not that of a wrong COLUMNS',
      { stdoutIsTerminal: true, columns: 64, env: { COLUMNS: 'x' } },
      50,
      64,
    ],
  ])('is %s', async (_, options: TestIoOptions, least, most) => {
    const width = await widest(options);
    expect(width).toBeGreaterThan(least);
    expect(width).toBeLessThanOrEqual(most);
  });

  it('holds for what kmsx alone says, on its stream', async () => {
    const { stderr } = await runInProcess([], { stderrIsTerminal: true, columns: 40 });
    const [text = ''] = stderr.split('kmsx: ');
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(40);
  });
});

describe('descriptions', () => {
  it('stand beside options where there is room, else below them', async () => {
    const wide = await helpIn(['keygen', '--help'], { stdoutIsTerminal: true, columns: 80 });
    expect(wide).toMatch(/^ {2}--pubkey-out <file> {2,}where the public half goes$/m);
    const narrow = await helpIn(['keygen', '--help'], { stdoutIsTerminal: true, columns: 40 });
    expect(narrow).toMatch(/^ {2}--pubkey-out <file>\n {6}where the public half goes$/m);
  });
});

describe('a command line', () => {
  it.each([
    ['kmsx a --b c', 40, ['kmsx a --b c']],
    [
      'kmsx one --option value --other value',
      26,
      ['kmsx one --option value \\', '    --other value'],
    ],
    [
      'kmsx one --option value | jq -r .Name > file',
      26,
      ['kmsx one --option value \\', '    | jq -r .Name > file'],
    ],
    [
      `kmsx one 'a b  c' "d $(e "f g") h" x`,
      20,
      [`kmsx one 'a b  c' \\`, `    "d $(e "f g") h" \\`, '    x'],
    ],
    ['kmsx one &&\n  kmsx two --a \\\n    --b', 40, ['kmsx one &&', 'kmsx two --a --b']],
  ])('%j in %i columns', (line, width, lines) => {
    expect(shellLines(line, width)).toEqual(lines);
  });
});
