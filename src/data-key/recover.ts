import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { ComponentOrigin } from '../documents/component-document.ts';
import { dataKeyIdOf, encodeEncryptionContext } from '../documents/encryption-context.ts';
import type { DecryptInput, KmsClient } from '../kms/types.ts';
import type { BackupSource } from './backup-source.ts';
import { assertKeyOfSource, assertLengthOfSource, assertSealed } from './backup-source.ts';

/** The data key of a backup, and where it came from. */
export interface RecoveredDataKey {
  /** The caller disposes of it. */
  readonly dataKey: SecretBytes;
  readonly origin: ComponentOrigin;
}

/**
 * Opens a backup: has KMS decrypt the CiphertextBlob (Decrypt), and checks what comes against the document.
 *
 * @throws KmsxError those of KMS; `backup-key-mismatch`, `data-key-length` where the document says another KMS key or
 * another length
 */
export async function recoverDataKey(
  source: BackupSource,
  kms: KmsClient,
): Promise<RecoveredDataKey> {
  const answer = await kms.decrypt(decryptInput(source));
  const { plaintext: dataKey, keyId, keyVersionId } = answer;
  try {
    assertKeyOfSource(source, answer);
    assertSealed('Decrypt', source.CiphertextBlob, dataKey.length, answer.requestId);
    assertLengthOfSource(source, dataKey);
  } catch (error) {
    dataKey.dispose();
    throw error;
  }
  const origin = {
    KeyId: keyId,
    KeyVersionId: keyVersionId,
    DataKeyId: dataKeyIdOf(source.EncryptionContext),
    Rehearsal: kms.isRehearsal ? (true as const) : undefined,
  };
  return { dataKey, origin };
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
