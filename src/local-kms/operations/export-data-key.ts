import { openBlob } from '../encryption/ciphertext-blob.ts';
import { readEncryptionContext } from '../encryption/encryption-context.ts';
import { requiredText } from '../request/read-parameter.ts';
import { exportDataKey, readRecipient } from '../encryption/recipient.ts';
import type { Operation } from './operation.ts';

/** Takes a data key out of its CiphertextBlob and gives it out under the recipient's public key. */
export const exportDataKeyOperation: Operation = {
  action: 'ExportDataKey',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const blob = requiredText(parameters, 'CiphertextBlob');
    const recipient = readRecipient(parameters, context.publicKeys);
    const opened = openBlob(context, blob, readEncryptionContext(parameters), 'kms:ExportDataKey');
    try {
      return {
        ExportedDataKey: exportDataKey(recipient, opened.plaintext, 'CiphertextBlob'),
        KeyId: opened.key.keyId,
        KeyVersionId: opened.version.keyVersionId,
      };
    } finally {
      opened.plaintext.fill(0);
    }
  },
};
