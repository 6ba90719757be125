import type { GenerateAndExportDataKeyInput, KmsClient } from '../kms/types.ts';
import type { BackupDocument, DocumentOrigin } from '../documents/backup-document.ts';
import { madeBy, toBackupDocument } from '../documents/backup-document.ts';
import type { EncryptionContext } from '../documents/encryption-context.ts';
import { encodeEncryptionContext } from '../documents/encryption-context.ts';
import type { ExportDocument, ExportEntry } from '../documents/export-document.ts';
import { toExportDocument } from '../documents/export-document.ts';
import type { Recipient } from './recipient.ts';
import { assertReadAgain, assertSameKey, assertSealed } from './backup-source.ts';
import { exportEntry, wrappingParameters } from './recipient.ts';
import { reexport } from './reexport.ts';

/** The length of a new data key: KMS's name for it, or bytes. */
export type DataKeySize =
  { readonly keySpec: 'AES_256' | 'AES_128' } | { readonly numberOfBytes: number };

export interface ExportRequest {
  /** The KMS key: id, alias or ARN. */
  readonly keyId: string;
  readonly recipients: readonly [Recipient, ...Recipient[]];
  readonly size: DataKeySize;
  readonly context: EncryptionContext | undefined;
}

export interface ExportDependencies {
  readonly kms: KmsClient;
  readonly now: () => Date;
  /**
   * Called right after the first answer, before anything else is sent or shown; resolves when the backup is on stable
   * storage. With the first export, `finishExport` can go on from it in another run.
   */
  readonly keepBackup: (backup: BackupDocument, first: ExportEntry) => Promise<void>;
  /** Called where KMS answered, and its data key is thrown away since the answer can't be right. */
  readonly onUnusable?: () => Promise<void>;
}

const LENGTHS = { AES_256: 32, AES_128: 16 } as const;

/** The length of a data key in bytes. */
export function dataKeyLength(size: DataKeySize): number {
  return 'keySpec' in size ? LENGTHS[size.keySpec] : size.numberOfBytes;
}

/**
 * Generates a data key in KMS and exports it under every recipient's public key: GenerateAndExportDataKey
 * for the first, ExportDataKey on the same CiphertextBlob for the others. The backup is kept before the
 * others are requested.
 *
 * @throws KmsxError those of KMS, and `answer-malformed` for an answer that can't be right
 */
export async function exportDataKey(
  request: ExportRequest,
  { kms, now, keepBackup, onUnusable }: ExportDependencies,
): Promise<ExportDocument> {
  const [recipient, ...others] = request.recipients;
  const answer = await kms.generateAndExportDataKey(generateInput(request));
  const action = 'GenerateAndExportDataKey';
  const length = dataKeyLength(request.size);
  let first: ExportEntry;
  try {
    assertSealed(action, answer.ciphertextBlobBase64, length, answer.requestId);
    assertReadAgain(action, answer.ciphertextBlobBase64, answer.requestId);
    first = exportEntry(action, answer, recipient, answer.ciphertextBlobBase64);
  } catch (error) {
    await onUnusable?.();
    throw error;
  }
  const backup = toBackupDocument(
    {
      KeyId: answer.keyId,
      KeyVersionId: answer.keyVersionId,
      CiphertextBlob: answer.ciphertextBlobBase64,
    },
    { NumberOfBytes: length, EncryptionContext: request.context, ...madeBy(kms, now()) },
  );
  await keepBackup(backup, first);
  return await finishExport(backup, first, others, kms);
}

/**
 * Exports a data key that was generated, and whose backup is kept, under the other public keys: ExportDataKey for each.
 *
 * @param first - the export that came with the data key
 * @throws KmsxError those of KMS, and `answer-malformed` for an answer that can't be right
 */
export async function finishExport(
  backup: BackupDocument,
  first: ExportEntry,
  others: readonly Recipient[],
  kms: KmsClient,
): Promise<ExportDocument> {
  const { CiphertextBlob, EncryptionContext, KeyId: keyId, KeyVersionId: keyVersionId } = backup;
  const exports = [first];
  for (const recipient of others) {
    const other = await reexport({ CiphertextBlob, EncryptionContext }, recipient, kms);
    assertSameKey('ExportDataKey', other, { keyId, keyVersionId });
    exports.push(other.entry);
  }
  return toExportDocument(backup, exports, originOf(backup));
}

function originOf(backup: BackupDocument): DocumentOrigin {
  const { NumberOfBytes, EncryptionContext, Region, Endpoint, CreatedAt, Rehearsal } = backup;
  return { NumberOfBytes, EncryptionContext, Region, Endpoint, CreatedAt, Rehearsal };
}

/**
 * Asks KMS whether `exportDataKey` would succeed. Only the first call can be checked: there is no CiphertextBlob yet
 * for the others.
 *
 * @returns the actions that were not checked
 * @throws KmsxError what the call itself would throw
 */
export async function dryRunExport(request: ExportRequest, kms: KmsClient): Promise<string[]> {
  await kms.dryRun.generateAndExportDataKey(generateInput(request));
  return request.recipients.slice(1).map(() => 'ExportDataKey');
}

function generateInput({
  keyId,
  recipients,
  size,
  context,
}: ExportRequest): GenerateAndExportDataKeyInput {
  return {
    keyId,
    ...size,
    ...wrappingParameters(recipients[0]),
    encryptionContextJson: context && encodeEncryptionContext(context),
  };
}
