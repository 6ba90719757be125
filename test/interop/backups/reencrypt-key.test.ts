import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupDocument } from '../../../src/documents/backup-document.ts';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import type { RunResult } from '../../support/run-result.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';
import {
  NEW_KEY,
  OLD_KEY,
  OTHER_RSA_KEY,
  OTHER_RSA_VERSION,
  READER,
  RSA_VERSION,
  seedKeys,
  STRANGER,
} from '../../support/kms/seed.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

/** Starts the embedded KMS with the keys of the seed, in these states. */
async function start(states: Parameters<typeof seedKeys>[1] = {}): Promise<Server> {
  return await localKms({ cwd: folder() }, seedKeys(folder(), states));
}

/** Exports a data key: backup.json, export.json. */
async function exportKey({ endpoint, env }: Server, ...more: string[]): Promise<void> {
  await kmsxOk(
    [
      ...['export-key', '--key-id', OLD_KEY, '--pubkey', PUBKEY, '--context', 'purpose=payments'],
      ...['--backup', 'backup.json', '--out', 'export.json', ...endpoint, ...more],
    ],
    { cwd: folder(), env },
  );
}

function reencryptFile(
  { endpoint, env }: Pick<Server, 'endpoint' | 'env'>,
  file: string,
  ...args: string[]
): Promise<RunResult> {
  return kmsx(['reencrypt-key', '--in', file, ...endpoint, ...args], { cwd: folder(), env });
}

function reencrypt(
  server: Pick<Server, 'endpoint' | 'env'>,
  ...args: string[]
): Promise<RunResult> {
  return reencryptFile(server, 'backup.json', ...args);
}

function checkValues({ endpoint, env }: Server, file: string): Promise<string> {
  return kmsxOk(['recover-key', '--in', file, '--check-value-only', ...endpoint], {
    cwd: folder(),
    env,
  });
}

async function refusal(result: Promise<RunResult>): Promise<string> {
  const { code, stdout, stderr } = await result;
  expect(stdout).toBe('');
  expect(code).not.toBe(0);
  return `exit ${String(code)}\n${stderr}`;
}

function read(file: string): BackupDocument {
  return JSON.parse(readFileSync(join(folder(), file), 'utf8')) as BackupDocument;
}

function readExport(): ExportDocument {
  return JSON.parse(readFileSync(join(folder(), 'export.json'), 'utf8')) as ExportDocument;
}

function write(file: string, value: unknown): void {
  writeFileSync(join(folder(), file), JSON.stringify(value));
}

describe('kmsx reencrypt-key', () => {
  it('makes a new backup under the new key, with the same check values, and leaves the old one', async () => {
    const server = await start();
    await exportKey(server);
    const before = readFileSync(join(folder(), 'backup.json'));
    const printed = await reencrypt(server, '--to-key-id', 'alias/new');
    expect(printed).toMatchObject({ code: 0 });
    expect(printed.stderr).toContain('verified: the new backup holds the data key of backup.json');
    expect(JSON.parse(printed.stdout)).toMatchObject({
      Format: 'kmsx-backup/1',
      KeyId: NEW_KEY,
      KeyVersionId: NEW_KEY.replace(/.{12}$/, '000000000001'),
      NumberOfBytes: 32,
      EncryptionContext: { purpose: 'payments' },
      Rehearsal: true,
    });
    const places = ['--backup', 'new.json', '--backup', 'secret:backups/new', '--backup', '-'];
    const kept = await reencrypt(
      server,
      ...['--to-key-id', NEW_KEY, '--to-context', 'purpose=archive', ...places],
    );
    expect(kept.code).toBe(0);
    expect(read('new.json')).toEqual(JSON.parse(kept.stdout));
    expect(read('new.json').EncryptionContext).toEqual({ purpose: 'archive' });
    const values = await checkValues(server, 'backup.json');
    expect(await checkValues(server, 'new.json')).toBe(values);
    expect(await checkValues(server, 'secret:backups/new')).toBe(values);
    expect(readFileSync(join(folder(), 'backup.json'))).toEqual(before);
  });

  it('asks KMS in a dry run, and writes nothing', async () => {
    const server = await start();
    await exportKey(server);
    const args = ['--to-key-id', 'alias/new', '--backup', 'new.json', '--dry-run'];
    expect(JSON.parse((await reencrypt(server, ...args)).stdout)).toMatchObject({
      DryRun: true,
      WouldSucceed: true,
      NotChecked: ['ExportDataKey'],
    });
    const reader = { ...server, env: { ...server.env, ...READER } };
    const told = await refusal(reencrypt(reader, ...args));
    expect(told).toContain('exit 3');
    expect(told).toContain('kms:ReEncryptFrom on the old key and kms:ReEncryptTo on the new one');
    expect(existsSync(join(folder(), 'new.json'))).toBe(false);
  });

  it('keeps the id of a bound backup, and does not let it go without a word', async () => {
    const server = await start();
    await exportKey(server, '--bind');
    const id = read('backup.json').DataKeyId ?? '';
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const kept = await reencrypt(server, '--to-key-id', 'alias/new', '--backup', 'kept.json');
    expect(kept.code).toBe(0);
    expect(read('kept.json')).toMatchObject({
      DataKeyId: id,
      EncryptionContext: { purpose: 'payments', 'kmsx:id': id },
    });
    const change = ['--to-key-id', 'alias/new', '--to-context', 'purpose=archive'];
    const told = await refusal(reencrypt(server, ...change));
    expect(told).toContain('exit 2');
    expect(told).toContain('--to-context kmsx:id=');
    const repeated = await reencrypt(server, ...change, '--to-context', `kmsx:id=${id}`);
    expect(JSON.parse(repeated.stdout)).toMatchObject({
      DataKeyId: id,
      EncryptionContext: { purpose: 'archive', 'kmsx:id': id },
    });
  });

  it('refuses what can’t be right before KMS is asked', async () => {
    const server = await start();
    await exportKey(server);
    write('long.json', { ...read('backup.json'), NumberOfBytes: 215 });
    const instance = [
      ...['--endpoint', 'https://kst-x.cryptoservice.kms.aliyuncs.com:8443'],
      ...['--resolve', 'kst-x.cryptoservice.kms.aliyuncs.com:8443:127.0.0.1'],
    ];
    const to = ['--to-key-id', 'alias/new'];
    const source = ['--source-key-id', 'alias/rsa'];
    const version = ['--source-key-version-id', RSA_VERSION];
    const nowhere = { ...server, endpoint: ['--endpoint', 'http://127.0.0.1:1'] };
    const wrong: readonly [string[], string][] = [
      [[], '--to-key-id is needed'],
      [['--to-key-id', 'new'], 'did you mean --to-key-id alias/new?'],
      [[...to, '--to-context', 'x'], '--to-context takes NAME=VALUE'],
      [[...to, '--to-context', 'kmsx:id=1'], 'kmsx:id'],
      [[...to, '--to-context', 'kmsx:x=1'], "kmsx's own"],
      [[...to, '--backup', 'backup.json', '--force'], 'is also an input'],
      [[...to, '--backup', '-', '--backup', '-'], 'cannot both be'],
      [[...to, ...source], 'go together'],
      [[...to, '--source-key-id', 'rsa', ...version], 'did you mean --source-key-id alias/rsa?'],
      [[...to, ...source, ...version], 'is not an export document'],
      [[...to, '--expect-fingerprint', `SHA256:${'0'.repeat(64)}`], 'with --source-key-id only'],
      [['--to-key-id', `acs:kms:cn-beijing:1:key/${NEW_KEY}`], 'one call works in one region'],
    ];
    for (const [args, words] of wrong) {
      const told = await refusal(reencrypt(nowhere, ...args));
      expect(told).toContain('exit 2');
      expect(told).toContain(words);
    }
    for (const gateway of [instance, ['--gateway', 'kst-x']]) {
      const dedicated = { ...server, endpoint: gateway };
      write('real.json', { ...read('backup.json'), Rehearsal: undefined });
      const told = await refusal(reencryptFile(dedicated, 'real.json', ...to));
      expect(told).toContain('exit 2');
      expect(told).toContain('a dedicated gateway does not have ReEncrypt');
      expect(told).toContain('--gateway public or vpc');
    }
    const tooLong = await refusal(reencryptFile(nowhere, 'long.json', ...to));
    expect(tooLong).toContain('exit 2');
    expect(tooLong).toContain('a data key of 215 bytes is too long');
  });

  it.each([
    [
      'the old key is disabled',
      { old: { KeyState: 'Disabled' } },
      ['exit 4', 'Rejected.Disabled', 'EnableKey'],
    ],
    [
      'the new key is disabled',
      { new: { KeyState: 'Disabled' } },
      ['exit 4', 'Rejected.Disabled', 'the old backup opens; KMS refused alias/new'],
    ],
    [
      'the new key is about to be deleted',
      { new: { KeyState: 'PendingDeletion', DeleteDate: '+7d' } },
      ['exit 4', 'Rejected.PendingDeletion', 'the old backup opens; KMS refused alias/new'],
    ],
  ])('tells what is wrong where %s', async (_, states, words) => {
    await exportKey(await start());
    const later = await start(states);
    const told = await refusal(reencrypt(later, '--to-key-id', 'alias/new', '--backup', 'n.json'));
    for (const word of words) expect(told).toContain(word);
    expect(told.includes('the old backup opens')).toBe('new' in states);
    expect(readdirSync(folder()).filter((name) => name.includes('n.json'))).toEqual([]);
  });

  it('tells what is wrong with a context, an account and a permission', async () => {
    const server = await start();
    await exportKey(server);
    const { CiphertextBlob } = read('backup.json');
    writeFileSync(join(folder(), 'blob'), CiphertextBlob);
    const bare = await refusal(reencryptFile(server, 'blob', '--to-key-id', 'alias/new'));
    expect(bare).toContain('exit 4');
    expect(bare).toContain('blob does not contain its encryption context');

    const stranger = { ...server, env: { ...server.env, ...STRANGER } };
    const foreign = await refusal(reencrypt(stranger, '--to-key-id', 'alias/new'));
    expect(foreign).toContain('exit 4');
    expect(foreign).toContain('its KMS key is in another region or account');
    const arn = `acs:kms:cn-local:6543210987654321:key/${NEW_KEY}`;
    const theirs = await refusal(reencrypt(server, '--to-key-id', arn));
    expect(theirs).toContain('exit 4');
    expect(theirs).toContain('Forbidden.KeyNotFound');
    expect(theirs).toContain(`the old backup opens; KMS refused ${arn}`);

    const reader = { ...server, env: { ...server.env, ...READER } };
    const forbidden = await refusal(reencrypt(reader, '--to-key-id', 'alias/new'));
    expect(forbidden).toContain('exit 3');
    expect(forbidden).toContain('kms:ReEncryptTo');
  });

  it('refuses an alias that leads to the old key, and says where only the context is another', async () => {
    const server = await start();
    await exportKey(server);
    for (const key of ['alias/old', OLD_KEY]) {
      const told = await refusal(reencrypt(server, '--to-key-id', key, '--backup', 'n.json'));
      expect(told).toContain('exit 4');
      expect(told).toContain('is under the KMS key, key version and context of the old one');
      expect(told).toContain('--to-key-id');
    }
    expect(existsSync(join(folder(), 'n.json'))).toBe(false);
    const archive = ['--to-key-id', 'alias/old', '--to-context', 'purpose=archive', '--quiet'];
    const moved = await reencrypt(server, ...archive, '--backup', 'n.json');
    expect(moved.code, moved.stderr).toBe(0);
    expect(moved.stderr).toContain(
      `the new backup is under the KMS key of backup.json too (${OLD_KEY}), with another context`,
    );
    const away = await reencrypt(server, '--to-key-id', 'alias/new');
    expect(away.stderr).not.toContain('is under the KMS key of backup.json too');
  });

  it('says what stands where the verification or the writing fails', async () => {
    await exportKey(await start());
    const cutting = await localKms({ cwd: folder() }, [
      ...seedKeys(folder()),
      ...['--fault', 'error:action=ExportDataKey,after=1'],
    ]);
    const told = await refusal(
      reencrypt(
        cutting,
        ...['--to-key-id', 'alias/new', '--backup', 'n.json', '--max-attempts', '2'],
      ),
    );
    expect(told).toContain('exit 5');
    expect(told).toContain('could not be verified and was not kept, the old one stands');
    expect(existsSync(join(folder(), 'n.json'))).toBe(false);

    const failing = await localKms({ cwd: folder() }, [
      ...seedKeys(folder()),
      ...['--fault', 'error:action=CreateSecret'],
    ]);
    const half = await refusal(
      reencrypt(
        failing,
        ...['--to-key-id', 'alias/new', '--backup', 'n.json', '--backup', 'secret:n'],
        ...['--max-attempts', '2'],
      ),
    );
    expect(half).toContain('exit 5');
    expect(half).toContain('the new backup n.json stands, the old one too');
    expect(await checkValues(failing, 'n.json')).toBe(await checkValues(failing, 'backup.json'));
  });
});

describe('kmsx reencrypt-key of an export for an RSA key of KMS', () => {
  const SOURCE = ['--source-key-id', 'alias/rsa', '--source-key-version-id', RSA_VERSION];

  function bringBack(server: Server, ...args: string[]): Promise<RunResult> {
    return reencryptFile(server, 'export.json', '--to-key-id', 'alias/new', ...args);
  }

  it('brings it under a symmetric key, held against the CiphertextBlob beside it', async () => {
    const server = await start();
    await exportKey(server, '--wrapping-algorithm', 'RSAES_OAEP_SHA_1');
    const { code, stderr } = await bringBack(server, ...SOURCE, '--backup', 'new.json');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('holds the data key of the CiphertextBlob in export.json');
    expect(read('new.json')).toMatchObject({
      KeyId: NEW_KEY,
      EncryptionContext: { purpose: 'payments' },
    });
    const unwrapped = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json'];
    expect(await checkValues(server, 'new.json')).toBe(
      await kmsxOk([...unwrapped, '--check-value-only'], { cwd: folder() }),
    );
  });

  it('chooses among several exports by the fingerprint', async () => {
    const server = await start();
    await kmsxOk(
      ['keygen', '--privkey-out', 'o.pem', '--pubkey-out', 'o.pub.pem', '--no-passphrase'],
      { cwd: folder() },
    );
    await kmsxOk(
      [
        ...['export-key', '--key-id', OLD_KEY, '--pubkey', 'o.pub.pem', '--pubkey', PUBKEY],
        ...['--out', 'export.json', ...server.endpoint],
      ],
      { cwd: folder(), env: server.env },
    );
    const { Exports } = readExport();
    const ambiguous = await refusal(bringBack(server, ...SOURCE));
    expect(ambiguous).toContain('exit 2');
    expect(ambiguous).toContain(Exports[1]?.PublicKeyFingerprint);
    expect(ambiguous).toContain('--expect-fingerprint');
    const chosen = (index: number): string[] => [
      ...['--expect-fingerprint', Exports[index]?.PublicKeyFingerprint ?? ''],
    ];
    expect((await bringBack(server, ...SOURCE, ...chosen(1))).code).toBe(0);
    const other = await refusal(bringBack(server, ...SOURCE, ...chosen(0)));
    expect(other).toContain('exit 4');
    expect(other).toContain(`was the export made for the public key of alias/rsa`);
    const none = ['--expect-fingerprint', `SHA256:${'0'.repeat(64)}`];
    expect(await refusal(bringBack(server, ...SOURCE, ...none))).toContain('exit 6');
  });

  it('finds out an export that was swapped, and an RSA key that is another', async () => {
    const server = await start();
    await exportKey(server);
    const { CiphertextBlob } = readExport();
    await exportKey(server, '--force');
    write('export.json', { ...readExport(), CiphertextBlob });
    const swapped = await refusal(bringBack(server, ...SOURCE, '--backup', 'new.json'));
    expect(swapped).toContain('exit 6');
    expect(swapped).toContain('does not hold the data key of the old backup');
    expect(swapped).toContain('its export or its CiphertextBlob was likely swapped');
    expect(swapped).toContain('kmsx verify-key --against FILE --expect-check-value label:…');
    expect(existsSync(join(folder(), 'new.json'))).toBe(false);
    const another = [
      '--source-key-id',
      OTHER_RSA_KEY,
      '--source-key-version-id',
      OTHER_RSA_VERSION,
    ];
    const told = await refusal(bringBack(server, ...another));
    expect(told).toContain('exit 4');
    expect(told).toContain(`was the export made for the public key of ${OTHER_RSA_KEY}`);
  });

  it('is held against the CiphertextBlob too where a check value is expected', async () => {
    const server = await start();
    await exportKey(server);
    const { CiphertextBlob } = readExport();
    await exportKey(server, '--force');
    write('export.json', { ...readExport(), CiphertextBlob });
    const values = await kmsxOk(
      ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--check-value-only'],
      { cwd: folder() },
    );
    const { KeyCheckValues } = JSON.parse(values) as { KeyCheckValues: { Value: string }[] };
    // What the swapped export really holds.
    for (const [index, word] of ['ecb', 'cmac', 'label'].entries()) {
      const expected = ['--expect-check-value', `${word}:${KeyCheckValues[index]?.Value ?? ''}`];
      const told = await refusal(bringBack(server, ...SOURCE, ...expected, '--backup', 'new.json'));
      expect(told).toContain('exit 6');
      expect(existsSync(join(folder(), 'new.json'))).toBe(false);
    }
  });

  it('is held against a check value where the old KMS key is lost', async () => {
    await exportKey(await start());
    const values = await kmsxOk(
      ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--check-value-only'],
      { cwd: folder() },
    );
    const valueOf = (method: string): string =>
      new RegExp(`${method}","Value":"([0-9a-f]+)`).exec(values)?.[1] ?? '';
    const lost = await start({
      old: { KeyState: 'PendingDeletion', DeleteDate: '+7d' },
    });
    const told = await refusal(bringBack(lost, ...SOURCE));
    expect(told).toContain('exit 4');
    expect(told).toContain('--expect-check-value label:…');

    const label = ['--expect-check-value', `label:${valueOf('AES-CMAC-LABEL')}`];
    const done = await bringBack(lost, ...SOURCE, ...label, '--backup', 'new.json');
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toContain(
      'warning: KMS refuses the CiphertextBlob of export.json (Code Rejected.PendingDeletion)',
    );
    expect(done.stderr).toContain('the new backup has the expected check value of 128 bits');
    expect(await checkValues(lost, 'new.json')).toBe(values);

    const short = [
      ...['--expect-check-value', `ecb:${valueOf('AES-ECB-ZERO')}`],
      ...['--expect-check-value', `cmac:${valueOf('AES-CMAC-ZERO')}`],
    ];
    for (const run of [[], ['--dry-run']]) {
      const tooShort = await refusal(bringBack(lost, ...SOURCE, ...short, ...run));
      expect(tooShort).toContain('exit 4');
      expect(tooShort).toContain('40 bits of a check value alone prove nothing');
      expect(tooShort).toContain('--expect-check-value label:…');
    }
    const wrong = ['--expect-check-value', `label:${'0'.repeat(32)}`];
    expect(await refusal(bringBack(lost, ...SOURCE, ...wrong))).toContain('exit 6');
  });
});
