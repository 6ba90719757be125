import { decodeBase64, decodeText } from '../base/bytes.ts';
import { kmsxError } from '../base/error.ts';
import type { JsonObject } from '../base/json.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import type { BackupDocument } from './backup-document.ts';
import { BACKUP_FORMAT, readBackupDocument } from './backup-document.ts';
import { DocumentFields } from './fields.ts';
import type { ExportDocument } from './export-document.ts';
import { EXPORT_FORMAT, readExportDocument } from './export-document.ts';

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

/** Known documents that other commands read. */
const OTHER_DOCUMENTS: ReadonlyMap<unknown, string> = new Map([
  ['kmsx-component/1', 'is a component of a split data key; combine takes it'],
  ['kmsx-local-kms-seed/1', 'is a seed of the embedded KMS; local-kms --seed takes it'],
  [
    'kmsx-local-kms-state/2',
    'is the state of the embedded KMS; local-kms --state takes its folder',
  ],
]);

/**
 * Reads what kmsx writes and what KMS answers: by its `Format`; without one, as a raw answer of KMS; or, if it is not an
 * object, as a bare value in standard base64 (with line breaks in it and around it).
 *
 * @throws KmsxError `json-malformed`, `json-name-twice`, `base64-malformed`, `document-malformed`,
 * `document-inconsistent`, `document-format-unknown`, `context-malformed`
 */
export function readEnvelope(bytes: Uint8Array, label: string): Envelope {
  const text = decodeText(bytes, label).trim();
  if (text.startsWith('{')) return readObject(parseJson(text, label), label);
  if (text.includes('-----BEGIN ')) {
    throw kmsxError('document-malformed', `${label} is a PEM file, not a document`, {
      details: { label },
    });
  }
  const base64 = text.replaceAll(/[\r\n]/g, '');
  if (base64 === '' || decodeBase64(base64) === undefined) {
    throw kmsxError('base64-malformed', `${label} is neither a document nor standard base64`);
  }
  return { kind: 'bare', base64 };
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

function readAnswer(object: JsonObject, label: string): RawAnswer {
  const fields = new DocumentFields(object, label);
  const answer = {
    CiphertextBlob: fields.ifPresent('CiphertextBlob', (name) => fields.base64(name)),
    ExportedDataKey: fields.ifPresent('ExportedDataKey', (name) => fields.base64(name)),
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
