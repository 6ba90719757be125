import { equalBytes } from '../base/bytes.ts';
import { KmsxError, kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/secret-bytes.ts';
import { answerMalformed } from '../kms/errors.ts';
import type { KeyIdentifier } from '../kms/key-id.ts';
import type { KmsClient, ReEncryptedDataKey, ReEncryptInput } from '../kms/kms-client.ts';
import type { BackupDocument } from './backup-document.ts';
import { toBackupDocument } from './backup-document.ts';
import type { BackupSource } from './backup-source.ts';
import type { EncryptionContext } from './encryption-context.ts';
import { assertNoReservedName, encodeEncryptionContext } from './encryption-context.ts';
import type { ExportEntry } from './export-document.ts';
import type { ExpectedCheckValue } from './key-check-value.ts';
import { assertCheckValue } from './key-check-value.ts';
import type { OneTimeKey } from './one-time-export.ts';
import { dryRunOneTimeExport, exportToOneTimeKey, makeOneTimeKey } from './one-time-export.ts';
import { originOf } from './origin.ts';

/** An export for an RSA key of KMS, which ReEncrypt takes in the place of a CiphertextBlob. */
export interface AsymmetricSource {
  /** Id, alias or ARN of the RSA KMS key. */
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly entry: ExportEntry;
}

export interface ReencryptRequest {
  /** The old backup. */
  readonly source: BackupSource;
  /** Where the data key comes from an export and not from the old CiphertextBlob. */
  readonly asymmetricSource?: AsymmetricSource | undefined;
  /** The new KMS key. */
  readonly destination: KeyIdentifier;
  readonly destinationContext: EncryptionContext | undefined;
  /** What the data key's check values must be. */
  readonly expected: readonly ExpectedCheckValue[];
  /** What the new backup is held against, beside the expected check values. */
  readonly against: 'old backup' | 'check values alone';
}

/**
 * Brings the data key of a backup under another KMS key (ReEncrypt), and verifies it before it gives back the new
 * backup: the old CiphertextBlob and the new one are exported to the same one-time key and compared in constant time.
 * The old one is exported first, so that what does not open, or is too long, is found before ReEncrypt.
 *
 * ReEncrypt's answer names the old key; KeyId and KeyVersionId of the new backup are those of the ExportDataKey that
 * verifies it.
 *
 * @throws KmsxError those of `exportToOneTimeKey` and of KMS; `check-value-mismatch`; `reencrypt-mismatch`. What is
 * thrown after ReEncrypt says that the old backup stands
 */
export async function reencryptDataKey(
  request: ReencryptRequest,
  { kms, now }: { readonly kms: KmsClient; readonly now: () => Date },
): Promise<BackupDocument> {
  const oneTimeKey = await makeOneTimeKey();
  const old = await exportOld(request, kms, oneTimeKey);
  try {
    if (old !== undefined) assertCheckValues(old, request.expected);
    const answer = await kms.reEncrypt(reEncryptInput(request));
    return await sayingWhatStands(async () => {
      const verified = await verify(request, answer, old, oneTimeKey, kms);
      const { CiphertextBlob, KeyId, KeyVersionId, NumberOfBytes } = verified;
      return toBackupDocument(
        { KeyId, KeyVersionId, CiphertextBlob },
        {
          NumberOfBytes,
          EncryptionContext: request.destinationContext,
          ...originOf(kms, now()),
        },
      );
    });
  } finally {
    old?.dispose();
  }
}

/**
 * Asks KMS whether `reencryptDataKey` would succeed. The export of the new backup can't be asked about: there is none
 * yet.
 *
 * @returns what was not asked
 * @throws KmsxError what the calls would throw
 */
export async function dryRunReencrypt(
  request: ReencryptRequest,
  kms: KmsClient,
): Promise<readonly string[]> {
  if (request.against === 'old backup') await dryRunOneTimeExport(request.source, kms);
  await kms.dryRun.reEncrypt(reEncryptInput(request));
  return ['ExportDataKey'];
}

/**
 * Decides the context of the new backup, where another one is asked for. kmsx's own names are no one's to choose; the
 * id of a bound backup must be repeated, so that nobody loses the binding without a word.
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
      label,
    });
  }
  throw kmsxError('context-malformed', `the new context has a kmsx:id that ${label} has not`);
}

function exportOld(
  { source, against }: ReencryptRequest,
  kms: KmsClient,
  oneTimeKey: OneTimeKey,
): Promise<SecretBytes | undefined> {
  if (against === 'check values alone') return Promise.resolve(undefined);
  return exportToOneTimeKey(source, kms, oneTimeKey).then(({ dataKey }) => dataKey);
}

async function verify(
  request: ReencryptRequest,
  { ciphertextBlobBase64, requestId }: ReEncryptedDataKey,
  old: SecretBytes | undefined,
  oneTimeKey: OneTimeKey,
  kms: KmsClient,
): Promise<Required<Pick<BackupDocument, BackupFacts>>> {
  const { source, destination, destinationContext, expected } = request;
  const made: BackupSource = {
    CiphertextBlob: ciphertextBlobBase64,
    EncryptionContext: destinationContext,
    NumberOfBytes: old?.length ?? source.NumberOfBytes,
  };
  const { dataKey, keyId, keyVersionId } = await exportToOneTimeKey(made, kms, oneTimeKey);
  try {
    if (old !== undefined && !equalBytes(old.bytes, dataKey.bytes)) throw mismatch(requestId);
    assertCheckValues(dataKey, expected);
    assertDestination(keyId, destination, requestId);
    return {
      CiphertextBlob: ciphertextBlobBase64,
      KeyId: keyId,
      KeyVersionId: keyVersionId,
      NumberOfBytes: dataKey.length,
    };
  } finally {
    dataKey.dispose();
  }
}

type BackupFacts = 'CiphertextBlob' | 'KeyId' | 'KeyVersionId' | 'NumberOfBytes';

function mismatch(requestId: string): KmsxError {
  const { kind, code, message } = kmsxError(
    'reencrypt-mismatch',
    'the new CiphertextBlob does not hold the data key of the old backup',
  );
  return new KmsxError({ kind, code, message, requestId });
}

/** An alias does not tell which key it is; an id does. */
function assertDestination(keyId: string, { id }: KeyIdentifier, requestId: string): void {
  if (id === undefined || keyId === id || keyId.endsWith(`:key/${id}`)) return;
  throw answerMalformed('ReEncrypt', 'the new CiphertextBlob is under another KMS key', requestId);
}

function assertCheckValues(dataKey: SecretBytes, expected: readonly ExpectedCheckValue[]): void {
  for (const value of expected) assertCheckValue(dataKey.bytes, value);
}

function reEncryptInput(request: ReencryptRequest): ReEncryptInput {
  const { source, asymmetricSource, destination, destinationContext } = request;
  const to = {
    destinationKeyId: destination.text,
    destinationEncryptionContextJson:
      destinationContext && encodeEncryptionContext(destinationContext),
  };
  if (asymmetricSource === undefined) {
    const { CiphertextBlob, EncryptionContext } = source;
    return {
      ...to,
      ciphertextBlobBase64: CiphertextBlob,
      sourceEncryptionContextJson: EncryptionContext && encodeEncryptionContext(EncryptionContext),
    };
  }
  // RSA binds no context: none is sent for the source.
  const { keyId, keyVersionId, entry } = asymmetricSource;
  return {
    ...to,
    ciphertextBlobBase64: entry.ExportedDataKey,
    asymmetricSource: { keyId, keyVersionId, algorithm: entry.WrappingAlgorithm },
  };
}

/** Runs what comes after ReEncrypt: it made something new and changed nothing, and the error says so. */
async function sayingWhatStands<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    throw new KmsxError({
      kind: error.kind,
      code: error.code,
      message: `the new backup could not be verified and was not kept, the old one stands: ${error.message}`,
      details: { ...error.details, stage: 'verify' },
      ...(error.hints !== undefined && { hints: error.hints }),
      ...(error.requestId !== undefined && { requestId: error.requestId }),
      ...(error.httpStatus !== undefined && { httpStatus: error.httpStatus }),
      cause: error,
    });
  }
}
