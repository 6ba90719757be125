import { createCipheriv, createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { useKmsStage } from '../../support/kms/stage.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsxOk } from '../../support/kmsx.ts';
import { signedCall } from '../../support/local-kms/signed-call.ts';
import { PRIVKEY, PUBKEY, testKey, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';
import { NEW_KEY, OLD_KEY, RSA_VERSION, seedKeys } from '../../support/kms/seed.ts';

/* One data key, from the key pair to the last of its files. Each test goes on where the one before it ended. */

interface CheckValue {
  readonly Method: string;
  readonly Value: string;
}

interface Values {
  readonly KeyCheckValues: readonly CheckValue[];
  readonly NumberOfBytes: number;
}

interface Verified extends Values {
  readonly Match: boolean;
  readonly Backups: readonly (Values & { readonly File: string; readonly Match: boolean })[];
}

interface Inspected {
  readonly File: string;
  readonly Type: string;
  readonly [relation: string]: unknown;
}

const HSM = 'hsm.pem';
const OTHER_HSM = testKeyPath('other-2048.pem');
const PASSPHRASE = { PASSPHRASE: 'of the first wrapping key' };

const stage = useKmsStage();
let server: Server;
/** What the first unwrap showed: the same ever after. */
let first: Values;
/** The context of the first backup, repeated by hand. */
let context: readonly string[];

const path = (name: string): string => join(stage().folder, name);
const text = (name: string): string => readFileSync(path(name), 'utf8');
/** A backup has no more than these fields, an export all of them. */
const read = (name: string): Omit<ExportDocument, 'Format'> =>
  JSON.parse(text(name)) as ExportDocument;

/** As `aliyun kms` prints an answer: indented, with no Format. */
function writeAnswer(name: string, answer: object): void {
  writeFileSync(path(name), `${JSON.stringify(answer, undefined, '\t')}\n`);
}

function run(args: readonly string[], stdin = ''): Promise<string> {
  return kmsxOk(args, { cwd: stage().folder, env: { ...server.env, ...PASSPHRASE }, stdin });
}

const ask = (...args: readonly string[]): Promise<string> => run([...args, ...server.endpoint]);

/** Runs commands of which each prints check values, and expects those of the first unwrap. */
async function expectSame(...commands: readonly (readonly string[])[]): Promise<void> {
  const printed = await Promise.all(
    commands.map(async (args) => [args.join(' '), JSON.parse(await run(args)) as Values] as const),
  );
  for (const [command, { KeyCheckValues, NumberOfBytes }] of printed) {
    expect({ KeyCheckValues, NumberOfBytes }, command).toEqual(first);
  }
}

const unwrap = (privkey: string, file: string, ...more: readonly string[]): string[] => [
  ...['unwrap-key', '--privkey', privkey, '--in', file, '--check-value-only', ...more],
  ...(privkey === HSM ? ['--passphrase-env', 'PASSPHRASE'] : []),
];

const recover = (file: string, ...more: readonly string[]): string[] => [
  ...['recover-key', '--in', file, '--check-value-only', ...more, ...server.endpoint],
];

const combine = (...args: readonly string[]): string[] => [
  'combine',
  '--check-value-only',
  ...args,
];

const reexport = (source: string, out: string, ...more: readonly string[]): Promise<string> =>
  ask('reexport-key', '--in', source, '--out', out, ...more);

const into = (...names: readonly string[]): string[] =>
  names.flatMap((name) => ['--component', name]);

const against = (...names: readonly string[]): string[] =>
  names.flatMap((name) => ['--against', name]);

describe('one data key, followed through every command, has the same check values all along', () => {
  beforeAll(async () => {
    server = await stage().start(seedKeys(stage().folder));
    const otherPublic = createPublicKey(readFileSync(OTHER_HSM));
    writeFileSync(path('other.pub.pem'), otherPublic.export({ type: 'spki', format: 'pem' }));
  });

  it('keygen and export-key: one key, two public keys, a backup in a file and in a secret', async () => {
    await run([
      ...['keygen', '--privkey-out', HSM, '--pubkey-out', 'hsm.pub.pem'],
      ...['--passphrase-env', 'PASSPHRASE'],
    ]);
    await ask(
      ...['export-key', '--key-id', 'alias/old', '--pubkey', 'hsm.pub.pem', '--pubkey', PUBKEY],
      ...['--bind', '--context', 'purpose=payments'],
      ...['--backup', 'backup.json', '--backup', 'secret:vault/backup', '--out', 'export.json'],
    );
    const { EncryptionContext = {} } = read('backup.json');
    context = Object.entries(EncryptionContext).flatMap((pair) => ['--context', pair.join('=')]);
    expect(context).toHaveLength(4);
  });

  it('unwrap-key: with each of the two private keys, and from raw answers and bare values', async () => {
    first = JSON.parse(await run(unwrap(HSM, 'export.json'))) as Values;
    expect(first.KeyCheckValues.map(({ Method }) => Method)).toEqual([
      ...['AES-ECB-ZERO', 'AES-CMAC-ZERO', 'AES-CMAC-LABEL'],
    ]);
    const { CiphertextBlob, EncryptionContext, Exports, KeyId, KeyVersionId } = read('export.json');
    const ExportedDataKey = Exports[1]?.ExportedDataKey ?? '';
    writeAnswer('generated.json', { CiphertextBlob, ExportedDataKey, KeyId, KeyVersionId });
    writeFileSync(path('export.bare'), ExportedDataKey);
    const answer = await signedCall(server.announcement, 'ExportDataKey', {
      CiphertextBlob,
      EncryptionContext: JSON.stringify(EncryptionContext),
      PublicKeyBlob: testKey('rsa-2048-pub.der').toString('base64'),
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: 'RSAES_OAEP_SHA_1',
    });
    writeAnswer('exported.json', answer);
    const wrapped = (hash: string): string[] => ['--wrapping-algorithm', `RSAES_OAEP_SHA_${hash}`];
    await expectSame(
      unwrap(PRIVKEY, 'export.json'),
      unwrap(PRIVKEY, 'generated.json', ...wrapped('256')),
      unwrap(PRIVKEY, 'export.bare', ...wrapped('256')),
      unwrap(PRIVKEY, 'exported.json', ...wrapped('1')),
    );
  });

  it('the check value is that of the key itself, as any other program computes it', async () => {
    const [key, recovered] = await Promise.all([
      run(['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json']),
      ask('recover-key', '--in', 'backup.json'),
    ]);
    expect(recovered).toBe(key);
    const cipher = createCipheriv('aes-256-ecb', Buffer.from(key, 'base64'), null);
    const ecb = cipher.update(Buffer.alloc(16)).toString('hex').slice(0, 6);
    expect(first.KeyCheckValues[0]).toEqual({ Method: 'AES-ECB-ZERO', Value: ecb });
  });

  it('reexport-key: for another HSM, under another algorithm, and again from its own document', async () => {
    await Promise.all([
      reexport('backup.json', 'other-hsm.json', '--pubkey', 'other.pub.pem'),
      reexport(
        ...(['secret:vault/backup', 'sha1.json', '--pubkey', PUBKEY] as const),
        ...['--wrapping-algorithm', 'RSAES_OAEP_SHA_1'],
      ),
    ]);
    await reexport('other-hsm.json', 'again.json', '--pubkey', 'hsm.pub.pem');
    await expectSame(
      unwrap(OTHER_HSM, 'other-hsm.json'),
      unwrap(PRIVKEY, 'sha1.json'),
      unwrap(HSM, 'again.json'),
    );
  });

  it('recover-key: from every form of the backup', async () => {
    const { CiphertextBlob, KeyId } = read('backup.json');
    writeFileSync(path('backup.blob'), `${CiphertextBlob}\n`);
    writeAnswer('answer.json', { CiphertextBlob, KeyId, RequestId: 'of KMS' });
    await expectSame(
      ...['backup.json', 'secret:vault/backup', 'export.json', 'again.json'].map((file) =>
        recover(file),
      ),
      recover('backup.json', ...context),
      recover('backup.blob', ...context),
      recover('answer.json', ...context),
      recover('generated.json', ...context),
    );
  });

  it('reencrypt-key: to another KMS key and context, and from the new backup on', async () => {
    const before = text('backup.json');
    const { DataKeyId = '' } = read('backup.json');
    await ask(
      ...['reencrypt-key', '--in', 'backup.json', '--to-key-id', 'alias/new'],
      ...['--to-context', 'purpose=archive', '--to-context', `kmsx:id=${DataKeyId}`],
      ...['--backup', 'new.json', '--backup', 'secret:vault/new'],
    );
    expect(text('backup.json')).toBe(before);
    expect(read('backup.json').KeyId).toBe(OLD_KEY);
    expect(read('new.json')).toMatchObject({
      KeyId: NEW_KEY,
      DataKeyId,
      EncryptionContext: { purpose: 'archive', 'kmsx:id': DataKeyId },
    });
    await Promise.all([
      reexport('new.json', 'of-new.json', '--pubkey', 'hsm.pub.pem', '--pubkey', PUBKEY),
      ask(
        'reencrypt-key',
        '--in',
        'secret:vault/new',
        '--to-key-id',
        OLD_KEY,
        '--backup',
        '3.json',
      ),
    ]);
    await expectSame(
      recover('new.json'),
      recover('secret:vault/new'),
      recover('of-new.json'),
      recover('3.json'),
      unwrap(HSM, 'of-new.json'),
      unwrap(PRIVKEY, 'of-new.json'),
    );
  });

  it('reencrypt-key: from the export for an RSA key of KMS, and from a raw answer', async () => {
    const { Exports, EncryptionContext } = read('export.json');
    await ask(
      ...['reencrypt-key', '--in', 'export.json', '--to-key-id', 'alias/new'],
      ...['--source-key-id', 'alias/rsa', '--source-key-version-id', RSA_VERSION],
      ...['--expect-fingerprint', Exports[1]?.PublicKeyFingerprint ?? ''],
      ...['--backup', 'from-rsa.json'],
    );
    const answer = await signedCall(server.announcement, 'ReEncrypt', {
      CiphertextBlob: read('backup.json').CiphertextBlob,
      SourceEncryptionContext: JSON.stringify(EncryptionContext),
      DestinationKeyId: NEW_KEY,
    });
    writeAnswer('reencrypted.json', answer);
    await expectSame(recover('from-rsa.json'), recover('reencrypted.json'));
  });

  it('verify-key: the exports against all backups at once, and each against every check value', async () => {
    const backups = ['backup.json', 'new.json', '3.json', 'from-rsa.json', 'export.json'];
    const kept = ['secret:vault/backup', 'secret:vault/new'];
    const words = ['ecb', 'cmac', 'label'];
    const expected = first.KeyCheckValues.flatMap(({ Value }, index) => [
      ...['--expect-check-value', `${words[index] ?? ''}:${Value}`],
    ]);
    const printed = await Promise.all([
      ask(
        ...['verify-key', '--privkey', HSM, '--passphrase-env', 'PASSPHRASE'],
        ...['--in', 'export.json', ...against(...backups, ...kept)],
      ),
      ask(
        ...['verify-key', '--privkey', OTHER_HSM, '--in', 'other-hsm.json'],
        ...against('backup.json', 'new.json', 'of-new.json'),
      ),
      ask('verify-key', ...expected, ...against(...backups)),
    ]);
    for (const line of printed) {
      const { Match, KeyCheckValues, NumberOfBytes, Backups } = JSON.parse(line) as Verified;
      expect({ KeyCheckValues, NumberOfBytes }).toEqual(first);
      expect(Match).toBe(true);
      expect(Backups.length).toBeGreaterThan(2);
      for (const backup of Backups) expect(backup).toMatchObject({ ...first, Match: true });
    }
  });

  it('combine: of components of the export by XOR and of the new backup by threshold, and split anew', async () => {
    const [byXor, byThreshold] = await Promise.all([
      run(['unwrap-key', '--privkey', PRIVKEY, '--in', 'sha1.json', ...into('x1', 'x2', 'x3')]),
      ask('recover-key', '--in', 'new.json', ...into('s1', 's2', 's3'), '--threshold', '2'),
    ]);
    const anew = await run(['combine', 'x3', 'x1', 'x2', ...into('a1', 'a2')]);
    for (const report of [byXor, byThreshold, anew]) {
      const { KeyCheckValues, NumberOfBytes } = JSON.parse(report) as Values;
      expect({ KeyCheckValues, NumberOfBytes }).toEqual(first);
    }
    await expectSame(
      combine('x2', 'x3', 'x1'),
      combine('s3', 's1'),
      combine('s1', 's2', 's3'),
      combine('a1', 'a2'),
    );
  });

  it('--expect-check-value is content with it everywhere', async () => {
    const label = `label:${first.KeyCheckValues[2]?.Value ?? ''}`;
    const expected = ['--expect-check-value', label];
    const again = ['reencrypt-key', '--in', 'new.json', '--to-key-id', OLD_KEY, ...expected];
    await Promise.all([
      expectSame(
        unwrap(OTHER_HSM, 'other-hsm.json', ...expected),
        recover('3.json', ...expected),
        combine('s2', 's3', ...expected),
      ),
      ask(...again, '--backup', '4.json'),
    ]);
  });

  it('inspect: says which of all these files belong together', async () => {
    const ofOneId = [
      ...['export.json', 'other-hsm.json', 'sha1.json', 'again.json', 'of-new.json'],
      ...['backup.json', 'new.json', '3.json', 'from-rsa.json', 'x1', 'x2', 'x3', 's1', 'a1'],
    ];
    const others = ['generated.json', 'answer.json', 'backup.blob', 'export.bare', 'hsm.pub.pem'];
    const lines = new Map(
      (await run(['inspect', ...ofOneId, ...others]))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Inspected)
        .map((line) => [line.File, line]),
    );
    expect([...lines.keys()]).toEqual([...ofOneId, ...others]);
    const same = (file: string, relation: string): unknown => lines.get(file)?.[relation];
    for (const file of ofOneId) {
      const rest = ofOneId.filter((other) => other !== file);
      expect(same(file, 'SameDataKeyIdAs'), file).toEqual(rest);
    }
    expect(same('backup.blob', 'SameCiphertextBlobAs')).toEqual([
      ...['export.json', 'other-hsm.json', 'sha1.json', 'again.json', 'backup.json'],
      ...['generated.json', 'answer.json'],
    ]);
    expect(same('new.json', 'SameCiphertextBlobAs')).toEqual(['of-new.json']);
    expect(same('new.json', 'SameKmsKeyAs')).toEqual(
      expect.arrayContaining(['of-new.json', 'from-rsa.json']),
    );
    expect(same('export.bare', 'SameExportedDataKeyAs')).toEqual(['export.json', 'generated.json']);
    expect(same('hsm.pub.pem', 'SameWrappingKeyAs')).toEqual([
      ...['export.json', 'again.json', 'of-new.json'],
    ]);
    expect(same('x1', 'SameKeyCheckValueAs')).toEqual(['x2', 'x3', 's1', 'a1']);
    expect(same('x1', 'SameComponentSetAs')).toEqual(['x2', 'x3']);
  });
});
