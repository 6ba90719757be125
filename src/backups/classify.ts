import { KmsxError } from '../base/error.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import { BACKUP_FORMAT } from '../documents/backup-document.ts';
import type { Envelope } from '../documents/read-document.ts';
import { readEnvelope } from '../documents/read-document.ts';
import { fileFacts } from '../documents/inspect/inspect-file.ts';

/** What lies among backups. */
export type Classified =
  | { readonly kind: 'backup'; readonly envelope: Envelope }
  /** A document, key or report that is no backup. */
  | { readonly kind: 'other' }
  /** It begins as a backup document does, and is none. */
  | { readonly kind: 'damaged'; readonly error: KmsxError }
  /** Nothing that kmsx knows. */
  | { readonly kind: 'unknown'; readonly error: KmsxError };

/** Types of `inspect` that may be what is left of a backup, or stand in its place. */
const NO_DOCUMENT =
  /^(?:bare |text$|JSON object of strings$|answer of KMS$|error of |compressed file$)/;

const BEGINS_AS_BACKUP = new RegExp(`^\\s*\\{\\s*"Format"\\s*:\\s*"${BACKUP_FORMAT.slice(0, -1)}`);

/**
 * Says whether bytes are a backup: a backup document, a raw answer of KMS with a CiphertextBlob, or a bare value in
 * base64. An export document holds the same CiphertextBlob, and is no backup among backups.
 *
 * @param bytes - overwritten if they are a component
 * @param label - what they are called in errors
 */
export async function classify(bytes: Buffer, label: string): Promise<Classified> {
  const begins = BEGINS_AS_BACKUP.test(bytes.toString('latin1', 0, 200));
  try {
    const envelope = readEnvelope(bytes, label);
    return holdsBackup(envelope) ? { kind: 'backup', envelope } : { kind: 'other' };
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    if (begins) return { kind: 'damaged', error };
    const isOther = hasOtherFormat(bytes) || (await isKnownOtherwise(bytes, label));
    return isOther ? { kind: 'other' } : { kind: 'unknown', error };
  }
}

function holdsBackup(envelope: Envelope): boolean {
  if (envelope.kind === 'answer') return envelope.answer.CiphertextBlob !== undefined;
  return envelope.kind !== 'export';
}

/** A whole document of another Format, also one that this version does not read. */
function hasOtherFormat(bytes: Buffer): boolean {
  try {
    const value = parseJson(bytes.toString(), '');
    const format = isJsonObject(value) ? value['Format'] : undefined;
    return typeof format === 'string' && /^kmsx-(?!backup\/)[a-z-]{1,40}\/\d{1,9}$/.test(format);
  } catch (error) {
    if (error instanceof KmsxError) return false;
    throw error;
  }
}

async function isKnownOtherwise(bytes: Buffer, label: string): Promise<boolean> {
  const facts = await fileFacts(bytes, label);
  return typeof facts?.['Type'] === 'string' && !NO_DOCUMENT.test(facts['Type']);
}
