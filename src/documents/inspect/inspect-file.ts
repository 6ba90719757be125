import { KmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { openKeyFile } from '../../wrapping/key-file.ts';
import { recognise } from '../recognise/recognise.ts';
import { undress } from '../recognise/undress.ts';
import { encodingFacts, inspectBare } from './inspect-bare.ts';
import { inspectComponent } from './inspect-component.ts';
import { inspectEnvelope } from './inspect-document.ts';
import { holdsPlaintext, inspectJson, inspectLines } from './inspect-json.ts';
import { inspectJwk, inspectKeyFile } from './inspect-key.ts';
import type { Facts, Inspection } from './inspect-relations.ts';
import { identitiesOf } from './inspect-relations.ts';
import { IMPORT_FORMAT, readImportDocument } from '../import-document.ts';
import { PROOF_FORMAT, readProofDocument } from '../proof-document.ts';
import { fromPaper } from '../from-paper.ts';
import { RECORD_FORMAT } from '../record-format.ts';
import { readEnvelope } from '../read-document.ts';

/** What the embedded KMS keeps and begins with: both hold secrets as plainly as can be, so nothing of them is shown. */
const LOCAL_KMS_FORMAT = /^kmsx-local-kms-(seed|state)\/\d+$/;

/**
 * Says what a file is, by its content alone: a document of kmsx, an answer of KMS, a bare value, or a key in any
 * form. Shows nothing secret, asks for no passphrase, and uses no other source.
 *
 * @param label - what the file is called in errors
 * @throws KmsxError those of `readEnvelope`, `readPublicKey` and `describePrivateKey` for a file that is none of these,
 * or damaged, or of a Format that this version does not read
 */
export async function inspectFile(bytes: Buffer, label: string): Promise<Inspection> {
  const facts = await factsOf(bytes, label);
  return { facts, identities: identitiesOf(facts) };
}

async function factsOf(given: Buffer, label: string): Promise<Facts> {
  const bytes = fromPaper(given, label);
  const component = inspectComponent(bytes, label);
  if (component !== undefined) return component;
  const file = openKeyFile(bytes);
  switch (file.kind) {
    case 'json':
      return (
        readLines(file.text, label) ??
        (await inspectDressed(bytes, label)) ??
        inspectJsonText(file.text, bytes, label)
      );
    case 'no-text':
    case 'empty':
    case 'unknown':
      break;
    case 'base64':
      if (!isKey(bytes)) break;
      return await inspectKeyFile(file, bytes, label);
    default:
      return await inspectKeyFile(file, bytes, label);
  }
  return (await inspectDressed(bytes, label)) ?? inspectAsItIs(bytes, label);
}

/** No binary ciphertext of KMS is longer. */
const MOST_CIPHERTEXT_BYTES = 8192;

/** Base64 of what has the parts of a key may be that of a ciphertext all the same. */
function isKey(bytes: Buffer): boolean {
  return !['opaque', 'short value'].includes(recognise(bytes).kind);
}

/** Sees through what a file is written in; undefined if it is as it is. */
async function inspectDressed(bytes: Buffer, label: string): Promise<Facts | undefined> {
  const { dress, inside, dispose } = undress(bytes);
  try {
    if (dress.length === 0) return undefined;
    const { kind } = recognise(inside);
    if (kind === 'opaque' || kind === 'short value') return inspectBare(inside, dress);
    const { NotUsable, ...facts }: Facts =
      kind === 'text' ? { Type: 'text' } : await factsOf(inside, label);
    return { ...facts, ...encodingFacts(dress), ...(NotUsable !== undefined && { NotUsable }) };
  } finally {
    dispose();
  }
}

function inspectAsItIs(bytes: Buffer, label: string): Facts {
  const { kind, length } = recognise(bytes);
  if (kind === 'short value' || (kind === 'opaque' && length <= MOST_CIPHERTEXT_BYTES)) {
    return { ...inspectBare(bytes, []), ...encodingFacts([]) };
  }
  if (kind === 'opaque' || kind === 'text' || kind === 'nothing') {
    return inspectEnvelope(readEnvelope(bytes, label));
  }
  return { Type: kind, NotUsable: `kmsx does not read a ${kind}` };
}

/** What `inspectFile` finds; undefined if it does not know the file. */
export async function fileFacts(bytes: Buffer, label: string): Promise<Facts | undefined> {
  try {
    return await factsOf(bytes, label);
  } catch (error) {
    if (error instanceof KmsxError) return undefined;
    throw error;
  }
}

function inspectJsonText(text: string, bytes: Buffer, label: string): Facts {
  const value = parseJson(text, label);
  if (!isJsonObject(value)) return inspectEnvelope(readEnvelope(bytes, label));
  const { Format } = value;
  if (Format === undefined || Format === RECORD_FORMAT) {
    return inspectWithoutFormat(value, bytes, label);
  }
  const local = typeof Format === 'string' ? LOCAL_KMS_FORMAT.exec(Format)?.[1] : undefined;
  if (local !== undefined) {
    return { Type: `${local} of the embedded KMS`, Format };
  }
  if (Format === IMPORT_FORMAT) {
    return { Type: 'import document', ...readImportDocument(value, label) };
  }
  if (Format === PROOF_FORMAT)
    return { Type: 'proof document', ...readProofDocument(value, label) };
  return inspectEnvelope(readEnvelope(bytes, label));
}

/** Several lines, each a JSON object of a known kind; undefined for anything else, also where one line is broken. */
function readLines(text: string, label: string): Facts | undefined {
  const lines = text.trim().split('\n');
  if (lines.length < 2 || !lines.every((line) => /^\{.*\}\s*$/.test(line))) return undefined;
  const objects: JsonObject[] = [];
  for (const line of lines) {
    const value = parseLine(line, label);
    if (!isJsonObject(value)) return undefined;
    objects.push(value);
  }
  return inspectLines(objects);
}

function parseLine(line: string, label: string): unknown {
  try {
    return parseJson(line, label);
  } catch (error) {
    if (error instanceof KmsxError) return undefined; // the whole text is read then, and says why
    throw error;
  }
}

function inspectWithoutFormat(object: JsonObject, bytes: Buffer, label: string): Facts {
  const jwk = inspectJwk(object, bytes, label);
  if (jwk !== undefined) return jwk;
  const holdsCiphertext = ['CiphertextBlob', 'ExportedDataKey'].some((name) =>
    Object.hasOwn(object, name),
  );
  const other = holdsCiphertext ? undefined : inspectJson(object);
  if (other !== undefined) return other;
  const facts = inspectEnvelope(readEnvelope(bytes, label));
  return holdsPlaintext(object) ? { ...facts, HoldsPlaintext: true } : facts;
}
