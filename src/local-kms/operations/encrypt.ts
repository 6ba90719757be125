import { sealBlob } from '../encryption/ciphertext-blob.ts';
import { readEncryptionContext } from '../encryption/encryption-context.ts';
import { findKey } from '../keys/key-lookup.ts';
import { requiredBytes, requiredText } from '../request/read-parameter.ts';
import { primaryVersion } from '../state/state.ts';
import type { Operation } from './operation.ts';

const MAX_PLAINTEXT_BYTES = 6144;

/** Encrypts up to 6 KB, which come as base64, under a symmetric KMS key. */
export const encrypt: Operation = {
  action: 'Encrypt',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const keyId = requiredText(parameters, 'KeyId');
    const plaintext = requiredBytes(parameters, 'Plaintext', MAX_PLAINTEXT_BYTES);
    try {
      const encryptionContext = readEncryptionContext(parameters);
      const key = findKey(context, keyId, 'kms:Encrypt');
      return {
        CiphertextBlob: sealBlob(key, plaintext, encryptionContext, context.randomBytes),
        KeyId: key.keyId,
        KeyVersionId: primaryVersion(key).keyVersionId,
      };
    } finally {
      plaintext.fill(0);
    }
  },
};
