import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { colorsStderr, colorsStdout } from '../../src/terminal/output/color.ts';
import type { RunResult } from '../support/run-result.ts';
import type { TestIoOptions } from '../support/test-io.ts';
import { runInProcess, testIo } from '../support/test-io.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PUBKEY, testKeyPath } from '../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

async function run(argv: readonly string[], options: TestIoOptions = {}): Promise<RunResult> {
  return await runInProcess(argv, { cwd: folder(), ...options });
}

const KEYGEN = ['keygen', '--privkey-out', 'k.pem', '--pubkey-out', 'k.pub'];
const ESCAPE = '\u001b[';
const REPORT = /^\{"PublicKeyFingerprint":"SHA256:[0-9a-f]{64}","WrappingKeySpec":"RSA_2048"\}\n$/;

describe('JSON on stdout', () => {
  it('is one compact line elsewhere than on a terminal', async () => {
    const { code, stdout } = await run([...KEYGEN, '--no-passphrase']);
    expect(code).toBe(0);
    expect(stdout).toMatch(REPORT);
  });

  it('is indented on a terminal with --json, and the same', async () => {
    const env = { NO_COLOR: '1' };
    const argv = [...KEYGEN, '--no-passphrase', '--json'];
    const { stdout } = await run(argv, { stdoutIsTerminal: true, env });
    expect(stdout).toMatch(
      /^\{\n {2}"PublicKeyFingerprint": ".+",\n {2}"WrappingKeySpec": ".+"\n\}\n$/,
    );
    expect(`${JSON.stringify(JSON.parse(stdout))}\n`).toMatch(REPORT);
  });

  it('is coloured on a terminal, and the same without its colours', async () => {
    const argv = [...KEYGEN, '--no-passphrase', '--json'];
    const { stdout } = await run(argv, { stdoutIsTerminal: true });
    expect(stdout).toContain(ESCAPE);
    const bare = stdout.replaceAll(/\u001b\[\d+m/g, '');
    expect(`${JSON.stringify(JSON.parse(bare))}\n`).toMatch(REPORT);
  });

  it('is never coloured in a pipe, unless by --color always', async () => {
    const argv = [...KEYGEN, '--no-passphrase'];
    const forced = await run(argv, { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toMatch(REPORT);
    expect(forced.stderr).toContain(ESCAPE);
    const always = ['keygen', '--privkey-out', 'l', '--pubkey-out', 'm', '--no-passphrase'];
    expect((await run([...always, '--color', 'always'])).stdout).toContain(ESCAPE);
  });
});

describe('colours', () => {
  const NONE = {};
  // [choice, environment, stdout and stderr: on a terminal, elsewhere]
  const rows = [
    ['auto', NONE, { stdout: [true, false], stderr: [true, false] }],
    ['auto', { NO_COLOR: '1' }, { stdout: [false, false], stderr: [false, false] }],
    ['auto', { NO_COLOR: '0' }, { stdout: [false, false], stderr: [false, false] }],
    ['auto', { NO_COLOR: '' }, { stdout: [true, false], stderr: [true, false] }],
    ['auto', { FORCE_COLOR: '1' }, { stdout: [true, false], stderr: [true, true] }],
    ['auto', { FORCE_COLOR: '0' }, { stdout: [false, false], stderr: [false, false] }],
    ['auto', { FORCE_COLOR: 'false' }, { stdout: [false, false], stderr: [false, false] }],
    ['auto', { FORCE_COLOR: '' }, { stdout: [true, false], stderr: [true, false] }],
    [
      'auto',
      { NO_COLOR: '1', FORCE_COLOR: '1' },
      { stdout: [false, false], stderr: [false, false] },
    ],
    ['auto', { TERM: 'dumb' }, { stdout: [false, false], stderr: [false, false] }],
    ['auto', { TERM: 'xterm' }, { stdout: [true, false], stderr: [true, false] }],
    ['auto', { TERM: 'dumb', FORCE_COLOR: '1' }, { stdout: [true, false], stderr: [true, true] }],
    ['always', NONE, { stdout: [true, true], stderr: [true, true] }],
    ['always', { NO_COLOR: '1', TERM: 'dumb' }, { stdout: [true, true], stderr: [true, true] }],
    ['always', { FORCE_COLOR: '0' }, { stdout: [true, true], stderr: [true, true] }],
    ['never', NONE, { stdout: [false, false], stderr: [false, false] }],
    ['never', { FORCE_COLOR: '1' }, { stdout: [false, false], stderr: [false, false] }],
  ] as const;

  it.each(rows)('--color %s with %j', (choice, env, expected) => {
    const at = (isTerminal: boolean) =>
      testIo({ env: { ...env }, stdoutIsTerminal: isTerminal, stderrIsTerminal: isTerminal });
    expect({
      stdout: [colorsStdout(at(true), choice), colorsStdout(at(false), choice)],
      stderr: [colorsStderr(at(true), choice), colorsStderr(at(false), choice)],
    }).toEqual(expected);
  });

  it('of one stream do not hang on the other', () => {
    const io = testIo({ stderrIsTerminal: true });
    expect([colorsStdout(io, 'auto'), colorsStderr(io, 'auto')]).toEqual([false, true]);
  });

  it.each([
    [['inspect', 'gone'], true],
    [['inspect', 'gone', '--color', 'never'], false],
    [['nonsense', '--color=never'], false],
    [['nonsense'], true],
  ])('of the errors of %j on a terminal', async (argv, coloured) => {
    const { stderr } = await run(argv, { stderrIsTerminal: true });
    expect(stderr.includes(ESCAPE)).toBe(coloured);
    expect(stderr.replaceAll(/\u001b\[\d+m/g, '')).toMatch(/^kmsx: error: .+\nkmsx: hint: /);
  });
});

describe('inspect', () => {
  it('prints which files belong together and a block a file on a terminal', async () => {
    const { code, stdout } = await run(['inspect', PUBKEY, PUBKEY], {
      stdoutIsTerminal: true,
      columns: 200,
      env: { NO_COLOR: '1' },
    });
    expect(code).toBe(0);
    const blocks = stdout.split('\n\n');
    expect(blocks).toHaveLength(5);
    expect(blocks[4]).toMatch(/^FILE +TYPE +WRAPPING KEY\n(\/.+\.pem +public key +A\n){2}/);
    expect(blocks[0]).toMatch(/^\/.+rsa-2048-pub\.pem: public key$/);
    expect(blocks[1]).toMatch(/^ {2}ModulusBits +2048$/m);
    expect(blocks[1]).toMatch(/^ {2}PublicKeyFingerprint +SHA-256\n( +([0-9a-f]{4} ?){4}\n){4}/m);
  });

  it.each([
    ['with --json on a terminal', ['--json'], true],
    ['in a pipe', [], false],
  ])('prints JSON Lines %s', async (_, more, stdoutIsTerminal) => {
    const { stdout } = await run(['inspect', PUBKEY, PUBKEY, ...more], { stdoutIsTerminal });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ Type: 'public key', ModulusBits: 2048 });
    }
  });

  it('says what it waits for where a terminal is its input', async () => {
    const stdin = readFileSync(PUBKEY);
    const { code, stderr } = await run(['inspect', '-'], { stdin, stdinIsTerminal: true });
    expect(code).toBe(0);
    expect(stderr).toBe(
      'kmsx: waiting for a key or document on standard input; end it with Ctrl-D\n',
    );
    const quiet = await run(['inspect', '-', '--quiet'], { stdin, stdinIsTerminal: true });
    expect(quiet.stderr).toBe('');
  });
});

describe('the passphrase of a new key', () => {
  it('is asked for twice, and opens the key', async () => {
    const made = await run(KEYGEN, { typed: ['open sesame', 'open sesame'] });
    expect(made.code).toBe(0);
    expect(made.stderr).toMatch(
      /^kmsx: wrote k\.pem \(1,\d{3} bytes, mode 0600\)\nkmsx: wrote k\.pub \(451 bytes, mode 0644\)\n$/,
    );
    expect(readFileSync(join(folder(), 'k.pem'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    writeFileSync(join(folder(), 'bare'), Buffer.alloc(256).toString('base64'));
    const unwrap = ['unwrap-key', '--privkey', 'k.pem', '--in', 'bare'];
    const argv = [...unwrap, '--wrapping-algorithm', 'RSAES_OAEP_SHA_256', '--error-format=json'];
    const codeOf = ({ stderr }: RunResult): unknown =>
      (JSON.parse(stderr) as { Error: { Code: string } }).Error.Code;
    // The right passphrase leads past the key, to an export that is none; the wrong one does not.
    expect(codeOf(await run(argv, { typed: ['open sesame'] }))).toBe('unwrap-failed');
    expect(codeOf(await run(argv, { typed: ['open says me'] }))).toBe('passphrase-wrong');
  });

  it('is asked for again where the second one differs', async () => {
    const asked: string[] = [];
    const { code } = await run(KEYGEN, {
      typed: ['one', 'two', 'one', 'one'],
      onQuestion: (question) => asked.push(question),
    });
    expect(code).toBe(0);
    expect(asked).toEqual([
      'new passphrase of k.pem: ',
      'the same again: ',
      'they differ; new passphrase of k.pem: ',
      'the same again: ',
    ]);
  });

  it.each([
    [
      'differs the second time, three times',
      ['one', 'two', 'one', 'one ', 'one', 'One'],
      'the two passphrases differ',
    ],
    ['is empty', ['', ''], 'the passphrase is empty'],
    ['cannot be asked for', [], 'a passphrase is needed and there is no terminal to ask on'],
    ['cannot be asked for twice', ['one'], 'there is no terminal to ask on'],
  ])('is refused where it %s, and no key is left', async (_, typed, message) => {
    const { code, stdout, stderr } = await run(KEYGEN, { typed });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(readdirSync(folder())).toEqual([]);
  });
});

describe('the passphrase of a private key', () => {
  const argv = [
    ...['unwrap-key', '--privkey', testKeyPath('rsa-2048-pbes2-sha256.pem'), '--in', 'bare'],
    ...['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'],
  ];

  it.each([
    [['not it'], 6, 'the passphrase is wrong, or the file is damaged'],
    [[''], 2, 'the passphrase is empty'],
    [[], 2, 'a passphrase is needed and there is no terminal to ask on'],
  ])('typed as %j is exit %i', async (typed, code, message) => {
    writeFileSync(join(folder(), 'bare'), Buffer.alloc(256).toString('base64'));
    const result = await run(argv, { typed });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain('not it');
  });

  it('is not asked for where an option names it', async () => {
    writeFileSync(join(folder(), 'bare'), Buffer.alloc(256).toString('base64'));
    const result = await run([...argv, '--passphrase-env', 'WORD'], {
      env: { WORD: 'not it' },
      typed: ['never asked'],
    });
    expect(result.code).toBe(6);
    expect(result.stderr).toContain('the passphrase is wrong');
    const unset = await run([...argv, '--passphrase-env', 'WORD'], { typed: ['never asked'] });
    expect(unset.stderr).toContain(
      'the environment variable that --passphrase-env names is not set, or empty',
    );
  });
});
