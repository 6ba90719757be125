import { decodeText } from '../base/text/text.ts';
import type { KmsxError } from '../base/error.ts';
import { kmsxError } from '../base/error.ts';
import type { JsonObject } from '../base/json.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import type { BackupDocument } from './backup-document.ts';
import { BACKUP_FORMAT, readBackupDocument } from './backup-document.ts';
import { DocumentFields } from './fields.ts';
import { RECORD_FORMAT } from './record-format.ts';
import type { ExportDocument } from './export-document.ts';
import { EXPORT_FORMAT, readExportDocument } from './export-document.ts';
import { fromPaper } from './from-paper.ts';
import { isTextWithNul } from './recognise/encodings.ts';
import { foreignAnswer } from './recognise/json-dress.ts';
import type { Recognised } from './recognise/recognise.ts';
import { mayBeCiphertext, recognise } from './recognise/recognise.ts';
import { inWords } from './recognise/words.ts';

/** An answer of KMS itself, as `aliyun kms` prints it: without a Format, so the rest comes from options. */
export interface RawAnswer {
  readonly CiphertextBlob: string | undefined;
  readonly ExportedDataKey: string | undefined;
  readonly KeyId: string | undefined;
  readonly KeyVersionId: string | undefined;
}

/** A document as a command finds it in a file or on stdin. */
export type Envelope =
  | { readonly kind: 'export'; readonly document: ExportDocument }
  | { readonly kind: 'backup'; readonly document: BackupDocument }
  | { readonly kind: 'answer'; readonly answer: RawAnswer }
  /** A bare value in base64: a CiphertextBlob or an ExportedDataKey, as the caller knows. */
  | { readonly kind: 'bare'; readonly base64: string };

const STATE = 'is the state of the embedded KMS; local-kms --state takes its folder';

/** Known documents that other commands read. */
const OTHER_DOCUMENTS: ReadonlyMap<unknown, string> = new Map([
  ['kmsx-component/1', 'is a component of a split data key; combine takes it'],
  ['kmsx-import/1', 'is the report of an import into tokens: it holds no data key'],
  ['kmsx-proof/1', 'is a proof of a backup; drill and list-backups take its folder as --proofs'],
  [RECORD_FORMAT, 'is the record of a ceremony; record verify takes its folder'],
  ['kmsx-local-kms-seed/1', 'is a seed of the embedded KMS; local-kms --seed takes it'],
  ['kmsx-local-kms-state/2', STATE],
  ['kmsx-local-kms-state/3', STATE],
]);

/**
 * Reads what kmsx writes and what KMS answers: by its `Format`; without one, as a raw answer of KMS; or, if it is not an
 * object, as a bare value in standard base64 (with line breaks in it and around it). What was scanned or typed from paper
 * is read as `fromPaper` has it. A bare value that is no ciphertext
 * is refused by its name: what KMS is sent is judged here.
 *
 * @throws KmsxError `json-malformed`, `json-name-twice`, `base64-malformed`, `not-ciphertext`, `document-malformed`,
 * `document-inconsistent`, `document-format-unknown`, `context-malformed`
 */
export function readEnvelope(given: Uint8Array, label: string): Envelope {
  const bytes = fromPaper(given, label);
  const recognised = recognise(bytes);
  if (mayBeCiphertext(recognised)) {
    return { kind: 'bare', base64: decodeText(bytes, label).replaceAll(/\s/g, '') };
  }
  if (recognised.dress.length === 0 && startsLikeJson(bytes))
    return readObject(parseJson(decodeText(bytes, label), label), label);
  if (recognised.dress.length === 0 && isTextWithNul(bytes)) decodeText(bytes, label); // which says so
  throw unreadable(recognised, label);
}

/** Also where it goes on as no text: that is then what is wrong with it. */
function startsLikeJson(bytes: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?\s*\{\s*(?:["}]|$)/.test(
    Buffer.from(bytes.subarray(0, 100)).toString('latin1'),
  );
}

/** What a file that is no document and no bare ciphertext is said to be. */
function unreadable(recognised: Recognised, label: string): KmsxError {
  const { dress, kind } = recognised;
  const details = { details: { label } };
  const what = `${label} ${inWords(recognised)}`;
  if (kind === 'opaque') {
    return kmsxError('base64-malformed', `${what}; a ciphertext is read in standard base64`);
  }
  if (kind === 'JSON') {
    return kmsxError('document-malformed', `${what}; a document is read as it is`, details);
  }
  if (kind === 'text' || kind === 'nothing') {
    return kmsxError('base64-malformed', `${label} is neither a document nor standard base64`);
  }
  if (dress.length === 0 && kind !== 'short value') {
    return kmsxError('document-malformed', `${what}, not a document`, details);
  }
  return kmsxError('not-ciphertext', `${what}, and no ciphertext`);
}

function readObject(value: unknown, label: string): Envelope {
  if (!isJsonObject(value)) {
    throw kmsxError('document-malformed', `${label} is not a JSON object`, { details: { label } });
  }
  switch (value['Format']) {
    case EXPORT_FORMAT:
      return { kind: 'export', document: readExportDocument(value, label) };
    case BACKUP_FORMAT:
      return { kind: 'backup', document: readBackupDocument(value, label) };
    case undefined:
      return { kind: 'answer', answer: readAnswer(value, label) };
    default:
      throw unknownFormat(value['Format'], label);
  }
}

/** Who else answers with a CiphertextBlob or the like. */
const FOREIGN = { aws: 'AWS KMS', azure: 'Azure Key Vault', google: 'Google Cloud KMS' } as const;

function readAnswer(object: JsonObject, label: string): RawAnswer {
  const foreign = foreignAnswer(object);
  if (foreign !== undefined) {
    const message = `${label} is an answer of ${FOREIGN[foreign]}, which Alibaba Cloud KMS does not open`;
    throw kmsxError('document-malformed', message, { details: { label } });
  }
  const fields = new DocumentFields(object, label);
  const answer = {
    CiphertextBlob: fields.ifPresent('CiphertextBlob', (name) => fields.ciphertext(name)),
    ExportedDataKey: fields.ifPresent('ExportedDataKey', (name) => fields.ciphertext(name)),
    KeyId: fields.optionalText('KeyId'),
    KeyVersionId: fields.optionalText('KeyVersionId'),
  };
  if (answer.CiphertextBlob === undefined && answer.ExportedDataKey === undefined) {
    throw kmsxError(
      'document-malformed',
      `${label} has no Format, no CiphertextBlob and no ExportedDataKey`,
      { details: { label } },
    );
  }
  return answer;
}

function unknownFormat(format: unknown, label: string): Error {
  const other = OTHER_DOCUMENTS.get(format);
  if (other !== undefined)
    return kmsxError('document-malformed', `${label} ${other}`, { details: { label } });
  const known = typeof format === 'string' && /^kmsx-[a-z-]{1,40}\/\d{1,9}$/.test(format);
  return known
    ? kmsxError(
        'document-format-unknown',
        `${label} has the Format ${format}; this kmsx reads ${EXPORT_FORMAT} and ${BACKUP_FORMAT}`,
        { details: { format } },
      )
    : kmsxError('document-format-unknown', `${label} has a Format that is not kmsx's`, {
        details: { format: 'it' },
      });
}
