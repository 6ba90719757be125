import { answerMalformed } from '../answers/errors.ts';
import { MAX_BLOB_CHARACTERS } from '../base/bytes/blob-length.ts';
import { kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { EncryptionContext } from '../documents/encryption-context.ts';
import { sameEncryptionContext } from '../documents/encryption-context.ts';
import type { Envelope } from '../documents/read-document.ts';
import { notCiphertext } from '../documents/recognise/words.ts';

/** The KMS key that an answer names. */
export interface NamedKey {
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly requestId: string;
}

/** What is known of a backup: with a bare CiphertextBlob, nothing else. */
export interface BackupSource {
  readonly CiphertextBlob: string;
  readonly EncryptionContext?: EncryptionContext | undefined;
  /** The KMS key, if known: an answer that names another one is wrong. */
  readonly KeyId?: string | undefined;
  readonly KeyVersionId?: string | undefined;
  readonly NumberOfBytes?: number | undefined;
  readonly Region?: string | undefined;
  /** Where the document was made: for a hint, never an address to connect to. */
  readonly Endpoint?: string | undefined;
  readonly Rehearsal?: true | undefined;
}

/**
 * What a file says about a backup; if it says nothing about the encryption context, the options do.
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
            hints: [
              `leave --context out, the document has it; if it should agree, find out who changed ${label}`,
            ],
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
        throw kmsxError('document-malformed', `${label} has no CiphertextBlob`, {
          details: { label },
        });
      }
      return withoutDocument(envelope.answer.CiphertextBlob, context, label);
    case 'bare':
      return withoutDocument(envelope.base64, context, label);
  }
}

function withoutDocument(
  CiphertextBlob: string,
  EncryptionContext: EncryptionContext | undefined,
  label: string,
): BackupSource {
  if (CiphertextBlob.length <= MAX_BLOB_CHARACTERS) return { CiphertextBlob, EncryptionContext };
  throw kmsxError(
    'document-malformed',
    `${label} has a CiphertextBlob of more than ${MAX_BLOB_CHARACTERS} characters`,
    { details: { label } },
  );
}

/**
 * Compares the KMS key and version that an answer names with the document's: this finds a CiphertextBlob that was
 * swapped for one under another KMS key.
 *
 * @throws KmsxError `backup-key-mismatch`
 */
export function assertKeyOfSource(
  { KeyId, KeyVersionId }: BackupSource,
  { keyId, keyVersionId }: NamedKey,
): void {
  const isKey = KeyId === undefined || KeyId === keyId;
  if (isKey && (KeyVersionId === undefined || KeyVersionId === keyVersionId)) return;
  throw kmsxError(
    'backup-key-mismatch',
    `the CiphertextBlob is under another ${isKey ? 'version of its KMS key' : 'KMS key'} than its document says`,
  );
}

/**
 * Compares the KMS key and version that two answers about the same CiphertextBlob name.
 *
 * @param action - the operation that gave `answer`
 * @throws KmsxError `answer-malformed`
 */
export function assertSameKey(
  action: string,
  answer: NamedKey,
  { keyId, keyVersionId }: Omit<NamedKey, 'requestId'>,
): void {
  const field = answer.keyId === keyId ? 'KeyVersionId' : 'KeyId';
  if (answer.keyId === keyId && answer.keyVersionId === keyVersionId) return;
  throw answerMalformed(
    action,
    `${field} is not the one that KMS gave for the same CiphertextBlob before`,
    answer.requestId,
  );
}

/** What encryption adds at the least: a tag of 16 bytes (SP 800-38D). */
const LEAST_SEAL = 16;

/**
 * Checks that a CiphertextBlob is long enough to hold a data key encrypted: a shorter one may be the data key itself.
 *
 * @param action - the operation that answered
 * @param length - of the data key, in bytes
 * @throws KmsxError `answer-malformed`
 */
export function assertSealed(
  action: string,
  ciphertextBlob: string,
  length: number,
  requestId: string,
): void {
  const { length: blobLength } = Buffer.from(ciphertextBlob, 'base64');
  if (blobLength >= length + LEAST_SEAL) return;
  const what = `a CiphertextBlob of ${blobLength} bytes can't hold a data key of ${length}`;
  throw answerMalformed(action, what, requestId);
}

/**
 * Checks that a new CiphertextBlob is one that kmsx takes from a document: what is written must be read again.
 *
 * @param action - the operation that answered
 * @throws KmsxError `answer-malformed`
 */
export function assertReadAgain(action: string, ciphertextBlob: string, requestId: string): void {
  const problem = notCiphertext(ciphertextBlob);
  if (problem === undefined) return;
  throw answerMalformed(action, `CiphertextBlob ${problem}`, requestId);
}

/**
 * Compares the length of a data key with what the document says.
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
