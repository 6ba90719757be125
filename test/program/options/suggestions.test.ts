import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const folder = useTempFolder();

/** The hints after arguments that can't be right. */
async function hintsAfter(...argv: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runInProcess(argv, { cwd: folder() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  return [...stderr.matchAll(/^kmsx: hint: (.*)$/gm)].map(([, hint = '']) => hint);
}

describe('a command that there is not', () => {
  it.each([
    ['unwrap', 'unwrap-key'],
    ['export', 'export-key'],
    ['reexport', 'reexport-key'],
    ['reencrypt', 'reencrypt-key'],
    ['verify', 'verify-key'],
    ['recover', 'recover-key'],
    ['list', 'list-backups or list-tokens or list-keys'],
    ['local', 'local-kms'],
    ['inspect-key', 'inspect'],
    ['combine-key', 'combine'],
    ['rehear', 'rehearse'],
    ['exprot-key', 'export-key'],
  ])('%s is answered with %s', async (word, name) => {
    expect((await hintsAfter(word))[0]).toBe(`did you mean ${name}?`);
    expect((await hintsAfter('--verbose', word, '--in', 'x'))[0]).toBe(`did you mean ${name}?`);
  });

  it.each(['recover', 'verify', 'inspect-key', 'environ'])('help %s too', async (word) => {
    expect((await hintsAfter('help', word))[0]).toMatch(/^did you mean kmsx help [a-z-]+\?$/);
  });

  it.each(['exit-codes', 'errors'])('%s is answered with the topic', async (word) => {
    expect((await hintsAfter(word))[0]).toBe(`did you mean kmsx help ${word}?`);
  });

  it('is answered with the list where nothing is like it', async () => {
    for (const argv of [['nonsense'], ['k'], ['help', 'nonsense']]) {
      expect((await hintsAfter(...argv)).join(' ')).not.toContain('did you mean');
    }
  });
});

const SECRET = 'hunter2-canary';
const NEVER = 'a secret never stands on the command line';
const FILE_OR_VARIABLE = /--(?:passphrase|pin)-file FILE or --(?:passphrase|pin)-env VAR$/;

describe('a secret on the command line', () => {
  it.each<[command: string, words: readonly string[], hint: RegExp]>([
    ['unwrap-key', ['--passphrase', SECRET], FILE_OR_VARIABLE],
    ['unwrap-key', [`--passphrase=${SECRET}`], FILE_OR_VARIABLE],
    ['unwrap-key', [`-passphrase=${SECRET}`], FILE_OR_VARIABLE],
    ['unwrap-key', ['--password', SECRET], FILE_OR_VARIABLE],
    ['keygen', ['--passphrase', SECRET, '--privkey-out', 'k'], FILE_OR_VARIABLE],
    ['keygen', ['--privkey-out', 'k', '--pass', SECRET], FILE_OR_VARIABLE],
    ['verify-key', ['--passwd', SECRET], FILE_OR_VARIABLE],
    ['unwrap-key', ['--pin', SECRET], FILE_OR_VARIABLE],
    ['import-key', [`--pin=${SECRET}`], FILE_OR_VARIABLE],
    ['list-tokens', ['--user-pin', SECRET], FILE_OR_VARIABLE],
    ['doctor', ['--passphrase', SECRET], /never stands on the command line$/],
    ['list-keys', ['--access-key-secret', SECRET], /or from --profile NAME$/],
    ['list-keys', ['--access-key-id', SECRET], /or from --profile NAME$/],
    ['export-key', ['--secret', SECRET], /or from --profile NAME$/],
    ['export-key', ['--sts-token', SECRET], /or from --profile NAME$/],
  ])(
    'of %s %j is never echoed, and the hint says where it comes from',
    async (command, words, hint) => {
      const { code, stdout, stderr } = await runInProcess([command, ...words], { cwd: folder() });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).not.toContain(SECRET);
      const [first = '', ...others] = [...stderr.matchAll(/^kmsx: hint: (.*)$/gm)].map(
        ([, text = '']) => text,
      );
      expect(first).toContain(NEVER);
      expect(first).toMatch(hint);
      expect(others).toEqual([`kmsx ${command} --help shows its options, with examples`]);
    },
  );

  it.each([[`-p${SECRET}`], ['-p', SECRET], [`-P${SECRET}`]])(
    'is not echoed: %j',
    async (...words) => {
      const { stderr } = await runInProcess(['unwrap-key', ...words], { cwd: folder() });
      expect(stderr).toMatch(/^kmsx: error: unknown option -p/i);
      expect(stderr).not.toContain(SECRET);
    },
  );
});

describe('--quiet and --verbose', () => {
  it.each([
    [['list-keys', '--quiet', '--verbose']],
    [['list-keys', '-qv']],
    [['--quiet', 'inspect', '-v', 'none']],
    [['--verbose', 'version', '--quiet']],
  ])('exclude each other: %j', async (argv) => {
    expect(await hintsAfter(...argv)).toEqual(['leave out --quiet or --verbose']);
  });
});

describe('a file in the wrong place', () => {
  it('is --in where the command takes it so', async () => {
    writeFileSync(join(folder(), 'my backup.json'), '{}');
    expect(await hintsAfter('recover-key', 'my backup.json')).toEqual([
      "did you mean --in 'my backup.json'?",
      'kmsx recover-key --help shows its options, with examples',
    ]);
    expect((await hintsAfter('recover-key', 'secret:payments'))[0]).toBe(
      'did you mean --in secret:payments?',
    );
  });

  it('is not repeated where it is none: it may be a secret', async () => {
    const { stderr } = await runInProcess(['unwrap-key', '--privkey', 'k', 'hunter2']);
    expect(stderr).toContain('unwrap-key takes its input with --in FILE');
    expect(stderr).not.toContain('hunter2');
  });

  it.each(['combine', 'inspect'])('is an argument of %s, which has no --in', async (name) => {
    for (const option of [['--in', 'c1.json'], ['--in=c1.json']]) {
      expect((await hintsAfter(name, ...option))[0]).toBe(
        `${name} takes files as arguments: kmsx ${name} FILE…`,
      );
    }
  });
});
