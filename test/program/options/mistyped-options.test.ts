/* Options that are right but for how they are typed: dashes of word processors, one dash, colons, underscores. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const folder = useTempFolder();
const SECRET = 'hunter2-canary';

async function refusal(...argv: string[]): Promise<{ stderr: string; hint: string | undefined }> {
  const { code, stdout, stderr } = await runInProcess(argv, { cwd: folder() });
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toContain(SECRET);
  return { stderr, hint: /^kmsx: hint: (.*)$/m.exec(stderr)?.[1] };
}

const DASH = 'has a typographic dash (U+';
const ONE = 'has one hyphen; a long option has two';

describe('an option that is nearly right', () => {
  it.each([
    ['–key-id', `–key-id ${DASH}2013)`, '--key-id'],
    ['—key-id', `—key-id ${DASH}2014)`, '--key-id'],
    ['−key-id', `−key-id ${DASH}2212)`, '--key-id'],
    ['‐‐key-id', `‐‐key-id ${DASH}2010)`, '--key-id'],
    ['--key‑id', `--key‑id ${DASH}2011)`, '--key-id'],
    ['-–key-id', `-–key-id ${DASH}2013)`, '--key-id'],
    ['－－key-id', `－－key-id ${DASH}FF0D)`, '--key-id'],
    ['--key\u00adid', `(U+00AD)`, '--key-id'],
    ['-key-id', `-key-id ${ONE}`, '--key-id'],
    ['-pubkey', `-pubkey ${ONE}`, '--pubkey'],
    ['-in-place', 'unknown option -in-place', undefined],
    ['---key-id', '---key-id is not an option', '--key-id'],
    ['--key_id', '--key_id is not an option', '--key-id'],
    ['--keyid', '--keyid is not an option', '--key-id'],
    ['--KEY-ID', '--KEY-ID is not an option', '--key-id'],
    ['--pub-key', '--pub-key is not an option', '--pubkey'],
    ['-json', `-json ${ONE}`, '--json'],
    ['–json', `–json ${DASH}2013)`, '--json'],
    ['-help', `-help ${ONE}`, '--help'],
    ['—help', `—help ${DASH}2014)`, '--help'],
    ['–version', `–version ${DASH}2013)`, '--version'],
    [`--key-id：${SECRET}`, '--key-id is followed by "："', '--key-id=…'],
    [`--key-id:${SECRET}`, '--key-id is followed by ":"', '--key-id=…'],
    [`--key-id＝${SECRET}`, '--key-id is followed by "＝"', '--key-id=…'],
    [`–key-id=${SECRET}`, `–key-id ${DASH}2013)`, '--key-id=…'],
    [`-key-id=${SECRET}`, `-key-id ${ONE}`, '--key-id=…'],
  ])('%s is named, with what to type', async (word, message, meant) => {
    const { stderr, hint } = await refusal('export-key', word, 'alias/x');
    expect(stderr).toContain(message);
    if (meant !== undefined) expect(hint).toBe(`did you mean ${meant}?`);
  });

  it.each(['–quiet', '—help', '-version', '-json'])(
    '%s is named before the command',
    async (word) => {
      const { hint } = await refusal(word, 'export-key', '--key-id', 'alias/x');
      expect(hint).toMatch(/^did you mean --[a-z]+\?$/);
      expect((await refusal(word)).hint).toBe(hint);
    },
  );

  it('is named where it stands as the value of another', async () => {
    const { hint } = await refusal('unwrap-key', '--in', '–out', 'k', '--privkey', 'x');
    expect(hint).toBe('did you mean --out?');
    expect((await refusal('unwrap-key', '--in', '-out', 'k')).hint).toBe('did you mean --out?');
  });
});

describe('a short option with an equals sign or a colon', () => {
  it.each([
    ['-o=x', '-o x'],
    ['-i:my file', "-i 'my file'"],
    ['-no=x', '-no x'],
    ['-o=', '-o …'],
    [`-q=${SECRET}`, '-q'],
  ])('%s is answered with what to type', async (word, meant) => {
    const { stderr, hint } = await refusal('unwrap-key', word);
    expect(stderr).toContain('; a value follows a blank');
    expect(hint).toBe(`did you mean ${meant}?`);
  });
});

describe('a dash of a word processor in place of standard input or output', () => {
  it.each([
    ['unwrap-key', '--privkey', 'x', '--in', '–'],
    ['keygen', '--privkey-out', 'k', '--pubkey-out', '—'],
    ['inspect', '−'],
  ])('is named: %j', async (...argv) => {
    const { stderr, hint } = await refusal(...argv);
    expect(stderr).toContain(' is a typographic dash (U+2');
    expect(hint).toMatch(
      /^did you mean -, standard input or output\? a file of that name is \.\/.$/,
    );
  });

  it('is a file where its folder is given', async () => {
    writeFileSync(join(folder(), '–'), 'AAAA');
    const { code, stderr } = await runInProcess(['inspect', './–'], { cwd: folder() });
    expect(code, stderr).toBe(0);
  });
});

describe('what only looks like an option', () => {
  it('is a value after an equals sign, and a file after --', async () => {
    writeFileSync(join(folder(), '–out'), 'AAAA');
    const after = await runInProcess(['inspect', '--', '–out'], { cwd: folder() });
    expect(after.code, after.stderr).toBe(0);
    const value = await runInProcess(['unwrap-key', '--privkey', 'gone', '--in=–out'], {
      cwd: folder(),
    });
    expect(value.stderr).toContain('gone does not exist');
  });

  it('is a file if no option has its name', async () => {
    writeFileSync(join(folder(), '–1'), 'AAAA');
    const { code, stderr } = await runInProcess(['inspect', '–1'], { cwd: folder() });
    expect(code, stderr).toBe(0);
  });
});

describe('--help after a command that there is not', () => {
  it.each([
    ['nosuch', '--help'],
    ['--help', 'nosuch'],
    ['nosuch', '-h'],
    ['--quiet', 'nosuch', '--help', '--json'],
    ['nosuch', '--version'],
    ['-V', 'nosuch'],
  ])('%j is bad use', async (...argv) => {
    expect((await refusal(...argv)).stderr).toContain('unknown command nosuch');
  });

  it('suggests the command', async () => {
    expect((await refusal('exprot-key', '--help')).hint).toBe('did you mean export-key?');
    expect((await refusal('unwrap', '--help')).hint).toBe('did you mean unwrap-key?');
  });

  it('is help where there is one, wherever it stands', async () => {
    for (const argv of [['--help'], ['-h'], ['export-key', '--help'], ['--help', 'export-key']]) {
      const { code, stdout, stderr } = await runInProcess(argv);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Usage: kmsx');
    }
  });
});
