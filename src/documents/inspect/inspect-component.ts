import { hasCode } from '../../base/error.ts';
import { readComponentDocument } from '../component-document.ts';
import { COMPONENT_MARK } from '../recognise/json-dress.ts';
import type { Facts } from './inspect-relations.ts';

/**
 * Says what a component document is, without the component itself, which never becomes a JavaScript string.
 *
 * @returns undefined if the file is something else
 * @throws KmsxError `document-malformed`, `document-format-unknown`, `json-malformed`, `json-name-twice`
 */
export function inspectComponent(bytes: Buffer, label: string): Facts | undefined {
  if (!bytes.includes(COMPONENT_MARK)) return undefined;
  try {
    const { facts, secret } = readComponentDocument(Buffer.from(bytes), label);
    secret.dispose();
    return { Type: 'component document', ...facts };
  } catch (error) {
    // The words may be elsewhere, for example in the encryption context of another document.
    if (hasCode(error, 'document-malformed') && error.details.field === 'Format') return undefined;
    throw error;
  }
}
