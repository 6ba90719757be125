import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import fc from 'fast-check';
import forge from 'node-forge';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { readExportDocument } from '../../../src/documents/export-document.ts';
import type { WrappedDataKey } from '../../../src/data-key/unwrap.ts';
import { chooseExport } from '../../../src/data-key/find-export.ts';
import { unwrapDataKey } from '../../../src/data-key/unwrap.ts';
import type { OaepHash } from '../../../src/wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import type { OaepHashes } from '../../../src/wrapping/rsa-oaep.ts';
import { readPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import type { UnwrappingKey } from '../../../src/wrapping/unwrapping-key.ts';
import { testKey } from '../../support/wrapping/wrapping-keys.ts';
import { EXPORT, refusalOf } from '../../support/documents.ts';
import { failure } from '../../support/kms/clients.ts';

const SHA_256 = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
const SHA_1 = findWrappingAlgorithm('RSAES_OAEP_SHA_1');
const DATA_KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7 + 1));
let [mine, other]: UnwrappingKey[] = [];

beforeAll(async () => {
  const open = (file: string) =>
    readPrivateKey(testKey(file), file, () => Promise.reject(new Error('not encrypted')));
  mine = await open('rsa-2048.pem');
  other = await open('other-2048.pem');
});

function theKey(key: UnwrappingKey | undefined): UnwrappingKey {
  if (key === undefined) throw new Error('the key was not read');
  return key;
}

/** Wraps by Node's own RSA. */
function wrap(dataKey: Buffer, oaepHash: OaepHash, key = theKey(mine)): string {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const file = key === mine ? 'rsa-2048.pem' : 'other-2048.pem';
  const publicKey = createPublicKey(testKey(file));
  return publicEncrypt({ key: publicKey, padding, oaepHash }, dataKey).toString('base64');
}

/** Wraps by node-forge, with any two hashes. */
function wrapByForge(dataKey: Buffer, { hash, mgf1Hash }: OaepHashes, label = ''): string {
  const publicKey = forge.pki.publicKeyFromPem(testKey('rsa-2048-pub.pem').toString());
  const wrapped = publicKey.encrypt(dataKey.toString('latin1'), 'RSA-OAEP', {
    md: forge.md[hash].create(),
    mgf1: { md: forge.md[mgf1Hash].create() },
    label,
  });
  return Buffer.from(wrapped, 'latin1').toString('base64');
}

async function unwrap(wrapped: WrappedDataKey, key = theKey(mine)): Promise<Buffer> {
  return (await unwrapDataKey(wrapped, key)).bytes;
}

describe('choosing an export', () => {
  const entry = (key: UnwrappingKey, change: object = {}): object => ({
    ExportedDataKey: wrap(DATA_KEY, 'sha256', key),
    WrappingKeySpec: 'RSA_2048',
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    PublicKeyFingerprint: key.fingerprint,
    RequestId: 'r',
    ...change,
  });
  const documentOf = (...entries: object[]): ExportDocument =>
    readExportDocument({ ...EXPORT, ...entries[0], Exports: entries }, 'e.json');

  it('goes by the fingerprint, wherever the entry stands', async () => {
    const sha1 = { ExportedDataKey: wrap(DATA_KEY, 'sha1'), WrappingAlgorithm: SHA_1.name };
    const document = documentOf(entry(theKey(other)), entry(theKey(mine), sha1));
    expect(chooseExport(document, theKey(mine))).toEqual({
      exportedDataKey: sha1.ExportedDataKey,
      algorithm: SHA_1,
      numberOfBytes: 32,
    });
    for (const key of [theKey(mine), theKey(other)]) {
      expect(await unwrap(chooseExport(document, key), key)).toEqual(DATA_KEY);
    }
  });

  it('says which key has no export, and opens none', () => {
    const error = refusalOf(() =>
      chooseExport(documentOf(entry(theKey(other))), theKey(mine), 'my e.json'),
    );
    expect(error.code).toBe('privkey-not-recipient');
    expect(error.message).toContain('no export in my e.json');
    expect(error.hints?.join('\n')).toContain("kmsx inspect 'my e.json' shows");
    expect(error.message).toContain(theKey(mine).fingerprint);
  });
});

describe('unwrapping', () => {
  it.each([
    [SHA_256, 'sha256', 190],
    [SHA_1, 'sha1', 214],
  ] as const)(
    'gives back what was wrapped, of every length: $name',
    async (algorithm, hash, maxBytes) => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: maxBytes }), async (bytes) => {
          const exportedDataKey = wrap(Buffer.from(bytes), hash);
          expect(await unwrap({ exportedDataKey, algorithm })).toEqual(Buffer.from(bytes));
        }),
        { numRuns: 20 },
      );
    },
  );

  it.each([
    [SHA_256, 'sha1', SHA_1.name],
    [SHA_1, 'sha256', SHA_256.name],
  ] as const)(
    'names a mislabelled hash, only where the other opens: $name',
    async (algorithm, hash, name) => {
      const exportedDataKey = wrap(DATA_KEY, hash);
      const error = await failure(unwrap({ exportedDataKey, algorithm }));
      expect(error).toMatchObject({
        code: 'wrapping-hash-mislabelled',
        details: { algorithm: name },
      });
      const strange = await failure(unwrap({ exportedDataKey, algorithm }, theKey(other)));
      expect(strange.code).toBe('unwrap-failed');
    },
  );

  const HASHES = {
    sha1: 'SHA-1',
    sha256: 'SHA-256',
    sha384: 'SHA-384',
    sha512: 'SHA-512',
  } as const;
  const names = Object.keys(HASHES) as (keyof typeof HASHES)[];
  const foreign = names
    .flatMap((hash) => names.map((mgf1Hash) => ({ hash, mgf1Hash })))
    .filter(({ hash, mgf1Hash }) => hash !== mgf1Hash || !['sha1', 'sha256'].includes(hash));
  it.each(foreign)('names what KMS never uses: $hash with MGF1 over $mgf1Hash', async (pair) => {
    const exportedDataKey = wrapByForge(DATA_KEY, pair);
    for (const algorithm of [SHA_256, SHA_1]) {
      const error = await failure(unwrap({ exportedDataKey, algorithm }));
      const found = `${HASHES[pair.hash]} for OAEP and ${HASHES[pair.mgf1Hash]} for MGF1`;
      expect(error).toMatchObject({
        code: 'wrapping-hash-mislabelled',
        message: `the export does not open with ${algorithm.name}, but with ${found}`,
      });
      expect(error.hints).toEqual([expect.stringContaining('MGF1ParameterSpec.SHA')]);
      const strange = await failure(unwrap({ exportedDataKey, algorithm }, theKey(other)));
      expect(strange.code).toBe('unwrap-failed');
    }
  });

  it('tells no other pair apart from damage', async () => {
    const label = wrapByForge(DATA_KEY, { hash: 'sha256', mgf1Hash: 'sha1' }, 'a label');
    const error = await failure(unwrap({ exportedDataKey: label, algorithm: SHA_256 }));
    expect(error).toMatchObject({
      code: 'unwrap-failed',
      message: 'the wrapped data key does not open with this private key',
    });
  });

  it('fails with one error for all that can be wrong inside', async () => {
    const good = Buffer.from(wrap(DATA_KEY, 'sha256'), 'base64');
    const flipped = Buffer.from(good);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    const cases = [
      flipped,
      good.subarray(1),
      Buffer.concat([good, Buffer.alloc(1)]),
      Buffer.alloc(256),
      Buffer.alloc(256, 0xff),
      Buffer.alloc(0),
    ].map((bytes) => bytes.toString('base64'));
    const errors = await Promise.all(
      [...cases, wrap(DATA_KEY, 'sha256', theKey(other)), 'no base64'].map((exportedDataKey) =>
        failure(unwrap({ exportedDataKey, algorithm: SHA_256 })),
      ),
    );
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['unwrap-failed']));
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
    expect(errors.map(({ cause }) => cause).filter((cause) => cause !== undefined)).toEqual([]);
  });

  it('overwrites a key of another length than the document says, and does not give it', async () => {
    const dispose = vi.spyOn(SecretBytes.prototype, 'dispose');
    const wrapped = { exportedDataKey: wrap(DATA_KEY, 'sha256'), algorithm: SHA_256 };
    try {
      const error = await failure(unwrap({ ...wrapped, numberOfBytes: 16 }));
      expect(error).toMatchObject({
        code: 'data-key-length',
        message: 'the data key has 32 bytes and the document says 16',
      });
      const [secret] = dispose.mock.contexts as SecretBytes[];
      expect(secret?.bytes).toEqual(Buffer.alloc(DATA_KEY.length));
    } finally {
      dispose.mockRestore();
    }
    expect(await unwrap({ ...wrapped, numberOfBytes: 32 })).toEqual(DATA_KEY);
  });
});
