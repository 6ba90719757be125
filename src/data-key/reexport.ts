import { decodeBase64 } from '../base/bytes.ts';
import { answerMalformed } from '../answers/errors.ts';
import type {
  ExportDataKeyInput,
  ExportedDataKey,
  KmsClient,
  WrappingParameters,
} from '../kms/types.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { assertFits } from '../wrapping/algorithms.ts';
import type { WrappingPublicKey } from '../wrapping/public-key.ts';
import type { BackupSource } from './backup-source.ts';
import { assertKeyOfSource } from './backup-source.ts';
import { encodeEncryptionContext } from '../documents/encryption-context.ts';
import type { ExportDocument, ExportEntry } from '../documents/export-document.ts';
import { toExportDocument } from '../documents/export-document.ts';
import { originOf } from './origin.ts';

/** Whom a data key is sealed for, and how. */
export interface Recipient {
  readonly publicKey: WrappingPublicKey;
  readonly algorithm: WrappingAlgorithm;
}

/**
 * Checks that every recipient's algorithm carries the data key, where its length is known.
 *
 * @throws KmsxError `data-key-too-long`
 */
export function assertCarriedToAll(
  { NumberOfBytes }: BackupSource,
  recipients: readonly Recipient[],
): void {
  if (NumberOfBytes === undefined) return;
  for (const { algorithm } of recipients) assertFits(algorithm, NumberOfBytes);
}

/**
 * Exports the data key of a backup under every recipient's public key.
 *
 * @throws KmsxError `data-key-too-long` before anything is sent, where the length is known; those of KMS
 */
export async function reexportDataKey(
  source: BackupSource,
  recipients: readonly Recipient[],
  { kms, now }: { readonly kms: KmsClient; readonly now: () => Date },
): Promise<ExportDocument> {
  const { NumberOfBytes, CiphertextBlob, EncryptionContext } = source;
  assertCarriedToAll(source, recipients);
  const exports: ExportEntry[] = [];
  let envelope = { KeyId: '', KeyVersionId: '', CiphertextBlob };
  for (const recipient of recipients) {
    const answer = await reexport(source, recipient, kms);
    envelope = { KeyId: answer.keyId, KeyVersionId: answer.keyVersionId, CiphertextBlob };
    exports.push(answer.entry);
  }
  return toExportDocument(envelope, exports, {
    NumberOfBytes,
    EncryptionContext,
    ...originOf(kms, now()),
  });
}

/**
 * Exports the data key of a CiphertextBlob under a public key: ExportDataKey.
 *
 * @throws KmsxError those of KMS, `answer-malformed`, `backup-key-mismatch`
 */
export async function reexport(
  source: BackupSource,
  recipient: Recipient,
  kms: KmsClient,
): Promise<{ entry: ExportEntry; keyId: string; keyVersionId: string }> {
  const answer = await kms.exportDataKey(exportInput(source, recipient));
  assertKeyOfSource(source, answer.keyId);
  const { keyId, keyVersionId } = answer;
  return { entry: exportEntry('ExportDataKey', answer, recipient), keyId, keyVersionId };
}

/** Asks KMS whether `reexport` would succeed; throws what it would throw. */
export async function dryRunReexport(
  source: BackupSource,
  recipient: Recipient,
  kms: KmsClient,
): Promise<void> {
  await kms.dryRun.exportDataKey(exportInput(source, recipient));
}

function exportInput(
  { CiphertextBlob, EncryptionContext }: BackupSource,
  recipient: Recipient,
): ExportDataKeyInput {
  return {
    ciphertextBlobBase64: CiphertextBlob,
    encryptionContextJson: EncryptionContext && encodeEncryptionContext(EncryptionContext),
    ...wrappingParameters(recipient),
  };
}

/** What KMS is told of a recipient. */
export function wrappingParameters({ publicKey, algorithm }: Recipient): WrappingParameters {
  return {
    publicKeyBlobBase64: publicKey.publicKeyBlob,
    wrappingKeySpec: publicKey.keySpec,
    wrappingAlgorithm: algorithm.name,
  };
}

/**
 * One export as the documents have it.
 *
 * @throws KmsxError `answer-malformed` if the ExportedDataKey is not as long as the modulus
 */
export function exportEntry(
  action: string,
  answer: ExportedDataKey,
  recipient: Recipient,
): ExportEntry {
  const { publicKey, algorithm } = recipient;
  const { wrappedBytes } = algorithm;
  const length = decodeBase64(answer.exportedDataKeyBase64)?.length;
  if (wrappedBytes !== undefined && length !== wrappedBytes) {
    throw answerMalformed(
      action,
      `it has an ExportedDataKey of ${length ?? 0} bytes; ${publicKey.keySpec} makes ${wrappedBytes}`,
      answer.requestId,
    );
  }
  return {
    ExportedDataKey: answer.exportedDataKeyBase64,
    WrappingKeySpec: publicKey.keySpec,
    WrappingAlgorithm: algorithm.name,
    PublicKeyFingerprint: publicKey.fingerprint,
    RequestId: answer.requestId,
  };
}
