import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTempFolder } from '../support/temp-folder.ts';
import { runInProcess } from '../support/test-io.ts';
import { PRIVKEY, PUBKEY } from '../support/wrapping/wrapping-keys.ts';
import { BACKUP } from '../support/documents.ts';

const folder = useTempFolder();
const LOCAL = ['--gateway', 'local'];

/** Commands that take a backup, each with a file of the name given. */
const COMMANDS: readonly [string, (file: string) => string[]][] = [
  ['reexport-key', (file) => ['reexport-key', '--in', file, '--pubkey', PUBKEY, ...LOCAL]],
  ['recover-key', (file) => ['recover-key', '--in', file, ...LOCAL]],
  ['reencrypt-key', (file) => ['reencrypt-key', '--in', file, '--to-key-id', 'alias/a', ...LOCAL]],
  [
    'verify-key',
    (file) => ['verify-key', '--against', file, '--expect-check-value', 'ecb:000000', ...LOCAL],
  ],
  ['combine', (file) => ['combine', file, file]],
  ['inspect', (file) => ['inspect', file]],
  ['unwrap-key', (file) => ['unwrap-key', '--in', file, '--privkey', PRIVKEY]],
];

describe.each(COMMANDS)('kmsx %s --error-format json', (name, argsOf) => {
  it.each([
    ['is not there', 'missing', 7, 'io', 'file-missing'],
    ['was cut short', 'cut.json', 2, 'usage', 'json-malformed'],
    ['has a newer format', 'newer.json', 2, 'usage', 'document-format-unknown'],
    ['has a name twice', 'twice.json', 2, 'usage', 'json-name-twice'],
  ])('says in one line of JSON that a file %s', async (_, file, code, Kind, Code) => {
    const text = JSON.stringify(BACKUP);
    writeFileSync(join(folder(), 'cut.json'), text.slice(0, -20));
    const newer = name === 'combine' ? 'kmsx-component/9' : 'kmsx-backup/9';
    writeFileSync(join(folder(), 'newer.json'), JSON.stringify({ ...BACKUP, Format: newer }));
    writeFileSync(join(folder(), 'twice.json'), text.replace('{', '{"KeyId":"x",'));
    const run = await runInProcess([...argsOf(file), '--error-format', 'json'], {
      cwd: folder(),
      env: { HOME: folder() },
    });
    expect(run, run.stderr).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toMatch(/^[^\n]+\n$/);
    const error = JSON.parse(run.stderr) as { Error: { Message: string; Hint: string } };
    expect(error).toMatchObject({ Error: { Kind, Code, Retryable: false } });
    expect(error.Error.Message).toContain(file);
    expect(error.Error.Hint).not.toBe('');
  });
});

describe.each(['combine', 'inspect', 'verify-key', 'unwrap-key', 'keygen'])('kmsx %s', (name) => {
  it('has no dry run: it writes nothing in KMS', async () => {
    const run = await runInProcess([name, '--dry-run', '--error-format', 'json']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('unknown option --dry-run');
  });
});
