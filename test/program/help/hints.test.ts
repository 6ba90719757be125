/* What the hints of bad use say to type: with the names that were given, and nothing that would do harm. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { publicHalfName, unusedName } from '../../../src/base/text/shell-word.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PRIVKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const golden = (name: string): string => readFileSync(join(GOLDEN_FOLDERS[0] ?? '', name), 'utf8');
const write = (name: string, text: string): void => {
  writeFileSync(join(folder(), name), text);
};

/** What bad use says, without its first words. */
async function told(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(argv, { cwd: folder() });
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  return stderr;
}

beforeEach(() => {
  write('e.json', golden('export.json'));
});

const UNWRAP = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'];

describe('the name for the public half', () => {
  it.each([
    ['my key.pem', 'my key.pub.pem'],
    ['wrapping.pem', 'wrapping.pub.pem'],
    ['keys/hsm.key', 'keys/hsm.pub.pem'],
    ['k', 'k.pub.pem'],
    ['pub.pem', 'wrapping.pub.pem'],
    ['keys/hsm.pub.pem', 'wrapping.pub.pem'],
    ['wrapping.pub.pem', 'wrapping-2.pub.pem'],
    ['keys/wrapping.pub.pem', 'wrapping-2.pub.pem'],
    ['./wrapping.pub.pem', 'wrapping-2.pub.pem'],
    ['k.ppk', 'k.pub.pem'],
    ['standard input', 'wrapping.pub.pem'],
  ])('of %s is %s', (label, name) => {
    expect(publicHalfName(label)).toBe(name);
    expect(name).not.toBe(label);
  });

  it('makes a command that openssl runs, and that leaves other files alone', async () => {
    write('my key.pem', readFileSync(PRIVKEY, 'utf8'));
    write('wrapping.pub.pem', 'somebody else');
    const argv = ['--pubkey', 'my key.pem', '--key-id', 'alias/x', '--gateway', 'local'];
    const stderr = await told('export-key', ...argv);
    const command = /^kmsx: hint: (openssl .*)$/m.exec(stderr)?.[1] ?? '';
    expect(command).toBe("openssl pkey -in 'my key.pem' -pubout -out 'my key.pub.pem'");
    execFileSync('sh', ['-c', command], { cwd: folder() });
    expect(readFileSync(join(folder(), 'my key.pub.pem'), 'utf8')).toContain('BEGIN PUBLIC KEY');
    expect(readFileSync(join(folder(), 'wrapping.pub.pem'), 'utf8')).toBe('somebody else');
  });
});

describe('a name that a hint suggests', () => {
  it('is never that of a file that exists', () => {
    const key = join(folder(), 'k.pem');
    expect(publicHalfName(key)).toBe(join(folder(), 'k.pub.pem'));
    write('k.pub.pem', 'somebody else');
    expect(publicHalfName(key)).toBe(join(folder(), 'k-2.pub.pem'));
    write('k-2.pub.pem', 'somebody else');
    expect(publicHalfName(key)).toBe(join(folder(), 'k-3.pub.pem'));
    expect(unusedName(join(folder(), 'k'), '.pem', undefined)).toBe(join(folder(), 'k.pem'));
    write('k.pem', 'a key');
    expect(unusedName(join(folder(), 'k'), '.pem', undefined)).toBe(join(folder(), 'k-2.pem'));
  });

  it('is not that of the file that provoked it', () => {
    expect(unusedName('ca', '.pem', 'certs/ca.pem')).toBe('ca-2.pem');
  });
});

describe('an output that exists', () => {
  it.each([
    ['a backup', () => golden('backup.json')],
    ['an export', () => golden('export.json')],
    ['something else', () => 'some text'],
    ['a private key', () => readFileSync(PRIVKEY, 'utf8')],
    ['a component', () => golden('component-xor-1.json')],
  ])('may be moved aside, whatever it is: %s', async (_, content) => {
    write('out', content());
    const stderr = await told(...UNWRAP, '--out', 'out');
    expect(stderr).toBe(
      'kmsx: error: out already exists\n' +
        'kmsx: hint: give another name, or --force to move the old file aside to FILE.old-TIME\n',
    );
    expect(readFileSync(join(folder(), 'out'), 'utf8')).toBe(content());
  });
});

describe('a terminal', () => {
  it('gets check values from every command that refuses to show it a key', async () => {
    write('1', golden('component-xor-1.json'));
    for (const argv of [UNWRAP, ['combine', '1']]) {
      const { code, stderr } = await runInProcess(argv, { cwd: folder(), stdoutIsTerminal: true });
      expect(code).toBe(2);
      expect(stderr).toContain('--check-value-only shows its check values');
      expect(stderr).not.toContain('unwrap-key has');
    }
  });

  it('is not offered check values by keygen, which has none', async () => {
    const argv = ['keygen', '--no-passphrase', '--privkey-out', '-', '--pubkey-out', 'p'];
    const { stderr } = await runInProcess(argv, { cwd: folder(), stdoutIsTerminal: true });
    expect(stderr).toContain('give a file, or --force-terminal to show it\n');
  });
});

describe('a file that does not parse', () => {
  it('is named in the command that shows where', async () => {
    write('my b.json', '{"Format":');
    const recover = ['recover-key', '--check-value-only', '--endpoint', 'http://127.0.0.1:1'];
    expect(await told(...recover, '--in', 'my b.json')).toContain(
      "hint: jq . 'my b.json' shows where",
    );
    const { stderr } = await runInProcess(recover, { cwd: folder(), stdin: '{"Format":' });
    expect(stderr).toContain('hint: jq . FILE shows where');
  });
});

describe('options that exclude each other', () => {
  it.each([
    [
      [...UNWRAP, '--component', 'a', '--component', 'b', '--out', 'k'],
      'leave out --out; kmsx inspect FILE shows the check values of a component',
    ],
    [
      [...UNWRAP, '--passphrase-file', 'p', '--passphrase-env', 'P'],
      'leave out --passphrase-file or --passphrase-env',
    ],
    [
      [
        'keygen',
        '--no-passphrase',
        '--passphrase-env',
        'P',
        '--privkey-out',
        'k',
        '--pubkey-out',
        'p',
      ],
      'leave out --no-passphrase or --passphrase-env',
    ],
    [
      [
        'export-key',
        '--key-id',
        'alias/x',
        '--pubkey',
        'p',
        '--key-spec',
        'AES_128',
        '--number-of-bytes',
        '16',
      ],
      'leave out --key-spec or --number-of-bytes',
    ],
  ])('are named: %j', async (argv, hint) => {
    expect(await told(...argv)).toContain(`hint: ${hint}\n`);
  });
});

describe('split custody', () => {
  const components = (...names: string[]): string[] =>
    names.flatMap((name) => ['--component', name]);

  it('says which threshold there can be', async () => {
    const two = await told(...UNWRAP, ...components('a', 'b'), '--threshold', '3');
    expect(two).toContain('--threshold takes 2 here: --component is given 2 times');
    const three = await told(...UNWRAP, ...components('a', 'b', 'c'), '--threshold', '4');
    expect(three).toContain('--threshold takes a number from 2 to 3 here');
  });

  it('says that two components cannot be one file', async () => {
    expect(await told(...UNWRAP, ...components('q', 'q'))).toContain(
      'two --component outputs cannot both be q\n',
    );
  });

  it.each([
    [['component-xor-1.json'], 'not given: numbers 2, 3'],
    [['component-xor-1.json', 'component-xor-2.json'], 'not given: number 3'],
  ])('says which of %j are missing', async (names, words) => {
    for (const name of names) write(name, golden(name));
    expect(await told('combine', ...names)).toContain(words);
  });
});
