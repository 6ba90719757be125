import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import type { RunResult } from '../../support/run-result.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';
import { NEW_KEY, OLD_KEY, seedKeys } from '../../support/kms/seed.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const CONTEXT = ['--context', 'purpose=payments'];

async function exportKey(
  { endpoint, env }: Pick<Server, 'endpoint' | 'env'>,
  name: string,
  ...more: string[]
): Promise<ExportDocument> {
  const key = more.includes('--key-id') ? [] : ['--key-id', OLD_KEY];
  const outputs = ['--backup', `${name}.backup.json`, '--out', `${name}.json`];
  await kmsxOk(
    ['export-key', ...key, '--pubkey', PUBKEY, ...CONTEXT, ...more, ...outputs, ...endpoint],
    { cwd: folder(), env },
  );
  return read(`${name}.json`) as ExportDocument;
}

const read = (name: string): object =>
  JSON.parse(readFileSync(join(folder(), name), 'utf8')) as object;

function write(name: string, value: object | string): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  writeFileSync(join(folder(), name), text);
}

interface Result {
  readonly Match?: boolean;
  readonly KeyCheckValues?: readonly { Method: string; Value: string }[];
  readonly NumberOfBytes?: number;
  readonly AssuranceBits?: number;
  readonly Backups: readonly Readonly<Record<string, unknown>>[];
  readonly Rehearsal?: true;
}

/** Runs the command; the result is undefined where stdout is empty. */
async function verify(
  { endpoint, env }: Pick<Server, 'endpoint' | 'env'>,
  args: readonly string[],
  stdin = '',
): Promise<RunResult & { result: Result | undefined }> {
  const run = await kmsx(['verify-key', ...args, ...endpoint], { cwd: folder(), env, stdin });
  const result = run.stdout === '' ? undefined : (JSON.parse(run.stdout) as Result);
  return { ...run, result };
}

const pair = (name: string): string[] => ['--in', `${name}.json`, '--privkey', PRIVKEY];
const against = (...files: string[]): string[] => files.flatMap((file) => ['--against', file]);

async function start(): Promise<Server> {
  return await localKms({ cwd: folder() }, seedKeys(folder()));
}

async function unwrapped(name: string, ...args: string[]): Promise<string> {
  const argv = ['unwrap-key', '--privkey', PRIVKEY, '--in', `${name}.json`, ...args];
  return (await kmsxOk(argv, { cwd: folder() })).trim();
}

describe('kmsx verify-key', () => {
  it('proves every form of a backup against the export, and shows neither key', async () => {
    const server = await start();
    const document = await exportKey(server, 'a');
    write('blob', `${document.CiphertextBlob}\n`);
    write('answer.json', { CiphertextBlob: document.CiphertextBlob, RequestId: 'r' });
    const files = ['a.backup.json', 'a.json', 'blob', 'answer.json'];
    const run = await verify(server, [...pair('a'), ...against(...files), ...CONTEXT]);
    expect(run.code, run.stderr).toBe(0);
    const { KeyCheckValues } = JSON.parse(await unwrapped('a', '--check-value-only')) as Result;
    expect(run.result).toMatchObject({
      Match: true,
      KeyCheckValues,
      NumberOfBytes: 32,
      PublicKeyFingerprint: document.PublicKeyFingerprint,
      Rehearsal: true,
    });
    expect(run.result?.Backups.map(({ File, Match, KeyId }) => [File, Match, KeyId])).toEqual(
      files.map((file) => [file, true, OLD_KEY]),
    );
    const blobs = run.result?.Backups.map((each) => each['CiphertextBlobFingerprint']);
    expect(new Set(blobs).size).toBe(1);
    expect(run.result).not.toHaveProperty('AssuranceBits');
    expect(run.stdout).toMatch(/^\{"Match":true,"KeyCheckValues":.*\}\n$/);
    const key = Buffer.from(await unwrapped('a'), 'base64');
    for (const secret of [key.toString('base64'), key.toString('hex')]) {
      expect(run.stdout + run.stderr).not.toContain(secret);
    }
  });

  it('reads the export or a backup from standard input, and a backup from a secret', async () => {
    const server = await start();
    await exportKey(server, 'a', '--backup', 'secret:vault/a');
    const text = readFileSync(join(folder(), 'a.json'), 'utf8');
    const files = against('a.backup.json', 'secret:vault/a');
    const piped = await verify(server, ['--privkey', PRIVKEY, ...files], text);
    expect(piped.code, piped.stderr).toBe(0);
    expect(piped.result?.Backups).toMatchObject([
      { File: 'a.backup.json', Match: true },
      { File: 'secret:vault/a', Match: true },
    ]);
    const backup = await verify(server, [...pair('a'), '--against', '-'], text);
    expect(backup.result, backup.stderr).toMatchObject({ Match: true });
  });

  it('carries 214 bytes, and shows the check values that are asked for', async () => {
    const server = await start();
    await exportKey(
      server,
      'a',
      '--number-of-bytes',
      '214',
      ...['--wrapping-algorithm', 'RSAES_OAEP_SHA_1'],
    );
    const methods = await verify(server, [
      ...[...pair('a'), ...against('a.backup.json'), '--check-value-methods', 'sha256'],
    ]);
    expect(methods.code, methods.stderr).toBe(0);
    expect(methods.result).toMatchObject({
      NumberOfBytes: 214,
      KeyCheckValues: [{ Method: 'SHA256-LABEL' }],
    });
    const none = await verify(server, [
      ...[...pair('a'), ...against('a.backup.json'), '--check-value-methods', 'cmac'],
    ]);
    expect(none.result).toMatchObject({ Match: true, KeyCheckValues: [] });
  });
});

describe('each lie', () => {
  it.each([
    [
      'a swapped CiphertextBlob',
      (a: ExportDocument, b: ExportDocument) => ({ ...a, CiphertextBlob: b.CiphertextBlob }),
    ],
    ["another key's export document", (_: ExportDocument, b: ExportDocument) => b],
  ])('is a mismatch with exit code 6, the other backup reported too: %s', async (_, lie) => {
    const server = await start();
    const a = await exportKey(server, 'a');
    write('lie.json', lie(a, await exportKey(server, 'b')));
    const run = await verify(server, [...pair('a'), ...against('a.backup.json', 'lie.json')]);
    expect(run.code).toBe(6);
    expect(run.result).toMatchObject({
      Match: false,
      Backups: [
        { File: 'a.backup.json', Match: true },
        { File: 'lie.json', Match: false },
      ],
    });
    expect(run.stderr).toMatch(/^kmsx: error: another data key is in lie\.json$/m);
    expect(run.stderr).toMatch(/^kmsx: hint: stop: /m);
  });

  it('finds an export of a key that somebody chose: RSA-OAEP does not say who made it', async () => {
    const server = await start();
    const document = await exportKey(server, 'a');
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const forged = publicEncrypt(
      { key: readFileSync(PUBKEY), padding, oaepHash: 'sha256' },
      randomBytes(32),
    );
    const [first] = document.Exports;
    const ExportedDataKey = forged.toString('base64');
    write('forged.json', {
      ...document,
      ExportedDataKey,
      Exports: [{ ...first, ExportedDataKey }],
    });
    // Nothing else finds it: it opens, and is as long as it must be.
    await unwrapped('forged');
    for (const files of [['a.backup.json'], ['forged.json']]) {
      const run = await verify(server, [...pair('forged'), ...against(...files)]);
      expect(run).toMatchObject({ code: 6, result: { Match: false } });
    }
    const inBackup = await verify(server, [...pair('a'), ...against('forged.json')]);
    expect(inBackup).toMatchObject({ code: 6, result: { Match: false } });
  });

  it('takes no document that has a second export for the same key', async () => {
    const server = await start();
    const document = await exportKey(server, 'a');
    const { Exports } = await exportKey(server, 'b');
    const sha1 = { WrappingAlgorithm: 'RSAES_OAEP_SHA_1' };
    for (const twin of [{}, sha1]) {
      const second = { ...Exports[0], ...twin };
      write('twins.json', { ...document, Exports: [...document.Exports, second] });
      for (const args of [
        [...pair('twins'), ...against('a.backup.json')],
        [...pair('a'), ...against('twins.json')],
      ]) {
        const run = await verify(server, args);
        expect(run).toMatchObject({ code: 2, stdout: '' });
        expect(run.stderr).toContain('is for the public key of another export');
      }
    }
  });

  it('finds a CiphertextBlob under another KMS key, and a document of another length', async () => {
    const server = await start();
    const document = await exportKey(server, 'a');
    const other = await exportKey(server, 'b', '--key-id', NEW_KEY);
    const short = await exportKey(server, 'c', '--key-spec', 'AES_128');
    for (const [blob, code] of [
      [other.CiphertextBlob, 'backup-key-mismatch'],
      [short.CiphertextBlob, 'data-key-length'],
    ] as const) {
      write('lie.json', { ...document, CiphertextBlob: blob });
      const run = await verify(server, [...pair('a'), ...against('lie.json')]);
      expect(run.code, run.stderr).toBe(6);
      expect(run.result).toMatchObject({
        Match: false,
        Backups: [{ Match: false, Error: { Code: code } }],
      });
    }
  });

  it('leaves stdout empty where nothing could be compared', async () => {
    const server = await start();
    const document = await exportKey(server, 'a');
    const stranger = ['--in', 'a.json', '--privkey', testKeyPath('other-2048.pem')];
    const files = against('a.backup.json');
    expect(await verify(server, [...stranger, ...files])).toMatchObject({ code: 6, stdout: '' });

    write('context.json', { ...document, EncryptionContext: { purpose: 'theft' } });
    const context = await verify(server, [...pair('a'), ...against('context.json')]);
    expect(context).toMatchObject({ code: 4, stdout: '' });
    expect(context.stderr).toMatch(/^kmsx: hint: .*encryption context/m);

    write('cut.json', readFileSync(join(folder(), 'a.json'), 'utf8').slice(0, -20));
    expect(await verify(server, [...pair('a'), ...against('cut.json')])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  it('leaves Match out where one matches and KMS refuses the other', async () => {
    const server = await start();
    const document = await exportKey(server, 'a');
    write('context.json', { ...document, EncryptionContext: { purpose: 'theft' } });
    const files = against('context.json', 'a.backup.json');
    const run = await verify(server, [...pair('a'), ...files]);
    expect(run.code, run.stderr).toBe(4);
    expect(run.result).not.toHaveProperty('Match');
    expect(run.result?.Backups).toMatchObject([{ Error: {} }, { Match: true }]);
  });
});

describe('--expect-check-value', () => {
  async function valuesOf(name: string): Promise<string[]> {
    const { KeyCheckValues } = JSON.parse(await unwrapped(name, '--check-value-only')) as Result;
    const words = ['ecb', 'cmac', 'label'];
    return (KeyCheckValues ?? []).map(({ Value }, index) => `${words[index] ?? ''}:${Value}`);
  }

  it('holds a backup against what an HSM shows, and says how much that proves', async () => {
    const server = await start();
    await exportKey(server, 'a');
    const values = await valuesOf('a');
    for (const [index, bits] of [24, 40, 128].entries()) {
      const value = [
        '--expect-check-value',
        values[index]?.toUpperCase().replace(/^\w+/, (word) => word.toLowerCase()) ?? '',
      ];
      const run = await verify(server, [...value, ...against('a.backup.json')]);
      expect(run.code, run.stderr).toBe(0);
      expect(run.result).toMatchObject({ Match: true, AssuranceBits: bits, NumberOfBytes: 32 });
      expect(run.stderr.includes(`a check value of ${bits} bits shows a mix-up`)).toBe(bits < 128);
    }
    const beside = ['--expect-check-value', values[2] ?? ''];
    const both = await verify(server, [...pair('a'), ...beside, ...against('a.backup.json')]);
    expect(both.result).toMatchObject({ Match: true, AssuranceBits: 128 });
  });

  it('is a mismatch for another key', async () => {
    const server = await start();
    await exportKey(server, 'a');
    await exportKey(server, 'b');
    for (const value of await valuesOf('b')) {
      const expected = ['--expect-check-value', value];
      const run = await verify(server, [...expected, ...against('a.backup.json')]);
      expect(run).toMatchObject({ code: 6, result: { Match: false } });
      const both = await verify(server, [...pair('a'), ...expected, ...against('a.backup.json')]);
      expect(both).toMatchObject({ code: 6, result: { Match: false } });
    }
  });
});

describe('bad use', () => {
  it('is found before KMS is asked', async () => {
    await exportKey(
      { endpoint: ['--gateway', 'local'], env: {} },
      'a',
      '--key-id',
      'alias/rehearsal',
    );
    write('long.json', { ...read('a.backup.json'), NumberOfBytes: 215 });
    // Nobody listens there.
    const nowhere = { endpoint: ['--endpoint', 'http://127.0.0.1:9'], env: {} };
    const value = ['--expect-check-value', 'ecb:000000'];
    const files = against('a.backup.json');
    const cases: readonly [string[], RegExp][] = [
      [pair('a'), /at least one --against is needed/],
      [files, /--privkey is needed/],
      [['--in', 'a.json', ...files], /--privkey is needed/],
      [['--in', 'a.json', ...value, ...files], /--in needs --privkey/],
      [[...pair('a'), ...against('long.json')], /a data key of 215 bytes is too long/],
      [[...value, ...against('long.json')], /a data key of 215 bytes is too long/],
      [['--privkey', PRIVKEY, ...against('-')], /--in and --against cannot both read/],
      [[...pair('a'), ...files, '--check-value-methods', 'md5'], /--check-value-methods takes/],
      [['--expect-check-value', 'ecb:00', ...files], /has 6 hexadecimal digits/],
      [['--in', 'a.backup.json', '--privkey', PRIVKEY, ...files], /a\.backup\.json is a backup/],
      [[...pair('a'), ...files, '--context', 'purpose=theft'], /--context differs/],
      [['--in', 'a.json', '--privkey', '-', ...files, '--witness'], /empty|--privkey as a file/],
    ];
    for (const [args, message] of cases) {
      const run = await verify(nowhere, args);
      expect(run.stderr).toMatch(message);
      expect(run).toMatchObject({ code: 2, stdout: '' });
    }
    const local = { endpoint: ['--gateway', 'local'], env: {} };
    const witness = await verify(local, [...pair('a'), ...files, '--witness']);
    expect(witness).toMatchObject({ code: 2, stdout: '' });
  });

  it('is a document of a rehearsal with a real gateway, or a real one with the embedded KMS', async () => {
    const local = { endpoint: ['--gateway', 'local'], env: {} };
    await exportKey(local, 'a', '--key-id', 'alias/rehearsal');
    const real = { endpoint: ['--gateway', 'public', '--region', 'cn-hangzhou'], env: {} };
    const { Rehearsal, ...genuine } = read('a.backup.json') as { Rehearsal: true };
    expect(Rehearsal).toBe(true);
    write('real.json', { ...genuine, Region: 'cn-hangzhou' });
    for (const [kms, args] of [
      [real, [...pair('a'), ...against('a.backup.json')]],
      [real, [...pair('a'), ...against('real.json')]],
      [local, [...pair('a'), ...against('real.json')]],
    ] as const) {
      const run = await verify(kms, args);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toMatch(/rehearsal/);
    }
  });
});
