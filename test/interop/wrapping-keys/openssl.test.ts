/* What kmsx prints, opened and computed again by the openssl program. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { kmsxOk } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

const ALGORITHMS = [
  { algorithm: 'RSAES_OAEP_SHA_256', hash: 'sha256', other: 'sha1', maxBytes: 190 },
  { algorithm: 'RSAES_OAEP_SHA_1', hash: 'sha1', other: 'sha256', maxBytes: 214 },
];

async function exportKey(...more: readonly string[]): Promise<ExportDocument> {
  const argv = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
  const printed = await kmsxOk([...argv, '--pubkey', PUBKEY, ...more], { cwd: folder() });
  writeFileSync(join(folder(), 'export.json'), printed);
  return JSON.parse(printed) as ExportDocument;
}

/** Unwraps `export.json`; the raw key goes through a file, since stdout is read as text here. */
async function unwrapRaw(): Promise<Buffer> {
  const argv = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json'];
  const hex = await kmsxOk([...argv, '--format', 'hex'], { cwd: folder() });
  const raw = await kmsxOk([...argv, '--format', 'raw', '--out', 'key.bin'], { cwd: folder() });
  expect(raw).toBe('');
  const bytes = readFileSync(join(folder(), 'key.bin'));
  rmSync(join(folder(), 'key.bin'));
  expect(hex).toBe(`${bytes.toString('hex')}\n`);
  return bytes;
}

function openssl(args: readonly string[], input: Buffer = Buffer.alloc(0)): Buffer {
  return execFileSync('openssl', args, { input, cwd: folder(), stdio: ['pipe', 'pipe', 'pipe'] });
}

function opensslDecrypt(exportedDataKey: string, oaepHash: string, mgf1Hash = oaepHash): Buffer {
  const pkeyopts = [
    'rsa_padding_mode:oaep',
    `rsa_oaep_md:${oaepHash}`,
    `rsa_mgf1_md:${mgf1Hash}`,
  ].flatMap((each) => ['-pkeyopt', each]);
  const args = ['pkeyutl', '-decrypt', '-inkey', PRIVKEY, ...pkeyopts];
  return openssl(args, Buffer.from(exportedDataKey, 'base64'));
}

beforeAll(() => {
  expect(openssl(['version']).toString()).toMatch(/^OpenSSL 3\./);
});

describe.each(ALGORITHMS)('openssl pkeyutl -decrypt and $algorithm', (row) => {
  const { algorithm, hash, other, maxBytes } = row;
  const wrapped = (...more: string[]) => exportKey('--wrapping-algorithm', algorithm, ...more);

  it.each([
    ['AES-256', ['--key-spec', 'AES_256'], 32],
    ['AES-128', ['--key-spec', 'AES_128'], 16],
    ['one byte', ['--number-of-bytes', '1'], 1],
    ['the longest', ['--number-of-bytes', String(maxBytes)], maxBytes],
  ])('open what export-key printed, to what unwrap-key gives: %s', async (_, size, bytes) => {
    const document = await wrapped(...size);
    const opened = opensslDecrypt(document.ExportedDataKey, hash);
    expect(opened).toHaveLength(bytes);
    expect(opened.equals(await unwrapRaw())).toBe(true);
  });

  it('take the hash for OAEP and for MGF1, both', async () => {
    const { ExportedDataKey } = await wrapped();
    for (const [oaep, mgf1] of [
      [other, other],
      [hash, other],
      [other, hash],
    ] as const) {
      expect(() => opensslDecrypt(ExportedDataKey, oaep, mgf1)).toThrow(/pkeyutl/);
    }
  });
});

describe('the fingerprint', () => {
  it('is what openssl pkey and sha256sum print', async () => {
    const command = 'openssl pkey -pubin -in "$0" -outform DER | sha256sum';
    const printed = execFileSync('sh', ['-c', command, PUBKEY], { encoding: 'utf8' });
    const document = await exportKey();
    expect(document.PublicKeyFingerprint).toBe(`SHA256:${printed.slice(0, 64)}`);
    await exportKey('--expect-fingerprint', `SHA256:${printed.slice(0, 64)}`);
  });
});

describe('the key check values', () => {
  const LABEL = Buffer.from('kmsx-data-key-v1');
  const ZEROS = Buffer.alloc(16);

  /** The three check values of an AES key, by method. */
  function computeByOpenssl(dataKey: Buffer): Record<string, string> {
    const bits = dataKey.length * 8;
    const hex = dataKey.toString('hex');
    const ecb = openssl(['enc', `-aes-${bits}-ecb`, '-nopad', '-K', hex], ZEROS);
    const cmac = (message: Buffer): string => {
      const macopts = ['-macopt', `hexkey:${hex}`, '-cipher', `AES-${bits}-CBC`];
      return openssl(['mac', ...macopts, 'CMAC'], message)
        .toString()
        .trim()
        .toLowerCase();
    };
    return {
      'AES-ECB-ZERO': ecb.toString('hex').slice(0, 6),
      'AES-CMAC-ZERO': cmac(ZEROS).slice(0, 10),
      'AES-CMAC-LABEL': cmac(LABEL),
    };
  }

  it.each(['AES_256', 'AES_128'])('of an %s key are those that openssl computes', async (spec) => {
    await exportKey('--key-spec', spec);
    const computed = computeByOpenssl(await unwrapRaw());
    const argv = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--check-value-only'];
    const printed = JSON.parse(await kmsxOk(argv, { cwd: folder() })) as {
      KeyCheckValues: { Method: string; Value: string }[];
    };
    const values = printed.KeyCheckValues.map(({ Method, Value }) => [Method, Value] as const);
    expect(Object.fromEntries(values)).toEqual(computed);
    expect(values).toHaveLength(3);
    const expected = [
      `ecb:${computed['AES-ECB-ZERO'] ?? ''}`,
      `cmac:${computed['AES-CMAC-ZERO'] ?? ''}`,
      `label:${computed['AES-CMAC-LABEL'] ?? ''}`,
    ].flatMap((value) => ['--expect-check-value', value]);
    await kmsxOk([...argv, ...expected], { cwd: folder() });
  });

  it('of a data key that is no AES key is the digest that openssl computes', async () => {
    await exportKey('--number-of-bytes', '48');
    const dataKey = await unwrapRaw();
    const digest = openssl(['dgst', '-sha256', '-r'], Buffer.concat([LABEL, dataKey]));
    const argv = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'export.json', '--check-value-only'];
    expect(JSON.parse(await kmsxOk(argv, { cwd: folder() }))).toEqual({
      KeyCheckValues: [{ Method: 'SHA256-LABEL', Value: digest.toString().slice(0, 32) }],
      NumberOfBytes: 48,
    });
  });
});
