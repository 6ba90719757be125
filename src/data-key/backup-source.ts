import { kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/secret-bytes.ts';
import type { EncryptionContext } from '../documents/encryption-context.ts';
import { sameEncryptionContext } from '../documents/encryption-context.ts';
import type { Envelope } from '../documents/read-document.ts';

/** A backup as far as it is known: a bare CiphertextBlob tells nothing of the rest. */
export interface BackupSource {
  readonly CiphertextBlob: string;
  readonly EncryptionContext?: EncryptionContext | undefined;
  /** The KMS key, where it is known: another one in an answer can't be right. */
  readonly KeyId?: string | undefined;
  readonly KeyVersionId?: string | undefined;
  readonly NumberOfBytes?: number | undefined;
  readonly Region?: string | undefined;
  /** Where the document was made: for a hint, never an address to call. */
  readonly Endpoint?: string | undefined;
  readonly Rehearsal?: true | undefined;
}

/**
 * What a file says of a backup; where it says nothing of the encryption context, the options do.
 *
 * @param context - of the options: it must agree with the document's, or be the only one
 * @param label - what the file is called in errors
 * @throws KmsxError `options-conflict`, `document-malformed`
 */
export function backupSourceOf(
  envelope: Envelope,
  context: EncryptionContext | undefined,
  label: string,
): BackupSource {
  switch (envelope.kind) {
    case 'export':
    case 'backup': {
      const { CiphertextBlob, KeyId, KeyVersionId, NumberOfBytes, Region, Rehearsal } =
        envelope.document;
      const { EncryptionContext, Endpoint } = envelope.document;
      if (context !== undefined && !sameEncryptionContext(context, EncryptionContext)) {
        throw kmsxError(
          'options-conflict',
          `--context differs from the encryption context that ${label} has`,
          {
            hint: `leave --context out, the document has it; if it should agree, find out who changed ${label}`,
          },
        );
      }
      return {
        CiphertextBlob,
        KeyId,
        KeyVersionId,
        NumberOfBytes,
        EncryptionContext,
        Region,
        Endpoint,
        Rehearsal,
      };
    }
    case 'answer':
      if (envelope.answer.CiphertextBlob === undefined) {
        throw kmsxError('document-malformed', `${label} has no CiphertextBlob`, { label });
      }
      return { CiphertextBlob: envelope.answer.CiphertextBlob, EncryptionContext: context };
    case 'bare':
      return { CiphertextBlob: envelope.base64, EncryptionContext: context };
  }
}

/**
 * Holds the KMS key that an answer names against the document: a CiphertextBlob that was swapped for one of
 * another KMS key is found here.
 *
 * @throws KmsxError `backup-key-mismatch`
 */
export function assertKeyOfSource({ KeyId }: BackupSource, keyId: string): void {
  if (KeyId === undefined || KeyId === keyId) return;
  throw kmsxError(
    'backup-key-mismatch',
    'the CiphertextBlob is under another KMS key than its document says',
  );
}

/**
 * Holds the length of a data key against what the document says of it.
 *
 * @throws KmsxError `data-key-length`
 */
export function assertLengthOfSource(
  { NumberOfBytes }: BackupSource,
  { length }: SecretBytes,
): void {
  if (NumberOfBytes === undefined || NumberOfBytes === length) return;
  throw kmsxError(
    'data-key-length',
    `the data key has ${length} bytes and the document says ${NumberOfBytes}`,
  );
}
