import { createPublicKey } from 'node:crypto';
import {
  decryptUnder,
  encryptUnder,
  privateKeyOf,
  readVersion,
} from '../encryption/public-key-encryption.ts';
import { SM2_CAPACITY_BYTES } from '../encryption/sm2.ts';
import { assertEnabled, findKey, findVersion } from '../keys/key-lookup.ts';
import { refusal } from '../refusal.ts';
import { refuseRecipient, requiredBytes, requiredText } from '../request/read-parameter.ts';
import { isSecretSpec } from '../state/key-spec.ts';
import type { OperationHandler } from './operation.ts';

const VERSION = { keyId: 'KeyId', keyVersionId: 'KeyVersionId', algorithm: 'Algorithm' } as const;

/** Encrypts bytes, given as base64, under the public half of an asymmetric KMS key. */
export const asymmetricEncrypt: OperationHandler = (parameters, context) => {
  const find = readVersion(parameters, VERSION);
  // No key takes more than SM2.
  const plaintext = requiredBytes(parameters, 'Plaintext', SM2_CAPACITY_BYTES);
  try {
    const found = find(context, 'kms:AsymmetricEncrypt');
    return {
      CiphertextBlob: encryptUnder(found, plaintext).toString('base64'),
      KeyId: found.key.keyId,
      KeyVersionId: found.version.keyVersionId,
    };
  } finally {
    plaintext.fill(0);
  }
};

/** Decrypts under the private half of an asymmetric KMS key and returns the plaintext as base64. */
export const asymmetricDecrypt: OperationHandler = (parameters, context) => {
  refuseRecipient(parameters);
  const find = readVersion(parameters, VERSION);
  const blob = requiredText(parameters, 'CiphertextBlob');
  const found = find(context, 'kms:AsymmetricDecrypt');
  const decrypted = decryptUnder(found, blob);
  const plaintext = decrypted.toString('base64');
  decrypted.fill(0);
  return {
    KeyId: found.key.keyId,
    KeyVersionId: found.version.keyVersionId,
    Plaintext: plaintext,
  };
};

/** Returns the public half of an asymmetric KMS key, as SubjectPublicKeyInfo in PEM. */
export const getPublicKey: OperationHandler = (parameters, context) => {
  const keyId = requiredText(parameters, 'KeyId');
  const keyVersionId = requiredText(parameters, 'KeyVersionId');
  const key = findKey(context, keyId, 'kms:GetPublicKey');
  if (isSecretSpec(key.keySpec)) throw refusal('UnsupportedOperation');
  assertEnabled(key);
  const found = { key, version: findVersion(key, keyVersionId) };
  const publicKey = createPublicKey(privateKeyOf(found));
  return {
    KeyId: key.keyId,
    KeyVersionId: found.version.keyVersionId,
    PublicKey: publicKey.export({ type: 'spki', format: 'pem' }),
  };
};
