import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupDocument } from '../../../src/documents/backup-document.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';
import { OLD_KEY, seedKeys } from '../../support/kms/seed.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const REEXPORT = ['reexport-key', '--pubkey', PUBKEY, '--in'];
const LONG = ['--number-of-bytes', '200', '--wrapping-algorithm', 'RSAES_OAEP_SHA_1'];

/** Starts a KMS and makes backup.json; gives a way to run commands against it. */
async function start(...more: string[]): Promise<{ args: readonly string[]; env: object }> {
  const { endpoint, env } = await localKms({ cwd: folder() }, seedKeys(folder()));
  const outputs = ['--backup', 'backup.json', '--out', 'export.json'];
  const key = ['export-key', '--key-id', OLD_KEY, '--pubkey', PUBKEY, ...more];
  await kmsxOk([...key, ...outputs, ...endpoint], { cwd: folder(), env });
  return { args: endpoint, env };
}

describe('kmsx reexport-key', () => {
  it('leaves NumberOfBytes out where a bare blob does not tell it', async () => {
    const { args, env } = await start();
    const backup = JSON.parse(
      readFileSync(join(folder(), 'backup.json'), 'utf8'),
    ) as BackupDocument;
    writeFileSync(join(folder(), 'blob'), backup.CiphertextBlob);
    const run = (file: string): Promise<string> =>
      kmsxOk([...REEXPORT, file, ...args], { cwd: folder(), env: { ...env } });
    expect(JSON.parse(await run('backup.json'))).toMatchObject({ NumberOfBytes: 32 });
    const fromBlob = JSON.parse(await run('blob')) as object;
    expect(fromBlob).toMatchObject({ CiphertextBlob: backup.CiphertextBlob, KeyId: OLD_KEY });
    expect(fromBlob).not.toHaveProperty('NumberOfBytes');
  });

  it.each([[[]], [['--dry-run']]])(
    'refuses a data key that is too long for an algorithm before KMS is asked: %j',
    async (more) => {
      await start(...LONG);
      // Nobody listens there.
      const nowhere = ['--endpoint', 'http://127.0.0.1:9', ...more];
      const run = await kmsx([...REEXPORT, 'backup.json', '--out', 'new.json', ...nowhere], {
        cwd: folder(),
      });
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toMatch(/^kmsx: error: .*200 bytes is too long/);
      expect(run.stderr).toMatch(/^kmsx: hint: /m);
      expect(existsSync(join(folder(), 'new.json'))).toBe(false);
    },
  );

  it('refuses it too where KMS keeps the backup, in a dry run as in the real one', async () => {
    const { args, env } = await start(...LONG, '--backup', 'secret:vault/a');
    for (const more of [[], ['--dry-run']]) {
      const run = await kmsx([...REEXPORT, 'secret:vault/a', ...args, ...more], {
        cwd: folder(),
        env: { ...env },
      });
      expect(run, run.stderr).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toContain('200 bytes is too long');
    }
  });

  it('asks KMS in a dry run, looks at its output, and writes nothing', async () => {
    const { args, env } = await start();
    const dryRun = (out: string): ReturnType<typeof kmsx> =>
      kmsx([...REEXPORT, 'backup.json', '--out', out, '--dry-run', ...args], {
        cwd: folder(),
        env: { ...env },
      });
    const run = await dryRun('new.json');
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      ...{ DryRun: true, WouldSucceed: true, NotChecked: [], KeyId: OLD_KEY, Rehearsal: true },
    });
    expect(existsSync(join(folder(), 'new.json'))).toBe(false);
    expect(await dryRun('export.json')).toMatchObject({ code: 2, stdout: '' });
  });
});
