import { requiredText } from '../request/read-parameter.ts';
import { decryptOaep, findRsaVersion, readOaepHash } from '../encryption/rsa-oaep.ts';
import type { Operation } from './operation.ts';

/** Decrypts under the private half of an asymmetric KMS key and gives the plaintext out as base64. */
export const asymmetricDecrypt: Operation = {
  action: 'AsymmetricDecrypt',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const keyId = requiredText(parameters, 'KeyId');
    const keyVersionId = requiredText(parameters, 'KeyVersionId');
    const hash = readOaepHash(parameters, 'Algorithm');
    const blob = requiredText(parameters, 'CiphertextBlob');
    const found = findRsaVersion(context, { keyId, keyVersionId }, 'kms:AsymmetricDecrypt');
    const decrypted = decryptOaep(found, hash, blob);
    const plaintext = decrypted.toString('base64');
    decrypted.fill(0);
    return {
      KeyId: found.key.keyId,
      KeyVersionId: found.version.keyVersionId,
      Plaintext: plaintext,
    };
  },
};
