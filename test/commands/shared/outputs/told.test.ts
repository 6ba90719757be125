/* What a command tells beside its result: which files it wrote, and what may come as a surprise. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useKmsStage } from '../../../support/kms/stage.ts';
import type { Server } from '../../../support/kmsx.ts';
import type { RunResult } from '../../../support/run-result.ts';
import type { TestIoOptions } from '../../../support/test-io.ts';
import { runInProcess } from '../../../support/test-io.ts';
import { PRIVKEY, PUBKEY } from '../../../support/wrapping/wrapping-keys.ts';

const stage = useKmsStage();
let server: Server;
let count = 0;

beforeAll(async () => {
  server = await stage().start();
  const made = ['--backup', 'backup.json', '--out', 'export.json'];
  expect((await run(['export-key', ...KEY, ...made])).code).toBe(0);
});

const KEY = ['--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];

async function run(argv: readonly string[], options: TestIoOptions = {}): Promise<RunResult> {
  const isOfKms = ['export-key', 'reexport-key', 'reencrypt-key', 'recover-key', 'verify-key'];
  const endpoint = isOfKms.includes(argv[0] ?? '') ? server.endpoint : [];
  const env = { ...server.env, HOME: stage().folder };
  return await runInProcess([...argv, ...endpoint], { cwd: stage().folder, env, ...options });
}

/** A new file's name for each test. */
function fresh(): string {
  count += 1;
  return `out-${count}`;
}

describe('what was written', () => {
  it.each([
    [
      'export-key',
      (out: string) => ['export-key', ...KEY, '--backup', `${out}.b`, '--out', out],
      2,
    ],
    [
      'reexport-key',
      (out: string) => ['reexport-key', '--in', 'backup.json', '--pubkey', PUBKEY, '--out', out],
      1,
    ],
    [
      'reencrypt-key',
      (out: string) => [
        ...['reencrypt-key', '--in', 'backup.json', '--to-key-id', 'alias/rehearsal'],
        ...['--to-context', 'a=b', '--backup', out],
      ],
      1,
    ],
    ['recover-key', (out: string) => ['recover-key', '--in', 'backup.json', '--out', out], 1],
    [
      'unwrap-key',
      (out: string) => ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--out', out],
      1,
    ],
    [
      'components',
      (out: string) => [
        ...['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json'],
        ...['--component', `${out}.1`, '--component', `${out}.2`],
      ],
      2,
    ],
    [
      'keygen',
      (out: string) => [
        ...['keygen', '--no-passphrase', '--privkey-out', out, '--pubkey-out', `${out}.pub`],
      ],
      2,
    ],
    [
      'a backup in KMS',
      (out: string) => ['export-key', ...KEY, '--backup', `secret:${out}`, '--out', out],
      2,
    ],
  ])('stands on stderr, a line for each place: %s', async (_, argvOf, places) => {
    const name = fresh();
    const { code, stderr } = await run(argvOf(name));
    expect(code, stderr).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('kmsx: wrote '));
    expect(lines).toHaveLength(places);
    for (const line of lines) {
      expect(line).toMatch(
        /^kmsx: wrote (?:secret:\S+ in KMS|\S+ \((?:\d,)?\d+ bytes, mode 0(?:600|644)\))$/,
      );
      expect(line).toContain(name);
    }
    const quiet = await run([...argvOf(fresh()), '--quiet']);
    expect(quiet.code, quiet.stderr).toBe(0);
    expect(quiet.stderr).not.toContain('wrote');
  });

  it('is left to the view where both are on one terminal, and no JSON is asked for', async () => {
    const told = async (options: TestIoOptions, more: readonly string[] = []) => {
      const argv = ['recover-key', '--in', 'backup.json', '--out', fresh(), ...more];
      const { stdout, stderr } = await run(argv, options);
      return [stdout.includes('mode 0600'), stderr.includes('mode 0600')];
    };
    const terminals = { stdoutIsTerminal: true, stderrIsTerminal: true };
    expect(await told(terminals)).toEqual([true, false]);
    expect(await told(terminals, ['--json'])).toEqual([false, true]);
    expect(await told({ stdoutIsTerminal: true })).toEqual([true, true]);
    expect(await told({ stderrIsTerminal: true })).toEqual([false, true]);
  });

  it('is not told of a dry run, nor of a run that failed', async () => {
    const dry = await run(['export-key', ...KEY, '--backup', fresh(), '--dry-run']);
    expect({ code: dry.code, wrote: dry.stderr.includes('wrote') }).toEqual({
      code: 0,
      wrote: false,
    });
    const wrong = ['recover-key', '--in', 'backup.json', '--expect-check-value', 'ecb:000000'];
    const failed = await run([...wrong, '--out', fresh()]);
    expect({ code: failed.code, wrote: failed.stderr.includes('wrote') }).toEqual({
      code: 6,
      wrote: false,
    });
  });
});

describe('a plaintext key on standard output', () => {
  const ANNOUNCED = /^kmsx: warning: the plaintext data key goes to standard output, which is a /m;
  const UNWRAP = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json'];

  it.each([
    ['that nothing names', UNWRAP, true],
    ['of recover-key', ['recover-key', '--in', 'backup.json'], true],
    ['in another format', [...UNWRAP, '--format', 'raw'], true],
    ['that --out - names', [...UNWRAP, '--out', '-'], false],
    ['with --quiet', [...UNWRAP, '--quiet'], false],
    ['which is check values only', [...UNWRAP, '--check-value-only'], false],
    ['and in a file in its place', [...UNWRAP, '--out', 'key.b64'], false],
  ])('is announced where nothing on the command line says so: %s', async (_, argv, isAnnounced) => {
    const { code, stderr } = await run(argv);
    expect(code, stderr).toBe(0);
    expect(ANNOUNCED.test(stderr)).toBe(isAnnounced);
  });
});

describe('the warning of a rehearsal', () => {
  it('stands once a run, whatever came from it', async () => {
    const argv = ['verify-key', '--in', 'export.json', '--privkey', PRIVKEY];
    const { code, stderr } = await run([...argv, '--against', 'backup.json']);
    expect(code, stderr).toBe(0);
    expect(stderr.match(/rehearsal/g)).toHaveLength(1);
  });
});

describe('a check value that is not the expected one', () => {
  it.each([
    ['unwrap-key', ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json']],
    ['recover-key', ['recover-key', '--in', 'backup.json']],
    ['verify-key', ['verify-key', '--against', 'backup.json']],
  ])('is told with the one that was found: %s', async (_, argv) => {
    const shown = await run(['recover-key', '--in', 'backup.json', '--check-value-only']);
    const { KeyCheckValues } = JSON.parse(shown.stdout) as {
      KeyCheckValues: { Method: string; Value: string }[];
    };
    const found = KeyCheckValues.find(({ Method }) => Method === 'AES-CMAC-ZERO')?.Value ?? '';
    const { code, stderr } = await run([...argv, '--expect-check-value', 'cmac:0000000000']);
    expect(code).toBe(6);
    expect(stderr).toMatch(new RegExp(`^kmsx: error: .*${found}`, 'm'));
  });
});

describe('the embedded KMS on a terminal', () => {
  it('says in words where it listens, what to export and how to stop', async () => {
    const folder = join(stage().folder, 'state');
    const { code, stdout } = await run(['local-kms', '--tls', '--state', folder, '--quiet'], {
      stdoutIsTerminal: true,
      columns: 200,
      env: { NO_COLOR: '1' },
      isReal: true,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^The embedded KMS listens on https:\/\/127\.0\.0\.1:\d+; Ctrl-C stops it\n/,
    );
    const names = [...stdout.matchAll(/^ {2}export (\w+)=\S+$/gm)].map(([, name]) => name);
    expect(names).toEqual([
      'KMSX_ENDPOINT',
      'KMSX_CA_FILE',
      'ALIBABA_CLOUD_REGION_ID',
      'ALIBABA_CLOUD_ACCESS_KEY_ID',
      'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    ]);
  });
});

describe('a value that looks like an option', () => {
  it.each(['--passphrase-env', '--pin-env', '--passphrase-file', '--pin-file'])(
    'is not repeated after %s, where it may be the secret itself',
    async (option) => {
      const argv = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', option];
      const { code, stderr } = await run([...argv, '-v3ryS3cret!']);
      expect(code).toBe(2);
      expect(stderr).toContain(`${option} has no value`);
      expect(stderr).not.toContain('3ryS3cret');
    },
  );
});

describe('a recipe on a terminal', () => {
  it('shows names as they can be typed, and no control character', async () => {
    const name = 'e\u001b[31mvil\n$(id).json';
    writeFileSync(join(stage().folder, name), readFileSync(join(stage().folder, 'export.json')));
    const { code, stdout } = await run(['inspect', '--recipe', 'openssl', name], {
      stdoutIsTerminal: true,
    });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/\u001b/);
    expect(stdout).toContain(`"$(printf 'e\\033\\13331mvil\\012\\044\\050id\\051.json')"`);
    expect(stdout.split('\n')).toContain('set -C');
  });
});
