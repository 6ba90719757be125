import { KmsRefused } from '../../answers/refusal.ts';
import { KmsxError, kmsxError } from '../../base/error.ts';
import type { KmsClient } from '../../kms/types.ts';
import type { BackupDocument } from '../../documents/backup-document.ts';
import { madeBy, toBackupDocument } from '../../documents/backup-document.ts';
import type { EncryptionContext } from '../../documents/encryption-context.ts';
import { assertNoReservedName } from '../../documents/encryption-context.ts';
import { assertCheckValues, assuranceBits } from '../../documents/key-check-value.ts';
import type { OneTimeKey } from '../one-time-export.ts';
import { dryRunOneTimeExport, exportToOneTimeKey, makeOneTimeKey } from '../one-time-export.ts';
import type { ReencryptRequest } from './request.ts';
import { reEncryptInput } from './request.ts';
import type { VerifiedBackup } from './verify.ts';
import { verifyNewBackup } from './verify.ts';

/** A new backup, and how it was verified. */
export interface ReencryptedBackup {
  readonly document: BackupDocument;
  /** Why the old CiphertextBlob was not opened: then the new backup was compared with check values alone. */
  readonly refusal: KmsxError | undefined;
  readonly sameKeyBut: VerifiedBackup['sameKeyBut'];
}

/**
 * Re-encrypts the data key of a backup under another KMS key (ReEncrypt), and verifies the new backup before it returns
 * it: the old CiphertextBlob and the new one are exported to the same one-time key and compared in constant time.
 * The old one is exported first, so that one that does not open or is too long is found before ReEncrypt.
 *
 * An export for an asymmetric KMS key may be all that is left of a data key: if KMS refuses the old CiphertextBlob beside it, an
 * expected check value of 128 bits verifies the new backup; a shorter one does not.
 *
 * ReEncrypt's answer names the old key; KeyId and KeyVersionId of the new backup are those of the ExportDataKey that
 * verifies it.
 *
 * @throws KmsxError those of `exportToOneTimeKey` and of KMS; `check-value-mismatch`; `reencrypt-mismatch`;
 * `reencrypt-same-key`. What is thrown after ReEncrypt says that the old backup stands
 */
export async function reencryptDataKey(
  request: ReencryptRequest,
  {
    kms,
    now,
    oneTimeKey: shared,
  }: {
    readonly kms: KmsClient;
    readonly now: () => Date;
    /** To use one pair for several backups; else a new one is made. */
    readonly oneTimeKey?: OneTimeKey;
  },
): Promise<ReencryptedBackup> {
  const oneTimeKey = shared ?? (await makeOneTimeKey());
  const { opened: old, refusal } = await openOld(request, () =>
    exportToOneTimeKey(request.source, kms, oneTimeKey),
  );
  try {
    if (old !== undefined) assertCheckValues(old.dataKey.bytes, request.expected);
    const answer = await kms.reEncrypt(reEncryptInput(request));
    return await sayingWhatStands(async () => {
      const made = await verifyNewBackup(request, answer, old, oneTimeKey, kms);
      const { CiphertextBlob, KeyId, KeyVersionId, NumberOfBytes, sameKeyBut } = made;
      const document = toBackupDocument(
        { KeyId, KeyVersionId, CiphertextBlob },
        {
          NumberOfBytes,
          EncryptionContext: request.destinationContext,
          ...madeBy(kms, now()),
        },
      );
      return { document, refusal, sameKeyBut };
    });
  } finally {
    old?.dataKey.dispose();
  }
}

/**
 * Asks KMS whether `reencryptDataKey` would succeed. The export of the new backup cannot be checked: it does not exist
 * yet.
 *
 * @returns the actions that were not checked
 * @throws KmsxError what the calls would throw
 */
export async function dryRunVerifiedReencrypt(
  request: ReencryptRequest,
  kms: KmsClient,
): Promise<readonly string[]> {
  await openOld(request, () => dryRunOneTimeExport(request.source, kms));
  await dryRunReencrypt(request, kms);
  return ['ExportDataKey'];
}

/**
 * Asks KMS about ReEncrypt alone.
 *
 * @throws KmsxError what the call would throw
 */
export async function dryRunReencrypt(request: ReencryptRequest, kms: KmsClient): Promise<void> {
  await kms.dryRun.reEncrypt(reEncryptInput(request));
}

/**
 * Checks the context of a new backup, if another one is given. kmsx's own names are reserved, and the id of a bound
 * backup must be repeated, so that the binding is not lost silently.
 *
 * @param label - what the old backup is called in errors
 * @throws KmsxError `context-unbound`, `context-malformed`
 */
export function assertKeepsBinding(
  from: EncryptionContext | undefined,
  to: EncryptionContext | undefined,
  label: string,
): void {
  const { 'kmsx:id': id, ...others } = to ?? {};
  assertNoReservedName(others);
  const bound = from?.['kmsx:id'];
  if (id === bound) return;
  if (id === undefined) {
    throw kmsxError('context-unbound', `${label} is bound to its id, and --to-context lacks it`, {
      details: { label },
    });
  }
  throw kmsxError('context-malformed', `the new context has a kmsx:id that ${label} does not have`);
}

/**
 * Opens the old backup. KMS may refuse it only beside an export for an asymmetric KMS key, and only if the expected check values
 * identify the data key by themselves.
 */
async function openOld<T>(
  { asymmetricSource, expected }: ReencryptRequest,
  open: () => Promise<T>,
): Promise<{ readonly opened?: T; readonly refusal: KmsxError | undefined }> {
  try {
    return { opened: await open(), refusal: undefined };
  } catch (error) {
    // Keys with the same shorter check value can be found.
    const isProof = asymmetricSource !== undefined && (assuranceBits(expected) ?? 0) >= 128;
    if (!isProof || !isRefusalOfKms(error)) throw error;
    return { refusal: error };
  }
}

/** A refusal by KMS itself: not what kmsx found wrong, nor a missing answer. */
function isRefusalOfKms(error: unknown): error is KmsRefused {
  return error instanceof KmsRefused && error.kind !== 'unavailable';
}

/** Runs what comes after ReEncrypt: nothing existing was changed, and errors say so. */
async function sayingWhatStands<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    throw error.with({
      message: `the new backup could not be verified and was not kept, the old one stands: ${error.message}`,
      during: 'verification',
    });
  }
}
