import { createPublicKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dryRunOneTimeExport,
  exportToOneTimeKey,
  makeOneTimeKey,
  oneTimeAlgorithm,
} from '../../../src/data-key/one-time-export.ts';
import { failure } from '../../support/kms/clients.ts';
import { refusalOf } from '../../support/documents.ts';
import { startEmbeddedKms, withAnswers } from '../../support/kms/embedded-kms.ts';

const CONTEXT = { purpose: 'payments' };

describe('how a data key goes to a one-time key', () => {
  it.each([
    [1, 'RSAES_OAEP_SHA_256'],
    [32, 'RSAES_OAEP_SHA_256'],
    [190, 'RSAES_OAEP_SHA_256'],
    [191, 'RSAES_OAEP_SHA_1'],
    [214, 'RSAES_OAEP_SHA_1'],
    [undefined, 'RSAES_OAEP_SHA_1'],
  ])('with %s bytes by %s', (bytes, name) => {
    expect(oneTimeAlgorithm(bytes).name).toBe(name);
  });

  it('never above 214 bytes', () => {
    expect(refusalOf(() => oneTimeAlgorithm(215))).toMatchObject({
      code: 'data-key-too-long',
      kind: 'usage',
    });
  });
});

describe('exporting a backup to a one-time key', () => {
  it('gives the very data key, whatever its length, and names the KMS key', async () => {
    const { kms, keyId, seal } = await startEmbeddedKms();
    const key = await makeOneTimeKey();
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 214 }),
        fc.boolean(),
        async (bytes, isLengthKnown) => {
          const source = {
            CiphertextBlob: await seal(bytes, CONTEXT),
            EncryptionContext: CONTEXT,
            NumberOfBytes: isLengthKnown ? bytes.length : undefined,
          };
          const exported = await exportToOneTimeKey(source, kms, key);
          expect(exported.dataKey.bytes).toEqual(Buffer.from(bytes));
          expect(exported).toMatchObject({ keyId });
          expect(exported.keyVersionId).toMatch(/^[0-9a-f-]{36}$/);
        },
      ),
      { numRuns: 12, examples: [190, 191, 214].map((length) => [new Uint8Array(length), true]) },
    );
  });

  it('makes a key of its own, another one each time', async () => {
    const { kms, seal } = await startEmbeddedKms();
    const dataKey = randomBytes(32);
    const source = { CiphertextBlob: await seal(dataKey) };
    expect((await exportToOneTimeKey(source, kms)).dataKey.bytes).toEqual(dataKey);
    const [first, second] = [await makeOneTimeKey(), await makeOneTimeKey()];
    expect(first.publicKey.fingerprint).not.toBe(second.publicKey.fingerprint);
    expect(first.fingerprint).toBe(first.publicKey.fingerprint);
    const { spki } = first.publicKey;
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(publicKey.asymmetricKeyDetails).toMatchObject({
      modulusLength: 2048,
      publicExponent: 65537n,
    });
  });

  it('sends nothing where the data key is too long', async () => {
    const { kms, seal, calls } = await startEmbeddedKms();
    const source = { CiphertextBlob: await seal(randomBytes(215)), NumberOfBytes: 215 };
    expect(await failure(exportToOneTimeKey(source, kms))).toMatchObject({
      code: 'data-key-too-long',
    });
    expect(await failure(dryRunOneTimeExport(source, kms))).toMatchObject({
      code: 'data-key-too-long',
    });
    expect(calls()).toEqual([]);
  });

  it('refuses a data key whose length differs from the document', async () => {
    const { kms, seal } = await startEmbeddedKms();
    const source = { CiphertextBlob: await seal(randomBytes(16)), NumberOfBytes: 32 };
    expect(await failure(exportToOneTimeKey(source, kms))).toMatchObject({
      code: 'data-key-length',
      kind: 'crypto',
    });
  });

  it('refuses a CiphertextBlob under another KMS key than the document says', async () => {
    const { kms, seal, keyId } = await startEmbeddedKms();
    const source = { CiphertextBlob: await seal(randomBytes(32)), KeyId: keyId.replace(/./, 'x') };
    expect(await failure(exportToOneTimeKey(source, kms))).toMatchObject({
      code: 'backup-key-mismatch',
      kind: 'crypto',
    });
  });

  it("holds KMS's answer for wrong where it does not open with the one-time key", async () => {
    const { kms, seal } = await startEmbeddedKms();
    const source = { CiphertextBlob: await seal(randomBytes(32)), NumberOfBytes: 32 };
    const [mine, strange] = [await makeOneTimeKey(), await makeOneTimeKey()];
    const lying = withAnswers(kms, {
      exportDataKey: (input) =>
        kms.exportDataKey({ ...input, publicKeyBlobBase64: strange.publicKey.publicKeyBlob }),
    });
    const error = await failure(exportToOneTimeKey(source, lying, mine));
    expect(error).toMatchObject({ code: 'answer-malformed', kind: 'kms' });
    expect(error.requestId).toBeDefined();
  });

  it('asks KMS in a dry run and exports nothing', async () => {
    const { kms, seal, calls } = await startEmbeddedKms();
    const source = { CiphertextBlob: await seal(randomBytes(32), CONTEXT) };
    expect(await failure(dryRunOneTimeExport(source, kms))).toMatchObject({
      code: 'ValidationError',
    });
    await dryRunOneTimeExport({ ...source, EncryptionContext: CONTEXT }, kms);
    expect(calls()).toEqual(['ExportDataKey 400', 'ExportDataKey 400']);
  });
});
