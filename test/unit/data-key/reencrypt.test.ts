import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kmsxError } from '../../../src/base/error.ts';
import { keyCheckValues, parseExpectedCheckValue } from '../../../src/documents/key-check-value.ts';
import { recoverDataKey } from '../../../src/data-key/recover.ts';
import type { ReencryptRequest } from '../../../src/data-key/reencrypt/request.ts';
import {
  assertKeepsBinding,
  dryRunReencrypt,
  dryRunVerifiedReencrypt,
  reencryptDataKey,
} from '../../../src/data-key/reencrypt/reencrypt.ts';
import { parseKeyId } from '../../../src/kms/key-id.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { failure } from '../../support/kms/clients.ts';
import { refusalOf } from '../../support/documents.ts';
import type { EmbeddedKms } from '../../support/kms/embedded-kms.ts';
import { startEmbeddedKms, withAnswers } from '../../support/kms/embedded-kms.ts';

const NOW = new Date('2026-11-23T08:00:00.000Z');
const now = (): Date => NOW;

/** Another KMS key beside the first. */
async function makeKey({ call }: EmbeddedKms): Promise<string> {
  const { KeyMetadata } = (await call('CreateKey')) as unknown as {
    KeyMetadata: { KeyId: string };
  };
  return KeyMetadata.KeyId;
}

function requestOf(
  source: ReencryptRequest['source'],
  toKeyId: string,
  change: Partial<ReencryptRequest> = {},
): ReencryptRequest {
  return {
    source,
    destination: parseKeyId(toKeyId),
    destinationContext: source.EncryptionContext,
    expected: [],
    ...change,
  };
}

describe('re-encrypting a backup', () => {
  it('makes a backup under the new key that holds the same data key', async () => {
    const embedded = await startEmbeddedKms();
    const { kms, seal, calls } = embedded;
    const newKey = await makeKey(embedded);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 214 }),
        fc.option(fc.constant({ purpose: 'new' }), { nil: undefined }),
        async (bytes, context) => {
          const source = {
            CiphertextBlob: await seal(bytes, { purpose: 'old' }),
            EncryptionContext: { purpose: 'old' },
          };
          const request = requestOf(source, newKey, { destinationContext: context });
          const made = await reencryptDataKey(request, { kms, now });
          const { document } = made;
          expect(made).toMatchObject({ refusal: undefined, sameKeyBut: undefined });
          expect(calls()).toEqual(['ExportDataKey 200', 'ReEncrypt 200', 'ExportDataKey 200']);
          expect(document).toMatchObject({
            Format: 'kmsx-backup/1',
            KeyId: newKey,
            NumberOfBytes: bytes.length,
            CreatedAt: NOW.toISOString(),
            Rehearsal: true,
          });
          expect(document.EncryptionContext).toEqual(context);
          expect(document.CiphertextBlob).not.toBe(source.CiphertextBlob);
          const { dataKey, origin } = await recoverDataKey(document, kms);
          expect(dataKey.bytes).toEqual(Buffer.from(bytes));
          expect(document.KeyVersionId).toBe(origin.KeyVersionId);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('opens the old backup first: what is too long or wrong is never re-encrypted', async () => {
    const { kms, keyId, seal, calls } = await startEmbeddedKms();
    const tooLong = { CiphertextBlob: await seal(randomBytes(215)) };
    const attempt = (request: ReencryptRequest) => failure(reencryptDataKey(request, { kms, now }));
    expect(await attempt(requestOf({ ...tooLong, NumberOfBytes: 215 }, keyId))).toMatchObject({
      code: 'data-key-too-long',
    });
    expect(calls()).toEqual([]);
    // Where nobody knows the length, it is KMS that refuses the first export.
    expect(await attempt(requestOf(tooLong, keyId))).toMatchObject({ code: 'InvalidParameter' });
    const swapped = { CiphertextBlob: await seal(randomBytes(16)), NumberOfBytes: 32 };
    expect(await attempt(requestOf(swapped, keyId))).toMatchObject({ code: 'data-key-length' });
    const expected = [parseExpectedCheckValue(`label:${'0'.repeat(32)}`)];
    const other = { CiphertextBlob: await seal(randomBytes(32)) };
    expect(await attempt(requestOf(other, keyId, { expected }))).toMatchObject({
      code: 'check-value-mismatch',
    });
    expect(calls().filter((line) => line.startsWith('ReEncrypt'))).toEqual([]);
  });

  const liars: readonly [string, string, (kms: KmsClient, blob: string) => Partial<KmsClient>][] = [
    [
      'another data key',
      'reencrypt-mismatch',
      (kms, blob) => ({
        reEncrypt: async (input) => ({
          ...(await kms.reEncrypt(input)),
          ciphertextBlobBase64: blob,
        }),
      }),
    ],
    [
      'a CiphertextBlob that does not open',
      'InvalidParameter',
      (kms) => ({
        reEncrypt: async (input) => ({
          ...(await kms.reEncrypt(input)),
          ciphertextBlobBase64: randomBytes(100).toString('base64'),
        }),
      }),
    ],
    [
      'one under another KMS key than was asked for',
      'answer-malformed',
      (kms) => ({
        reEncrypt: (input) => kms.reEncrypt({ ...input, destinationKeyId: 'alias/rehearsal' }),
      }),
    ],
  ];
  it.each(liars)('keeps no backup where KMS makes %s: %s', async (_, code, answers) => {
    const embedded = await startEmbeddedKms();
    const { kms, seal } = embedded;
    const newKey = await makeKey(embedded);
    const source = { CiphertextBlob: await seal(randomBytes(32)) };
    const strange = await seal(randomBytes(32), undefined, newKey);
    const lying = withAnswers(kms, answers(kms, strange));
    const error = await failure(reencryptDataKey(requestOf(source, newKey), { kms: lying, now }));
    expect(error.code).toBe(code);
    expect(error.message).toContain('was not kept, the old one stands: ');
    expect(error.during).toBe('verification');
  });

  it('does not take the old CiphertextBlob for a new one', async () => {
    const embedded = await startEmbeddedKms();
    const { kms, seal } = embedded;
    const source = {
      CiphertextBlob: await seal(randomBytes(32), undefined, await makeKey(embedded)),
    };
    const echoing = withAnswers(kms, {
      reEncrypt: async (input) => ({
        ...(await kms.reEncrypt(input)),
        ciphertextBlobBase64: input.ciphertextBlobBase64,
      }),
    });
    const request = requestOf(source, 'alias/rehearsal');
    const error = await failure(reencryptDataKey(request, { kms: echoing, now }));
    expect(error).toMatchObject({ code: 'answer-malformed', kind: 'kms' });
    expect(error.message).toContain('its CiphertextBlob is the one that it was given');
  });

  it('refuses an alias that leads to the old key, unless context or key version are others', async () => {
    const { kms, keyId, seal } = await startEmbeddedKms();
    const EncryptionContext = { purpose: 'payments' };
    const source = {
      CiphertextBlob: await seal(randomBytes(32), EncryptionContext),
      EncryptionContext,
    };
    const request = requestOf(source, 'alias/rehearsal');
    const error = await failure(reencryptDataKey(request, { kms, now }));
    expect(error).toMatchObject({ code: 'reencrypt-same-key', kind: 'kms' });
    expect(error.message).toContain('was not kept, the old one stands: ');

    for (const destinationContext of [undefined, { purpose: 'archive' }]) {
      const changed = { ...request, destinationContext };
      const made = await reencryptDataKey(changed, { kms, now });
      expect(made).toMatchObject({ sameKeyBut: 'context', document: { KeyId: keyId } });
    }

    let exports = 0;
    const rotated = withAnswers(kms, {
      exportDataKey: async (input) => {
        exports += 1;
        const answer = await kms.exportDataKey(input);
        return exports === 1 ? answer : { ...answer, keyVersionId: 'the-next-one' };
      },
    });
    expect(await reencryptDataKey(request, { kms: rotated, now })).toMatchObject({
      sameKeyBut: 'key version',
      document: { KeyId: keyId, KeyVersionId: 'the-next-one' },
    });
  });

  it('asks KMS for both calls in a dry run, or for ReEncrypt alone', async () => {
    const { kms, keyId, seal, calls } = await startEmbeddedKms();
    const request = requestOf({ CiphertextBlob: await seal(randomBytes(32)) }, keyId);
    expect(await dryRunVerifiedReencrypt(request, kms)).toEqual(['ExportDataKey']);
    expect(calls()).toEqual(['ExportDataKey 400', 'ReEncrypt 400']);
    await dryRunReencrypt(request, kms);
    expect(calls()).toEqual(['ExportDataKey 400', 'ReEncrypt 400', 'ReEncrypt 400']);
    const nowhere = requestOf(request.source, 'alias/nowhere');
    expect(await failure(dryRunReencrypt(nowhere, kms))).toMatchObject({
      code: 'Forbidden.AliasNotFound',
    });
  });
});

describe('re-encrypting an export for an RSA key of KMS', () => {
  async function exportForKms(
    embedded: EmbeddedKms,
    dataKey: Buffer,
    algorithm = 'RSAES_OAEP_SHA_256',
  ) {
    const { call } = embedded;
    const { KeyMetadata } = (await call('CreateKey', {
      KeySpec: 'RSA_2048',
      KeyUsage: 'ENCRYPT/DECRYPT',
    })) as unknown as { KeyMetadata: { KeyId: string } };
    const { KeyVersions } = (await call('ListKeyVersions', {
      KeyId: KeyMetadata.KeyId,
    })) as unknown as { KeyVersions: { KeyVersion: readonly { KeyVersionId: string }[] } };
    const source = {
      KeyId: KeyMetadata.KeyId,
      KeyVersionId: KeyVersions.KeyVersion[0]?.KeyVersionId ?? '',
    };
    const { CiphertextBlob } = await call('AsymmetricEncrypt', {
      ...source,
      Algorithm: algorithm,
      Plaintext: dataKey.toString('base64'),
    });
    return {
      keyId: source.KeyId,
      keyVersionId: source.KeyVersionId,
      entry: {
        ExportedDataKey: CiphertextBlob ?? '',
        WrappingKeySpec: 'RSA_2048',
        WrappingAlgorithm: algorithm as 'RSAES_OAEP_SHA_256' | 'RSAES_OAEP_SHA_1',
        PublicKeyFingerprint: `SHA256:${'0'.repeat(64)}`,
        RequestId: 'r',
      },
    } as const;
  }

  it.each(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'])(
    'brings it under a symmetric key, and holds it against the old CiphertextBlob: %s',
    async (algorithm) => {
      const embedded = await startEmbeddedKms();
      const { kms, keyId, seal, calls } = embedded;
      const dataKey = randomBytes(32);
      const asymmetricSource = await exportForKms(embedded, dataKey, algorithm);
      const EncryptionContext = { purpose: 'payments' };
      const source = { CiphertextBlob: await seal(dataKey, EncryptionContext), EncryptionContext };
      const request = requestOf(source, keyId, { asymmetricSource });
      const { document } = await reencryptDataKey(request, { kms, now });
      expect(document).toMatchObject({ KeyId: keyId, EncryptionContext });
      expect((await recoverDataKey(document, kms)).dataKey.bytes).toEqual(dataKey);
      await dryRunVerifiedReencrypt(request, kms);
      expect(calls()).toContain('ReEncrypt 200');
    },
  );

  it('finds out an export of somebody else’s choosing', async () => {
    const embedded = await startEmbeddedKms();
    const { kms, keyId, seal } = embedded;
    const asymmetricSource = await exportForKms(embedded, randomBytes(32));
    const source = { CiphertextBlob: await seal(randomBytes(32)) };
    const request = requestOf(source, keyId, { asymmetricSource });
    expect(await failure(reencryptDataKey(request, { kms, now }))).toMatchObject({
      code: 'reencrypt-mismatch',
      kind: 'crypto',
    });
  });

  it('finds it out too where a short check value is expected that both keys have', async () => {
    const embedded = await startEmbeddedKms();
    const { kms, keyId, seal, calls } = embedded;
    const { one, other, value } = keysWithOneEcbValue();
    const asymmetricSource = await exportForKms(embedded, other);
    const source = { CiphertextBlob: await seal(one) };
    const expected = [parseExpectedCheckValue(`ecb:${value}`)];
    const request = requestOf(source, keyId, { asymmetricSource, expected });
    expect(await failure(reencryptDataKey(request, { kms, now }))).toMatchObject({
      code: 'reencrypt-mismatch',
    });
    expect(calls()).toEqual(['ExportDataKey 200', 'ReEncrypt 200', 'ExportDataKey 200']);
  });

  it('is held against a check value of 128 bits, and no shorter one, where the old CiphertextBlob is lost', async () => {
    const embedded = await startEmbeddedKms();
    const { kms, keyId, calls } = embedded;
    const dataKey = randomBytes(32);
    const asymmetricSource = await exportForKms(embedded, dataKey);
    const [ecb, cmac, label] = ['ecb', 'cmac', 'label'].map(
      (word) => `${word}:${keyCheckValues(dataKey, [word])[0]?.Value ?? ''}`,
    );
    const source = { CiphertextBlob: randomBytes(100).toString('base64') };
    const requestFor = (...values: (string | undefined)[]) =>
      requestOf(source, keyId, {
        asymmetricSource,
        expected: values.map((value) => parseExpectedCheckValue(value ?? '')),
      });
    const attempt = (...values: (string | undefined)[]) =>
      reencryptDataKey(requestFor(...values), { kms, now });
    for (const values of [[], [ecb], [cmac], [ecb, cmac]]) {
      expect(await failure(attempt(...values))).toMatchObject({ code: 'InvalidParameter' });
      expect(await failure(dryRunVerifiedReencrypt(requestFor(...values), kms))).toMatchObject({
        code: 'ValidationError',
      });
    }
    expect(calls().filter((line) => line.startsWith('ReEncrypt'))).toEqual([]);

    const { document, refusal } = await attempt(ecb, label);
    expect(refusal).toMatchObject({ code: 'InvalidParameter' });
    expect((await recoverDataKey(document, kms)).dataKey.bytes).toEqual(dataKey);
    expect(await dryRunVerifiedReencrypt(requestFor(label), kms)).toEqual(['ExportDataKey']);
    expect(await failure(attempt(`label:${'0'.repeat(32)}`))).toMatchObject({
      code: 'check-value-mismatch',
    });
  });

  it('is not held against check values alone where nobody answered, or what was answered is wrong', async () => {
    const embedded = await startEmbeddedKms();
    const { kms, keyId, seal } = embedded;
    const dataKey = randomBytes(32);
    const asymmetricSource = await exportForKms(embedded, dataKey);
    const label = keyCheckValues(dataKey, ['label'])[0]?.Value ?? '';
    const source = { CiphertextBlob: await seal(dataKey), KeyId: 'another-key' };
    const expected = [parseExpectedCheckValue(`label:${label}`)];
    const request = requestOf(source, keyId, { asymmetricSource, expected });
    expect(await failure(reencryptDataKey(request, { kms, now }))).toMatchObject({
      code: 'backup-key-mismatch',
    });
    for (const code of ['timed-out', 'answer-malformed'] as const) {
      const failing = withAnswers(kms, {
        exportDataKey: () => Promise.reject(kmsxError(code, 'as the test says')),
      });
      const ways = { kms: failing, now };
      expect(await failure(reencryptDataKey(request, ways))).toMatchObject({ code });
    }
  });
});

/** Two data keys that the shortest check value does not tell apart: among a few thousand there are some. */
function keysWithOneEcbValue(): { one: Buffer; other: Buffer; value: string } {
  const seen = new Map<string, Buffer>();
  for (;;) {
    const other = randomBytes(32);
    const value = keyCheckValues(other, ['ecb'])[0]?.Value ?? '';
    const one = seen.get(value);
    if (one !== undefined) return { one, other, value };
    seen.set(value, other);
  }
}

describe('the context of a new backup', () => {
  const ID = '0'.repeat(32);
  it.each([
    [undefined, undefined],
    [{ a: '1' }, undefined],
    [{ a: '1' }, { b: '2' }],
    [
      { a: '1', 'kmsx:id': ID },
      { b: '2', 'kmsx:id': ID },
    ],
  ])('may follow %j with %j', (from, to) => {
    expect(() => {
      assertKeepsBinding(from, to, 'b.json');
    }).not.toThrow();
  });

  it.each([
    [{ 'kmsx:id': ID }, undefined, 'context-unbound'],
    [{ 'kmsx:id': ID }, { a: '1' }, 'context-unbound'],
    [{ 'kmsx:id': ID }, { 'kmsx:id': '1'.repeat(32) }, 'context-malformed'],
    [{ a: '1' }, { 'kmsx:id': ID }, 'context-malformed'],
    [undefined, { 'kmsx:other': 'x' }, 'context-malformed'],
    [{ 'kmsx:id': ID }, { 'kmsx:id': ID, 'kmsx:other': 'x' }, 'context-malformed'],
  ])('may not follow %j with %j: %s', (from, to, code) => {
    const error = refusalOf(() => {
      assertKeepsBinding(from, to, 'b.json');
    });
    expect(error).toMatchObject({ code, kind: 'usage' });
    expect(error.message).not.toContain(ID);
  });
});
