import { requiredBytes, requiredText } from '../request/read-parameter.ts';
import { encryptOaep, findRsaVersion, readOaepHash } from '../encryption/rsa-oaep.ts';
import type { Operation } from './operation.ts';

/** What RSA_3072 takes with SHA-1, the most of all. */
const MAX_PLAINTEXT_BYTES = 342;

/** Encrypts bytes, which come as base64, under the public half of an asymmetric KMS key. */
export const asymmetricEncrypt: Operation = {
  action: 'AsymmetricEncrypt',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const keyId = requiredText(parameters, 'KeyId');
    const keyVersionId = requiredText(parameters, 'KeyVersionId');
    const hash = readOaepHash(parameters, 'Algorithm');
    const plaintext = requiredBytes(parameters, 'Plaintext', MAX_PLAINTEXT_BYTES);
    try {
      const found = findRsaVersion(context, { keyId, keyVersionId }, 'kms:AsymmetricEncrypt');
      return {
        CiphertextBlob: encryptOaep(found, hash, plaintext).toString('base64'),
        KeyId: found.key.keyId,
        KeyVersionId: found.version.keyVersionId,
      };
    } finally {
      plaintext.fill(0);
    }
  },
};
