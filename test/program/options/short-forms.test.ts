/* Short options mean what their long forms mean, alone and joined, wherever the long option is. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { earlyOptions } from '../../../src/program/early-options.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import { splitShortForms } from '../../../src/terminal/short-forms.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { PRIVKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const program = await createFullProgram(testIo());
const UNWRAP = ['unwrap-key', '--privkey', PRIVKEY];

beforeEach(() => {
  const document = readFileSync(join(GOLDEN_FOLDERS[0] ?? '', 'export.json'));
  for (const name of ['e.json', '-x', '-verbose.json'])
    writeFileSync(join(folder(), name), document);
});

const SHORT = {
  '--out': '-o',
  '--in': '-i',
  '--quiet': '-q',
  '--verbose': '-v',
  '--force': '-f',
  '--dry-run': '-n',
  '--version': '-V',
} as const;

describe('the command tree', () => {
  it('has the short form of each long option that has one, and no other', () => {
    const known: Readonly<Record<string, string>> = SHORT;
    for (const command of [program, ...program.commands]) {
      for (const { long = '', short } of command.options) {
        expect(short, `${command.name()} ${long}`).toBe(known[long]);
      }
    }
  });

  it('splits joined letters as the options take values or not', () => {
    for (const option of [program, ...program.commands].flatMap((each) => each.options)) {
      if (option.short === undefined) continue;
      const [letter] = option.short.slice(1);
      const joined = splitShortForms(`-q${letter ?? ''}q`);
      expect(joined, option.flags).toEqual(
        option.required ? ['-q', `${option.short}q`] : ['-q', option.short, '-q'],
      );
    }
  });
});

describe('a word of short options', () => {
  it.each([
    ['-q', ['-q']],
    ['-qf', ['-q', '-f']],
    ['-nq', ['-n', '-q']],
    ['-nofile', ['-n', '-ofile']],
    ['-qo', ['-q', '-o']],
    ['-qo-', ['-q', '-o-']],
    ['-o-', ['-o-']],
    ['-ofile', ['-ofile']],
    ['-oq', ['-oq']],
    ['-qx', ['-qx']],
    ['-xq', ['-xq']],
    ['--qf', ['--qf']],
    ['-', ['-']],
    ['-5', ['-5']],
    ['qf', ['qf']],
    ['', ['']],
  ])('%s is %j', (word, words) => {
    expect(splitShortForms(word)).toEqual(words);
  });
});

describe('short options work', () => {
  it.each([
    [['-i', 'e.json', '-o', 'k']],
    [['-ie.json', '-ok']],
    [['-qie.json', '-fok']],
    [['-fq', '--in', 'e.json', '-fok']],
    [['-i-x', '--out=k']],
    [['--in=-x', '-o', 'k']],
    [['-i', '-x', '-o', 'k']],
    [['--in=-verbose.json', '--out=k']],
    [['-i-verbose.json', '-ok']],
  ])('%j writes the key', async (argv) => {
    const { code, stderr } = await runInProcess([...UNWRAP, ...argv], { cwd: folder() });
    expect(code, stderr).toBe(0);
    expect(existsSync(join(folder(), 'k'))).toBe(true);
  });

  it('-o- and -i- are standard output and input', async () => {
    const stdin = readFileSync(join(folder(), 'e.json'));
    const argv = [...UNWRAP, '-qi-', '-o-'];
    const { code, stdout, stderr } = await runInProcess(argv, { cwd: folder(), stdin });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Buffer.from(stdout, 'base64')).toHaveLength(32);
  });

  it('-f moves aside what is there, before or after the command', async () => {
    for (const argv of [
      ['-f', ...UNWRAP, '-i', 'e.json', '-o', 'e.json.key'],
      [...UNWRAP, '-fie.json', '-oe.json.key'],
    ]) {
      writeFileSync(join(folder(), 'e.json.key'), 'old');
      expect((await runInProcess(argv, { cwd: folder() })).code).toBe(0);
      expect(readFileSync(join(folder(), 'e.json.key'), 'utf8')).not.toBe('old');
    }
  });
});

describe('short options in bad use', () => {
  it.each([
    [['-o', 'a', '-o', 'b'], '--out is given twice', undefined],
    [['-o', 'a', '--out', 'b'], '--out is given twice', undefined],
    [['-qoa', '--out=b'], '--out is given twice', undefined],
    [['-o', '--quiet'], '--out has no value: --quiet follows it', '--out=--quiet'],
    [['-o', '-q'], '--out has no value: -q follows it', '--out=-q'],
    [['-o', '-qf'], '--out has no value: -qf follows it', '--out=-qf'],
    [['-qo', '-i', 'e.json'], '--out has no value: -i follows it', '--out=-i'],
    [['--privkey', '-o', 'k'], '--privkey has no value: -o follows it', '--privkey=-o'],
    [['--privkey', '-v1.pem'], '--privkey has no value: -v1.pem follows it', '--privkey=-v1.pem'],
    [['-o', '-force.key'], '--out has no value: -force.key follows it', '--out=-force.key'],
    [['--privkey', '-h'], '--privkey has no value: -h follows it', '--privkey=-h'],
    [['-o'], 'option -o, --out <file> argument missing', undefined],
    [['-o=k'], '-o is followed by "="; a value follows a blank', 'did you mean -o k?'],
    [['-i:e.json'], '-i is followed by ":"; a value follows a blank', undefined],
    [['-q=1'], '-q is followed by "="', undefined],
    [['-out', 'k'], '-out has one hyphen; a long option has two', 'did you mean --out?'],
    [['-in', 'k'], '-in has one hyphen; a long option has two', 'did you mean --in?'],
    [['-quiet'], '-quiet has one hyphen', 'did you mean --quiet?'],
    [['-force'], '-force has one hyphen', 'did you mean --force?'],
    [['-verbose'], '-verbose has one hyphen', 'did you mean --verbose?'],
    [['–o', 'k'], '–o has a typographic dash (U+2013)', 'did you mean -o?'],
    [['—qf'], '—qf has a typographic dash (U+2014)', 'did you mean -qf?'],
    [['-i', '–q'], '–q has a typographic dash (U+2013)', 'did you mean -q?'],
    [['--o', 'k'], '--o is not an option', 'did you mean -o?'],
    [['-x'], 'unknown option -x', undefined],
    [['-qx'], 'unknown option -x', undefined],
    [['-n'], 'unknown option -n', undefined],
    [['-qn'], 'unknown option -n', undefined],
  ])('%j', async (argv, message, hint) => {
    const { code, stdout, stderr } = await runInProcess(['unwrap-key', ...argv], { cwd: folder() });
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`kmsx: error: ${message}`);
    if (hint !== undefined) expect(stderr).toContain(hint);
    expect(existsSync(join(folder(), 'k'))).toBe(false);
  });

  it('say that inspect takes files as arguments', async () => {
    const { stderr } = await runInProcess(['inspect', '-i', 'e.json'], { cwd: folder() });
    expect(stderr).toContain('inspect takes files as arguments');
  });

  it('leave an unknown option the first to be told, before one that is missing', async () => {
    const { stderr } = await runInProcess(['keygen', '-n'], { cwd: folder() });
    expect(stderr).toContain('unknown option -n');
    const missing = await runInProcess(['keygen', '--privkey-out', '-x', '-q']);
    expect(missing.stderr).toContain('--pubkey-out is needed');
  });
});

describe('errors in the arguments are shown as the arguments ask', () => {
  it.each([
    [['-q'], { quiet: true, verbose: false }],
    [['-v'], { quiet: false, verbose: true }],
    [['export-key', '-nv'], { quiet: false, verbose: true }],
    [['export-key', '-nqvf'], { quiet: true, verbose: true }],
    [['export-key', '-noq'], { quiet: false, verbose: false }],
    [['export-key', '-oq', '-iv'], { quiet: false, verbose: false }],
    [['local-kms', '--', 'sh', '-v'], { quiet: false, verbose: false }],
  ])('%j', (argv, expected) => {
    expect(earlyOptions(argv)).toMatchObject(expected);
  });
});
