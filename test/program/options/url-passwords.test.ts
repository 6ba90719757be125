/* A URL with a password is told nowhere, in whatever place of the command line it stands. */
import { expect, it } from 'vitest';
import { createFullProgram } from '../../../src/program/program.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const SECRET = 'canary-password';

const URLS = [
  `postgresql://me:${SECRET}@db.example/keys`,
  `mysql://:${SECRET}@db.example/keys`,
  `postgres://me:a/${SECRET}@db.example/keys`,
  `http://me:${SECRET}@proxy.example:3128`,
];

const PLACES: readonly ((url: string) => readonly string[])[] = [
  (url) => [url],
  (url) => ['store', url],
  (url) => ['store', 'check', url],
  (url) => ['store', 'check', '--store', url],
  (url) => ['store', 'init', '--print', '--store', url],
  (url) => ['store', 'check', '--store', url, '--store', url],
  (url) => ['store', 'check', '--store', `--store=${url}`],
  (url) => ['store', 'check', '--sotre', url],
  (url) => ['store', 'check', `--sotre=${url}`],
  (url) => ['--store', url, 'store', 'check'],
  (url) => ['store', 'check', '--store', 'postgresql://localhost/keys', '--store-ca-file', url],
  (url) => ['recover-key', '--gateway', 'local', '--in', url],
  (url) => ['recover-key', '--gateway', 'local', '--in', 'store:a', '--store', url],
  (url) => ['export-key', '--gateway', 'local', '--key-id', 'k', '--pubkey', url],
  (url) => [
    'export-key',
    '--gateway',
    'local',
    '--key-id',
    'k',
    '--pubkey',
    PUBKEY,
    '--backup',
    url,
  ],
  (url) => ['inspect', url],
  (url) => ['help', url],
  (url) => ['completion', url],
];

it.each(PLACES)('%s', async (argvOf) => {
  for (const url of URLS) {
    for (const more of [[], ['--error-format', 'json'], ['--verbose']]) {
      const options = { cwd: folder(), env: { HOME: folder(), KMSX_DEBUG: '1' } };
      const run = await runInProcess([...argvOf(url), ...more], options);
      expect(run.code, run.stderr).toBeGreaterThan(0);
      expect(run.stdout + run.stderr).not.toContain(SECRET);
      expect(run.stderr).not.toBe('');
    }
  }
});

it('nor does any command tell the one of KMSX_STORE', async () => {
  const { commands } = await createFullProgram(testIo());
  for (const command of commands.filter(({ options }) =>
    options.some(({ long }) => long === '--store'),
  )) {
    const env = { HOME: folder(), KMSX_STORE: URLS[0] ?? '' };
    const argv = [
      command.name(),
      ...(command.name() === 'store' ? ['check'] : ['--in', 'store:a']),
    ];
    const run = await runInProcess(argv, { cwd: folder(), env });
    expect(run.stdout + run.stderr, command.name()).not.toContain(SECRET);
  }
});

it('and what a hint tells to type is told', async () => {
  const env = { HOME: folder(), HTTPS_PROXY: `http://me:a/${SECRET}@proxy.example:3128` };
  const argv = ['list-keys', '--region', 'cn-hangzhou'];
  const run = await runInProcess(argv, { cwd: folder(), env });
  expect(run.stderr).not.toContain(SECRET);
});
