import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { StateStorage } from '../../../../src/local-kms/state/storage/state-storage.ts';
import { keyMaterial, refusalOf, succeed } from '../../../support/local-kms/calls.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

test('other material, and what cannot be decrypted, is refused before any change is waited for', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let isStalled = false;
  const storage: StateStorage = {
    load: () => Promise.resolve(undefined),
    save: () => (isStalled ? released : Promise.resolve()),
    close: () => undefined,
  };
  const kms = await startTestGateway(undefined, undefined, undefined, storage);
  const material = await keyMaterial(kms);
  await succeed(kms, 'ImportKeyMaterial', material);
  const { PublicKey = '', ImportToken = '' } = await succeed(kms, 'GetParametersForImport', {
    KeyId: material['KeyId'] ?? '',
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  });
  const key = createPublicKey({
    key: Buffer.from(PublicKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const other = publicEncrypt({ key, padding, oaepHash: 'sha256' }, randomBytes(32));

  isStalled = true;
  const waiting = refusalOf(kms, 'CreateKey');
  for (const bytes of [other, Buffer.alloc(256, 1)]) {
    const query = { ...material, ImportToken, EncryptedKeyMaterial: bytes.toString('base64') };
    expect(await refusalOf(kms, 'ImportKeyMaterial', query)).toBe('400 InvalidKeyMaterial');
  }
  release();
  expect(await waiting).toBe('200');
});
