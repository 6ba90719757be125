/* Why KMS does not open a backup: each command that has KMS open one says what to do about it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';
import { NEW_KEY, NOBODY, OLD_KEY, seedKeys, STRANGER } from '../../support/kms/seed.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

/** Commands that open a backup, and how they take it. */
const COMMANDS: readonly [string, (file: string) => string[]][] = [
  ['reexport-key', (file) => ['reexport-key', '--in', file, '--pubkey', PUBKEY]],
  ['recover-key', (file) => ['recover-key', '--in', file, '--check-value-only']],
  ['reencrypt-key', (file) => ['reencrypt-key', '--in', file, '--to-key-id', NEW_KEY]],
  [
    'verify-key',
    (file) => ['verify-key', '--in', 'export.json', '--privkey', PRIVKEY, '--against', file],
  ],
];
/** verify-key has no dry run. */
const WITH_DRY_RUN = COMMANDS.slice(0, 3);

async function start(states?: Parameters<typeof seedKeys>[1]): Promise<Server> {
  return await localKms({ cwd: folder() }, seedKeys(folder(), states));
}

/** Exports a data key: backup.json and export.json, in a context. */
async function exportKey({ endpoint, env }: Server): Promise<ExportDocument> {
  const outputs = ['--backup', 'backup.json', '--out', 'export.json'];
  await kmsxOk(
    [
      ...['export-key', '--key-id', OLD_KEY, '--pubkey', PUBKEY, '--context', 'purpose=payments'],
      ...[...outputs, ...endpoint],
    ],
    { cwd: folder(), env },
  );
  return JSON.parse(readFileSync(join(folder(), 'export.json'), 'utf8')) as ExportDocument;
}

/** Runs what must fail, and gives its error. */
async function failure(
  args: readonly string[],
  { endpoint, env }: Pick<Server, 'endpoint' | 'env'>,
): Promise<{ code: number | null; Code: string; Hint: string }> {
  const run = await kmsx([...args, ...endpoint, '--error-format', 'json'], { cwd: folder(), env });
  expect(run.stdout).toBe('');
  const line = run.stderr.split('\n').find((each) => each.startsWith('{"Error"')) ?? run.stderr;
  const { Error: error } = JSON.parse(line) as { Error: { Code: string; Hint: string } };
  return { code: run.code, ...error };
}

describe.each(COMMANDS)('kmsx %s', (_, argsOf) => {
  it('says of a changed context that the backup does not open as it is', async () => {
    const server = await start();
    const { CiphertextBlob } = await exportKey(server);
    const backup = JSON.parse(readFileSync(join(folder(), 'backup.json'), 'utf8')) as object;
    const changed = { ...backup, EncryptionContext: { purpose: 'theft' } };
    writeFileSync(join(folder(), 'changed.json'), JSON.stringify(changed));
    const { code, Hint } = await failure(argsOf('changed.json'), server);
    expect(code).toBe(4);
    expect(Hint).toContain('changed.json does not open as it is: its encryption context');
    expect(Hint).toMatch(/^this embedded KMS may not have the key: --gateway local and each /);
    expect(Hint).not.toContain('aliyun');

    writeFileSync(join(folder(), 'blob'), CiphertextBlob);
    const bare = await failure(argsOf('blob'), server);
    expect(bare.code).toBe(4);
    expect(bare.Hint).toContain('blob does not contain its encryption context');
    const theft = [...argsOf('blob'), '--context', 'purpose=theft'];
    const { Hint: repeated } = await failure(theft, server);
    expect(repeated).toContain('is --context exactly the context that blob');
    expect(repeated).toContain('add --context kmsx:id=ID');
    expect(repeated).toContain('otherwise blob was changed or cut short');
  });

  it('puts no KeyId into a command that is none of KMS', async () => {
    const server = await start();
    await exportKey(server);
    const backup = JSON.parse(readFileSync(join(folder(), 'backup.json'), 'utf8')) as object;
    for (const KeyId of ['--endpoint=evil.example', '-x', 'a b', 'k'.repeat(5000)]) {
      const changed = { ...backup, KeyId, EncryptionContext: { purpose: 'theft' } };
      writeFileSync(join(folder(), 'changed.json'), JSON.stringify(changed));
      const { code, Hint } = await failure(argsOf('changed.json'), server);
      expect(code).toBe(4);
      expect(Hint).toContain('its KeyId is not one that KMS would issue');
      expect(Hint).not.toContain(KeyId);
    }
    const own = `acs:kms:cn-local:1234567890123456:key/${OLD_KEY}`;
    const arn = { ...backup, KeyId: own, EncryptionContext: { purpose: 'theft' } };
    writeFileSync(join(folder(), 'changed.json'), JSON.stringify(arn));
    const { Hint } = await failure(argsOf('changed.json'), server);
    expect(Hint).toContain(`kmsx list-keys shows whether ${own} is a key of`);
  });

  it('puts no KeyId of another form into what mends the state of a key', async () => {
    await exportKey(await start());
    const backup = JSON.parse(readFileSync(join(folder(), 'backup.json'), 'utf8')) as object;
    const changed = { ...backup, KeyId: '--endpoint=evil.example' };
    writeFileSync(join(folder(), 'changed.json'), JSON.stringify(changed));
    const server = await start({ old: { KeyState: 'Disabled' } });
    const { Code, Hint } = await failure(argsOf('changed.json'), server);
    expect(Code).toBe('Rejected.Disabled');
    expect(Hint).toContain('EnableKey');
    expect(Hint).not.toContain('evil.example');
  });

  it("says how to look for another account's key", async () => {
    const server = await start();
    await exportKey(server);
    const { code, Hint } = await failure(argsOf('backup.json'), {
      ...server,
      env: { ...server.env, ...STRANGER },
    });
    expect(code).toBe(4);
    expect(Hint).toContain('its KMS key is in another region or account');
    expect(Hint).toContain(`kmsx list-keys shows whether ${OLD_KEY} is a key of`);
    expect(Hint).toContain("another account's key needs its key policy too");
  });

  it.each([
    ['disabled', { KeyState: 'Disabled' }, 'Rejected.Disabled', 'EnableKey'],
    [
      'scheduled for deletion',
      { KeyState: 'PendingDeletion', DeleteDate: '+7d' },
      'Rejected.PendingDeletion',
      'CancelKeyDeletion',
    ],
  ])('says what to do about a KMS key that is %s', async (_, old, word, action) => {
    await exportKey(await start());
    const { code, Code, Hint } = await failure(argsOf('backup.json'), await start({ old }));
    expect({ code, Code }).toEqual({ code: 4, Code: word });
    expect(Hint).toContain(`the key with ${action}, `);
    expect(Hint).not.toContain('aliyun');
  });

  it('says which permission is missing, and to whom', async () => {
    const server = await start();
    await exportKey(server);
    const { code, Code, Hint } = await failure(argsOf('backup.json'), {
      ...server,
      env: { ...server.env, ...NOBODY },
    });
    expect({ code, Code }).toEqual({ code: 3, Code: 'Forbidden.NoPermission' });
    expect(Hint).toMatch(
      /^allow kms:(ExportDataKey|Decrypt) on acs:kms:.* for the RAM user nobody/,
    );
  });
});

describe.each(WITH_DRY_RUN)('kmsx %s --dry-run', (_, argsOf) => {
  it('says the same of a changed context, with the exit code of the real call', async () => {
    const server = await start();
    await exportKey(server);
    const backup = JSON.parse(readFileSync(join(folder(), 'backup.json'), 'utf8')) as object;
    const changed = { ...backup, EncryptionContext: { purpose: 'theft' } };
    writeFileSync(join(folder(), 'changed.json'), JSON.stringify(changed));
    const args = [...argsOf('changed.json'), '--dry-run'];
    const { code, Hint } = await failure(args, server);
    expect(code).toBe(4);
    expect(Hint).toContain('changed.json does not open as it is: its encryption context');
  });
});
