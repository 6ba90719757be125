import { openBlob } from '../encryption/ciphertext-blob.ts';
import { readEncryptionContext } from '../encryption/encryption-context.ts';
import { requiredText } from '../request/read-parameter.ts';
import type { Operation } from './operation.ts';

/** Opens a CiphertextBlob and gives out what it holds, as base64. */
export const decrypt: Operation = {
  action: 'Decrypt',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const blob = requiredText(parameters, 'CiphertextBlob');
    const opened = openBlob(context, blob, readEncryptionContext(parameters), 'kms:Decrypt');
    const plaintext = opened.plaintext.toString('base64');
    opened.plaintext.fill(0);
    return {
      KeyId: opened.key.keyId,
      KeyVersionId: opened.version.keyVersionId,
      Plaintext: plaintext,
    };
  },
};
