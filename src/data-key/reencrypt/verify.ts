import { equalBytes } from '../../base/bytes/bytes.ts';
import { kmsxError } from '../../base/error.ts';
import { answerMalformed } from '../../answers/errors.ts';
import type { KeyIdentifier } from '../../kms/key-id.ts';
import { isAnswerAbout } from '../../kms/key-id.ts';
import type { KmsClient, ReEncryptedDataKey } from '../../kms/types.ts';
import type { BackupDocument } from '../../documents/backup-document.ts';
import type { BackupSource } from '../backup-source.ts';
import { assertReadAgain, assertSameKey } from '../backup-source.ts';
import { sameEncryptionContext } from '../../documents/encryption-context.ts';
import { assertCheckValues } from '../../documents/key-check-value.ts';
import type { OneTimeExport, OneTimeKey } from '../one-time-export.ts';
import { exportToOneTimeKey } from '../one-time-export.ts';
import type { ReencryptRequest } from './request.ts';

/** A new backup that was verified. */
export interface VerifiedBackup extends Required<
  Pick<BackupDocument, 'CiphertextBlob' | 'KeyId' | 'KeyVersionId' | 'NumberOfBytes'>
> {
  /** If it is under the same KMS key as the old one: what differs. */
  readonly sameKeyBut: 'context' | 'key version' | undefined;
}

/**
 * Opens what ReEncrypt made, by an export to the same one-time key as the old backup, and compares the two.
 *
 * @param old - undefined if the old CiphertextBlob is lost: then the expected check values decide
 * @throws KmsxError those of `exportToOneTimeKey`; `answer-malformed`, `reencrypt-mismatch`, `check-value-mismatch`,
 * `reencrypt-same-key`
 */
export async function verifyNewBackup(
  request: ReencryptRequest,
  answer: ReEncryptedDataKey,
  old: OneTimeExport | undefined,
  oneTimeKey: OneTimeKey,
  kms: KmsClient,
): Promise<VerifiedBackup> {
  const { source, destination, destinationContext, expected } = request;
  const { ciphertextBlobBase64, requestId } = answer;
  assertNewBlob(request, answer);
  assertReadAgain('ReEncrypt', ciphertextBlobBase64, requestId);
  assertOldKey(request, answer, old);
  const made: BackupSource = {
    CiphertextBlob: ciphertextBlobBase64,
    EncryptionContext: destinationContext,
    NumberOfBytes: old?.dataKey.length ?? source.NumberOfBytes,
  };
  const exported = await exportToOneTimeKey(made, kms, oneTimeKey);
  const { dataKey, keyId, keyVersionId } = exported;
  try {
    if (old !== undefined && !equalBytes(old.dataKey.bytes, dataKey.bytes)) {
      const message = 'the new CiphertextBlob does not hold the data key of the old backup';
      throw kmsxError('reencrypt-mismatch', message, { requestId });
    }
    assertCheckValues(dataKey.bytes, expected);
    assertDestination(keyId, destination, requestId);
    return {
      CiphertextBlob: ciphertextBlobBase64,
      KeyId: keyId,
      KeyVersionId: keyVersionId,
      NumberOfBytes: dataKey.length,
      sameKeyBut: differenceUnderOneKey(request, old, exported),
    };
  } finally {
    dataKey.dispose();
  }
}

/** The output must differ from the input: KMS encrypts with a fresh nonce. */
function assertNewBlob(
  { source, asymmetricSource }: ReencryptRequest,
  { ciphertextBlobBase64, requestId }: ReEncryptedDataKey,
): void {
  const made = Buffer.from(ciphertextBlobBase64, 'base64');
  for (const old of [source.CiphertextBlob, asymmetricSource?.entry.ExportedDataKey]) {
    if (old === undefined || !made.equals(Buffer.from(old, 'base64'))) continue;
    throw answerMalformed(
      'ReEncrypt',
      'its CiphertextBlob is the one that it was given',
      requestId,
    );
  }
}

/** ReEncrypt's answer names the KMS key and version that decrypted. */
function assertOldKey(
  { asymmetricSource }: ReencryptRequest,
  answer: ReEncryptedDataKey,
  old: OneTimeExport | undefined,
): void {
  if (asymmetricSource === undefined) {
    if (old !== undefined) assertSameKey('ReEncrypt', answer, old);
    return;
  }
  const { keyId } = answer;
  assertSameKey('ReEncrypt', answer, { keyId, keyVersionId: asymmetricSource.keyVersionId });
}

/**
 * What two backups under the same KMS key differ in. An alias can lead to the key that the old backup is already under.
 *
 * @returns undefined if they are under different keys, or the data key comes from an export
 * @throws KmsxError `reencrypt-same-key`
 */
function differenceUnderOneKey(
  { source, asymmetricSource, destinationContext }: ReencryptRequest,
  old: OneTimeExport | undefined,
  made: OneTimeExport,
): VerifiedBackup['sameKeyBut'] {
  if (asymmetricSource !== undefined || old === undefined) return undefined;
  if (ownId(old.keyId) !== ownId(made.keyId)) return undefined;
  if (!sameEncryptionContext(source.EncryptionContext, destinationContext)) return 'context';
  if (old.keyVersionId !== made.keyVersionId) return 'key version';
  throw kmsxError(
    'reencrypt-same-key',
    'the new CiphertextBlob is under the KMS key, key version and context of the old one',
  );
}

/** The id of a KMS key, also if its ARN is given. */
function ownId(keyId: string): string {
  return keyId.slice(keyId.lastIndexOf('/') + 1);
}

/** Only an id says which key it is; an alias does not. */
function assertDestination(keyId: string, { text }: KeyIdentifier, requestId: string): void {
  if (isAnswerAbout(text, keyId)) return;
  throw answerMalformed('ReEncrypt', 'the new CiphertextBlob is under another KMS key', requestId);
}
