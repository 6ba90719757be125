import type { DecryptedDataKey, DecryptInput, KmsClient } from '../kms/types.ts';
import type { BackupSource } from './backup-source.ts';
import { assertKeyOfSource, assertLengthOfSource } from './backup-source.ts';
import { encodeEncryptionContext } from '../documents/encryption-context.ts';

/**
 * Opens a backup: has KMS decrypt the CiphertextBlob (Decrypt), and holds what comes against the document.
 *
 * @returns the data key in `plaintext`, which the caller disposes of
 * @throws KmsxError those of KMS; `backup-key-mismatch`, `data-key-length` where the document says another KMS key or
 * another length
 */
export async function recoverDataKey(
  source: BackupSource,
  kms: KmsClient,
): Promise<DecryptedDataKey> {
  const answer = await kms.decrypt(decryptInput(source));
  try {
    assertKeyOfSource(source, answer.keyId);
    assertLengthOfSource(source, answer.plaintext);
    return answer;
  } catch (error) {
    answer.plaintext.dispose();
    throw error;
  }
}

/** Asks KMS whether `recoverDataKey` would succeed; throws what Decrypt would throw. */
export async function dryRunRecover(source: BackupSource, kms: KmsClient): Promise<void> {
  await kms.dryRun.decrypt(decryptInput(source));
}

function decryptInput({ CiphertextBlob, EncryptionContext }: BackupSource): DecryptInput {
  return {
    ciphertextBlobBase64: CiphertextBlob,
    encryptionContextJson: EncryptionContext && encodeEncryptionContext(EncryptionContext),
  };
}
