import type { ExportDataKeyInput, KmsClient } from '../kms/types.ts';
import type { BackupSource } from './backup-source.ts';
import type { NamedKey } from './backup-source.ts';
import { assertKeyOfSource, assertSameKey } from './backup-source.ts';
import { encodeEncryptionContext } from '../documents/encryption-context.ts';
import type { ExportDocument, ExportEntry } from '../documents/export-document.ts';
import { toExportDocument } from '../documents/export-document.ts';
import { madeBy } from '../documents/backup-document.ts';
import type { Recipient } from './recipient.ts';
import { assertFitsAll, exportEntry, wrappingParameters } from './recipient.ts';

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
  assertFitsAll(recipients, NumberOfBytes);
  const exports: ExportEntry[] = [];
  let first: Reexport | undefined;
  for (const recipient of recipients) {
    const answer = await reexport(source, recipient, kms);
    first ??= answer;
    assertSameKey('ExportDataKey', answer, first);
    exports.push(answer.entry);
  }
  const { keyId = '', keyVersionId = '' } = first ?? {};
  const envelope = { KeyId: keyId, KeyVersionId: keyVersionId, CiphertextBlob };
  return toExportDocument(envelope, exports, {
    NumberOfBytes,
    EncryptionContext,
    ...madeBy(kms, now()),
  });
}

/** One more export of a data key, and the KMS key that KMS says it is under. */
interface Reexport extends NamedKey {
  readonly entry: ExportEntry;
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
): Promise<Reexport> {
  const answer = await kms.exportDataKey(exportInput(source, recipient));
  assertKeyOfSource(source, answer);
  const entry = exportEntry('ExportDataKey', answer, recipient, source.CiphertextBlob);
  const { keyId, keyVersionId, requestId } = answer;
  return { entry, keyId, keyVersionId, requestId };
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
