import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

describe('a ceremony against the embedded KMS', () => {
  it('goes from key pair to export, unwrap and backup, with the same key all along', async () => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd });
    const run = (...args: string[]): Promise<string> => kmsxOk(args, { cwd, env });
    for (const name of ['a', 'b']) {
      await run(
        'keygen',
        ...['--privkey-out', `${name}.pem`, '--pubkey-out', `${name}.pub.pem`, '--no-passphrase'],
      );
    }

    const printed = await run(
      ...[
        'export-key',
        '--key-id',
        'alias/rehearsal',
        '--pubkey',
        'a.pub.pem',
        '--pubkey',
        'b.pub.pem',
      ],
      ...['--context', 'purpose=payments', '--backup', 'backup.json', ...endpoint],
    );
    const document = JSON.parse(printed) as ExportDocument;
    expect(Object.keys(document)).toEqual([
      ...['Format', 'KeyId', 'KeyVersionId', 'CiphertextBlob', 'ExportedDataKey', 'RequestId'],
      ...['WrappingKeySpec', 'WrappingAlgorithm', 'PublicKeyFingerprint', 'NumberOfBytes'],
      ...['EncryptionContext', 'Region', 'Endpoint', 'CreatedAt', 'Rehearsal', 'Exports'],
    ]);
    expect(document).toMatchObject({
      Format: 'kmsx-export/1',
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      NumberOfBytes: 32,
      EncryptionContext: { purpose: 'payments' },
      Region: 'cn-local',
      Rehearsal: true,
    });
    expect(document.Exports).toHaveLength(2);
    expect(document.Exports[0]?.ExportedDataKey).toBe(document.ExportedDataKey);
    expect(printed).toMatch(/^\{.*\}\n$/);

    const backup = JSON.parse(readFileSync(join(cwd, 'backup.json'), 'utf8')) as object;
    expect(backup).toEqual({
      Format: 'kmsx-backup/1',
      KeyId: document.KeyId,
      KeyVersionId: document.KeyVersionId,
      CiphertextBlob: document.CiphertextBlob,
      NumberOfBytes: 32,
      EncryptionContext: { purpose: 'payments' },
      Region: 'cn-local',
      Endpoint: document.Endpoint,
      CreatedAt: document.CreatedAt,
      Rehearsal: true,
    });
    expect(statSync(join(cwd, 'backup.json')).mode & 0o777).toBe(0o600);

    const again = await run(
      'reexport-key',
      '--in',
      'backup.json',
      '--pubkey',
      'b.pub.pem',
      ...endpoint,
    );
    const unwrap = async (privkey: string, stdin: string, ...args: string[]): Promise<string> =>
      await kmsxOk(['unwrap-key', '--privkey', privkey, ...args], { cwd, stdin });
    const key = await unwrap('a.pem', printed);
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(await unwrap('b.pem', printed)).toBe(key);
    expect(await unwrap('b.pem', again)).toBe(key);
    expect(await unwrap('a.pem', printed, '--format', 'hex')).toBe(
      `${Buffer.from(key, 'base64').toString('hex')}\n`,
    );
    const values = await unwrap('a.pem', printed, '--check-value-only');
    expect(await unwrap('b.pem', again, '--check-value-only')).toBe(values);
    expect(values).not.toContain(key.trim());
  });

  it('writes a raw key of exactly its bytes into a file of mode 0600', async () => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd });
    await kmsxOk(
      [
        'export-key',
        '--key-id',
        'alias/rehearsal',
        '--pubkey',
        PUBKEY,
        '--number-of-bytes',
        '190',
        '--out',
        'e.json',
        ...endpoint,
      ],
      { cwd, env },
    );
    await kmsxOk(
      ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json', '--format', 'raw', '--out', 'key.bin'],
      { cwd },
    );
    expect(statSync(join(cwd, 'key.bin'))).toMatchObject({ size: 190 });
    expect(statSync(join(cwd, 'key.bin')).mode & 0o777).toBe(0o600);
  });

  it('takes every twin of the environment, and an empty one as unset', async () => {
    const cwd = folder();
    const { announcement, env } = await localKms({ cwd });
    const twins = {
      ...env,
      KMSX_KEY_ID: 'alias/rehearsal',
      KMSX_ENDPOINT: announcement.Endpoint,
      KMSX_GATEWAY: '',
      KMSX_CA_FILE: '',
    };
    const printed = await kmsxOk(['export-key', '--pubkey', PUBKEY], { cwd, env: twins });
    expect(JSON.parse(printed)).toMatchObject({ Endpoint: announcement.Endpoint });
  });

  it('asks by a dry run and writes nothing', async () => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd });
    const args = [
      'export-key',
      '--pubkey',
      PUBKEY,
      '--backup',
      'b.json',
      '--out',
      'e.json',
      '--dry-run',
    ];
    const before = readdirSync(cwd).sort();
    const would = await kmsxOk([...args, '--key-id', 'alias/rehearsal', ...endpoint], { cwd, env });
    expect(JSON.parse(would)).toMatchObject({ DryRun: true, WouldSucceed: true, NotChecked: [] });
    const wouldNot = await kmsx([...args, '--key-id', 'alias/nobody', ...endpoint], { cwd, env });
    expect(wouldNot).toMatchObject({ code: 4, stdout: '' });
    expect(readdirSync(cwd).sort()).toEqual(before);
  });

  it('keeps the rehearsal in the process with --gateway local, with the same key the next time', async () => {
    const cwd = folder();
    const run = (...args: string[]): Promise<string> => kmsxOk(args, { cwd });
    const local = ['--gateway', 'local', '--pubkey', PUBKEY];
    await run(
      'export-key',
      '--key-id',
      'alias/rehearsal',
      '--backup',
      'b.json',
      '--out',
      'e.json',
      ...local,
    );
    await run('reexport-key', '--in', 'b.json', '--out', 'again.json', ...local);
    const values = async (file: string): Promise<string> =>
      await run('unwrap-key', '--privkey', PRIVKEY, '--in', file, '--check-value-only');
    expect(await values('again.json')).toBe(await values('e.json'));
    const state = join(cwd, '.local', 'state', 'kmsx', 'local-kms');
    expect(statSync(state).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(state)) {
      expect(statSync(join(state, name)).mode & 0o077, name).toBe(0);
    }
  });

  it('says that it was a rehearsal, --quiet or not', async () => {
    const cwd = folder();
    const args = [
      'export-key',
      '--key-id',
      'alias/rehearsal',
      '--gateway',
      'local',
      '--pubkey',
      PUBKEY,
    ];
    const { stderr } = await kmsx([...args, '--out', 'e.json', '--quiet'], { cwd });
    expect(stderr).toMatch(/^kmsx: warning: this is a rehearsal: .*\n$/);
  });
});

describe('rehearse', () => {
  it('holds the ceremony and leaves nothing behind', async () => {
    const cwd = folder();
    const result = await kmsx(['rehearse'], { cwd, env: { TMPDIR: cwd } });
    expect(result.code, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ Rehearsal: true, Passed: true });
    expect(readdirSync(cwd)).toEqual([]);
    expect(result.stderr).toMatch(/ok: a wrong private key is refused/);
  });

  it('keeps the files with --keep, and they are what they seem', async () => {
    const cwd = folder();
    await kmsxOk(['rehearse', '--keep', 'kept'], { cwd });
    expect(readdirSync(join(cwd, 'kept')).sort()).toEqual([
      ...['backup.json', 'export.json', 'hsm-1.pem', 'hsm-1.pub.pem', 'hsm-2.pem', 'hsm-2.pub.pem'],
    ]);
    const unwrap = ['unwrap-key', '--privkey', 'kept/hsm-2.pem', '--in', 'kept/export.json'];
    expect(Buffer.from(await kmsxOk(unwrap, { cwd }), 'base64')).toHaveLength(32);
    const again = await kmsx(['rehearse', '--keep', 'kept'], { cwd });
    expect(again).toMatchObject({ code: 2, stdout: '' });
  });
});
