/* What is wrong with a store on the command line is found before anybody is asked. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const EXPORT = ['export-key', '--gateway', 'local', '--key-id', 'alias/x', '--pubkey', PUBKEY];
const RECOVER = ['recover-key', '--gateway', 'local', '--check-value-only'];
const STORE = ['--store', 'postgresql://db.example/keys'];

const REFUSED: readonly (readonly [readonly string[], string, string])[] = [
  [
    [...EXPORT, '--backup', 'store:p'],
    'store-missing-option',
    '--backup store:p needs --store, or KMSX_STORE',
  ],
  [[...RECOVER, '--in', 'store:p'], 'store-missing-option', 'store:p needs --store, or KMSX_STORE'],
  [['store', 'check'], 'store-missing-option', 'the command needs --store, or KMSX_STORE'],
  [
    ['store', 'init', '--print'],
    'store-missing-option',
    'the command needs --store, or KMSX_STORE',
  ],
  [
    [...EXPORT, '--backup', 'p', ...STORE],
    'store-unused',
    '--store is given, and nothing is in a store',
  ],
  [
    [...RECOVER, '--in', 'secret:p', ...STORE],
    'store-unused',
    '--store is given, and nothing is in a store',
  ],
  [
    [...RECOVER, '--in', 'p', '--store-ca-file', 'ca.pem'],
    'store-unused',
    '--store-ca-file is given, and nothing is in a store',
  ],
  ...['', '.', '-x', 'a/b', 'a b', "a'b", 'ä', 'x'.repeat(129), 'a\nb'].map(
    (name) =>
      [
        [...EXPORT, '--backup', `store:${name}`, ...STORE],
        'store-name-malformed',
        'has a name that no backup can have',
      ] as const,
  ),
  [
    [...RECOVER, '--in', 'store:a/b', ...STORE],
    'store-name-malformed',
    'has a name that no backup can have',
  ],
  [[...EXPORT, '--backup', 'Store:p', ...STORE], 'bad-usage', 'is neither a file nor store:NAME'],
  [[...EXPORT, '--backup', 'Store:p'], 'bad-usage', '"Store:p" is neither a file nor store:NAME'],
  [[...EXPORT, '--backup', 'store=p'], 'bad-usage', '"store=p" is neither a file nor store:NAME'],
  [
    [...EXPORT, '--backup', 'store:p', '--backup', 'store:p', ...STORE],
    'output-twice',
    '--backup store:p',
  ],
  [[...EXPORT, '--out', 'store:p'], 'output-is-store', '--out store:p would be a file'],
  [
    ['keygen', '--privkey-out', 'store:p', '--pubkey-out', 'p'],
    'output-is-store',
    '--privkey-out store:p',
  ],
  [
    ['store', 'check', '--print', ...STORE],
    'options-conflict',
    '--print goes with kmsx store init',
  ],
  [['store', 'chek', ...STORE], 'bad-usage', 'chek'],
  [
    ['store', 'check', '--store', 'oracle://h/db'],
    'store-url-malformed',
    'postgresql:// or mysql://',
  ],
  [['store', 'check', '--store', 'mysql://10.0.0.1/db'], 'store-url-malformed', 'verifies a name'],
  [
    ['verify-key', '--in', 'e.json', '--privkey', PRIVKEY, '--against', 'b.json', ...STORE],
    'file-missing',
    'e.json',
  ],
];

it.each(REFUSED)('%j: %s', async (argv, code, words) => {
  const run = await runInProcess([...argv, '--error-format', 'json'], {
    cwd: folder(),
    env: { HOME: folder() },
  });
  const { Error: error } = JSON.parse(run.stderr.split('\n')[0] ?? '') as {
    readonly Error: Readonly<Record<string, string>>;
  };
  expect(error['Code'], run.stderr).toBe(code);
  expect(error['Message']).toContain(words);
  expect(error['Hint']).toMatch(/./);
  expect([run.stdout, readdirSync(folder())]).toEqual(['', []]);
});

it('takes the store of the environment, and the option before it', async () => {
  const print = async (...args: readonly string[]): Promise<string> => {
    const env = { HOME: folder(), KMSX_STORE: 'mysql://db.example/keys' };
    const run = await runInProcess(['store', 'init', '--print', ...args], { cwd: folder(), env });
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' });
    return run.stdout;
  };
  expect(await print()).toContain('ENGINE=InnoDB');
  const postgres = await print('--store', 'postgresql://db.example/keys?schema=vault');
  expect(postgres).toContain('CREATE TABLE IF NOT EXISTS "vault".kmsx_backup');
  expect(postgres).toContain('GRANT USAGE ON SCHEMA "vault" TO kmsx_writer, kmsx_worker;');
});

it('has a hint for a file of that name that works', async () => {
  for (const argv of [
    [...RECOVER, '--in', 'store:p'],
    [...EXPORT, '--backup', 'store:p'],
    ['batch', 'reexport-key', '--manifest', 'm', '--out', 'o', '--journal', 'store:p'],
  ]) {
    const run = await runInProcess(argv, { cwd: folder(), env: { HOME: folder() } });
    expect(run.stderr).toContain('; a file of that name is ./store:p\n');
  }
  const file = await runInProcess([...RECOVER, '--in', './store:p'], {
    cwd: folder(),
    env: { HOME: folder() },
  });
  expect(file.stderr).toContain('./store:p does not exist');
});
