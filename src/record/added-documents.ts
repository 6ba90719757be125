import { kmsxError } from '../base/error.ts';
import type { JsonObject } from '../base/json.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import { decodeText } from '../base/text/text.ts';
import { IMPORT_FORMAT, readImportDocument } from '../documents/import-document.ts';
import { PROOF_FORMAT, readProofDocument } from '../documents/proof-document.ts';
import { canonicalJson } from './chain/canonical.ts';

const READERS = {
  import: { format: IMPORT_FORMAT, read: readImportDocument },
  proof: { format: PROOF_FORMAT, read: readProofDocument },
} as const;

/**
 * Reads the documents that show what happened later: one, or one a line.
 *
 * @param label - what they are called in errors
 * @returns each as it is, with fields that this version does not know
 * @throws KmsxError `document-malformed`, also for another Format and for what a record can't hold; `json-malformed`,
 * `json-name-twice`, `document-inconsistent`, `context-malformed`
 */
export function readAddedDocuments(
  type: keyof typeof READERS,
  bytes: Uint8Array,
  label: string,
): readonly JsonObject[] {
  const { format, read } = READERS[type];
  return jsonValues(decodeText(bytes, label), label).map(({ value, label: place }) => {
    if (!isJsonObject(value) || value['Format'] !== format) {
      throw kmsxError(
        'document-malformed',
        `${place} is no ${type} document: its Format is not ${format}`,
        {
          details: { label, field: 'Format' },
        },
      );
    }
    read(value, place);
    canonicalJson(value, place);
    return value;
  });
}

interface Labelled {
  readonly value: unknown;
  readonly label: string;
}

/** The values of JSON Lines, or the only one, which may go over several lines. */
function jsonValues(text: string, label: string): readonly Labelled[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const isLines = lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line));
  if (!isLines) return [{ value: parseJson(text, label), label }];
  return lines.map((line, index) => {
    const place = `${label}, document ${index + 1}`;
    return { value: parseJson(line, place), label: place };
  });
}
