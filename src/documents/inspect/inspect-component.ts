import { KmsxError } from '../../base/error.ts';
import type { ComponentFacts } from '../component-document.ts';
import { readComponentDocument } from '../component-document.ts';
import { checkValueTexts } from './inspect-json.ts';
import type { Inspection } from './inspect-relations.ts';

/** Only a file with these bytes can be a component document. */
const FORMAT = '"kmsx-component/';

/**
 * Says what a component document is, without the component itself, which never becomes a JavaScript string.
 *
 * @returns undefined if the file is something else
 * @throws KmsxError `document-malformed`, `document-format-unknown`, `json-malformed`, `json-name-twice`
 */
export function inspectComponent(bytes: Buffer, label: string): Inspection | undefined {
  const facts = bytes.includes(FORMAT) ? readFacts(bytes, label) : undefined;
  if (facts === undefined) return undefined;
  const { SetId, DataKeyId, KeyId, KeyCheckValues = [] } = facts;
  return {
    facts: { Type: 'component document', ...facts },
    identities: {
      ...(DataKeyId !== undefined && { DataKeyId: [DataKeyId] }),
      ComponentSet: [SetId],
      KeyCheckValue: checkValueTexts(KeyCheckValues),
      ...(KeyId !== undefined && { KmsKey: [KeyId] }),
    },
  };
}

function readFacts(bytes: Buffer, label: string): ComponentFacts | undefined {
  try {
    const { facts, secret } = readComponentDocument(Buffer.from(bytes), label);
    secret.dispose();
    return facts;
  } catch (error) {
    // The words may stand elsewhere: in the encryption context of another document, say.
    if (error instanceof KmsxError && error.details['field'] === 'Format') return undefined;
    throw error;
  }
}
