/* A folder where a file belongs is one kind of mistake, whichever option has it. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFullProgram } from '../../../src/program/program.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const LOCAL = ['--gateway', 'local'];
const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', ...LOCAL];
const UNWRAP = ['unwrap-key', '--privkey', PRIVKEY];
const VERIFY = ['verify-key', '--against', 'backup.json', '--region', 'cn-hangzhou'];
const BATCH = ['batch', 'reexport-key', '--manifest', '-', '--pubkey', PUBKEY, ...LOCAL];
const KEYGEN = ['keygen', '--no-passphrase'];

beforeEach(() => {
  mkdirSync(join(folder(), 'dir'));
  for (const name of ['backup.json', 'export.json']) {
    copyFileSync(join(GOLDEN_FOLDERS[0] ?? '', name), join(folder(), name));
  }
});

const INPUTS: [argv: readonly string[], option: string][] = [
  [EXPORT, '--pubkey'],
  [[...EXPORT, '--pubkey', PUBKEY], '--context-file'],
  [['list-keys', '--region', 'cn-hangzhou'], '--ca-file'],
  [UNWRAP, '--in'],
  [['unwrap-key', '--in', 'export.json'], '--privkey'],
  [[...UNWRAP, '--in', 'export.json'], '--passphrase-file'],
  [[...UNWRAP, '--in', 'export.json'], '--pin-file'],
  [['list-tokens', '--module', '/none.so'], '--pin-file'],
  [['recover-key', '--check-value-only', ...LOCAL], '--in'],
  [['reexport-key', '--pubkey', PUBKEY, ...LOCAL], '--in'],
  [['reencrypt-key', '--to-key-id', 'alias/x', ...LOCAL], '--in'],
  [['reencrypt-key', '--in', 'backup.json', '--to-key-id', 'alias/x'], '--to-context-file'],
  [['verify-key', '--in', 'export.json', '--privkey', PRIVKEY, ...LOCAL], '--against'],
  [['drill', 'dir', ...LOCAL], '--check-values'],
  [['batch', 'export-key', '--key-id', 'alias/x', '--out', 'o.jsonl', ...LOCAL], '--manifest'],
  [['ceremony', 'check'], ''],
  [['combine'], ''],
  [['inspect'], ''],
  [['local-kms'], '--seed'],
  [['store', 'check', '--store', 'postgresql://localhost/keys'], '--store-ca-file'],
  [['ceremony', 'check'], ''],
  [['record', 'verify', 'record', '--threshold', '1'], '--allowed-signers'],
  [['record', 'add', 'record', '--type', 'import'], '--in'],
];

const OUTPUTS: [argv: readonly string[], option: string][] = [
  [[...EXPORT, '--pubkey', PUBKEY], '--backup'],
  [[...EXPORT, '--pubkey', PUBKEY], '--out'],
  [[...UNWRAP, '--in', 'export.json'], '--out'],
  [[...UNWRAP, '--in', 'export.json', '--component', 'c2'], '--component'],
  [['drill', 'dir', ...LOCAL], '--report'],
  [[...VERIFY, '--expect-check-value', 'ecb:000000'], '--proof'],
  [[...BATCH], '--out'],
  [[...BATCH, '--out', 'o.jsonl'], '--journal'],
  [[...KEYGEN, '--pubkey-out', 'p'], '--privkey-out'],
  [[...KEYGEN, '--privkey-out', 'k'], '--pubkey-out'],
];

/** Options that take a folder, or a file and a folder. */
const FOLDERS = ['--state', '--keep', '--proofs', '--out-dir', '--backup-dir', '--folder'];

describe('a folder', () => {
  const members = [
    ...INPUTS.map(([argv, option]) => ({ argv, option, code: 'input-is-folder' })),
    ...OUTPUTS.map(([argv, option]) => ({ argv, option, code: 'output-is-folder' })),
  ];

  it.each(members)('is refused: $argv $option', async ({ argv, option, code }) => {
    for (const path of ['dir', './dir/', '.']) {
      const words = [...argv, ...(option === '' ? [] : [option]), path, '--error-format', 'json'];
      const options = { cwd: folder(), env: { HOME: folder() }, stdin: 'x' };
      const run = await runInProcess(words, options);
      expect(run, run.stderr).toMatchObject({ code: 2, stdout: '' });
      const { Error: error } = JSON.parse(run.stderr.split('\n')[0] ?? '') as {
        Error: Record<string, string>;
      };
      expect(error).toMatchObject({ Code: code, Hint: 'give the name of a file in it' });
      expect(error['Message']).toMatch(/ (?:is|names) a folder$/);
      expect(readdirSync(folder()).sort()).toEqual(['backup.json', 'dir', 'export.json']);
    }
  });

  it('is tried with every option that takes a file', async () => {
    const { commands } = await createFullProgram(testIo());
    const options = commands.flatMap((command) => command.options);
    const files = options.filter(({ flags }) => /<(?:file|pem|json|dir)>/.test(flags));
    const tested = new Set([...members.map(({ option }) => option), ...FOLDERS]);
    expect(files.map(({ long }) => long).filter((long) => !tested.has(long ?? ''))).toEqual([]);
  });
});
