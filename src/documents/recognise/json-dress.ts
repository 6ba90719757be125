import { KmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';

/** Objects of JSON that hold an answer or a document in another form than KMS and kmsx write. */
export type JsonDress =
  /** What an SDK of Alibaba Cloud returns: `headers`, `statusCode` and `body`. */
  | 'sdk-response'
  /** The names of an SDK's object: `ciphertextBlob`. */
  | 'camel-case'
  /** GetSecretValue's answer, which has a document as text in `SecretData`. */
  | 'secret-answer'
  /** A list of objects: the first is taken. */
  | 'json-list'
  /** Several objects, one after the other: the first is taken. */
  | 'json-series';

/** The names that KMS's answers with envelopes have, as the SDKs for Node.js write them. */
const CAMEL_CASE = ['ciphertextBlob', 'exportedDataKey'];

/** Only a file with these bytes can be a component document. */
export const COMPONENT_MARK = '"kmsx-component/';

/** What an object holds, as JSON text, and how. */
interface HeldJson {
  readonly dress: JsonDress;
  readonly text: string;
}

/** Takes the outermost dress off JSON text; undefined if it has none. A component is never parsed here: it is secret. */
export function undressJson(json: Buffer): HeldJson | undefined {
  if (json.includes(COMPONENT_MARK)) return undefined;
  const value = parsed(json);
  if (value === undefined) return firstOfSeries(json.toString('utf8'));
  if (Array.isArray(value) && isJsonObject(value[0])) {
    return { dress: 'json-list', text: JSON.stringify(value[0]) };
  }
  if (!isJsonObject(value) || Object.hasOwn(value, 'Format')) return undefined;
  const { body, SecretData } = value;
  if (isJsonObject(body)) return { dress: 'sdk-response', text: JSON.stringify(body) };
  if (typeof SecretData === 'string') return { dress: 'secret-answer', text: SecretData };
  if (!CAMEL_CASE.some((name) => Object.hasOwn(value, name))) return undefined;
  return { dress: 'camel-case', text: JSON.stringify(withCapitals(value)) };
}

function parsed(json: Buffer): unknown {
  try {
    return parseJson(json.toString('utf8'), 'it');
  } catch (error) {
    if (error instanceof KmsxError) return undefined;
    throw error;
  }
}

function withCapitals(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  );
}

/** What is recognised as another maker's answer, and never opens here. */
export type ForeignJson = 'aws' | 'azure' | 'google';

/** Tells whose answer an object without a Format is; undefined if it may be Alibaba Cloud's. */
export function foreignAnswer(object: JsonObject): ForeignJson | undefined {
  const { KeyId, kid, name, ciphertext } = object;
  if (typeof KeyId === 'string' && /^arn:aws(?:-[a-z-]+)?:/.test(KeyId)) return 'aws';
  if (typeof kid === 'string' && /\.(?:vault|managedhsm)\.[a-z.]+\//.test(kid)) return 'azure';
  if (typeof name !== 'string' || typeof ciphertext !== 'string') return undefined;
  return name.startsWith('projects/') ? 'google' : undefined;
}

/** The first of several objects, each of which is whole. */
function firstOfSeries(text: string): HeldJson | undefined {
  const ends: number[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    if (token !== '}' && token !== ']') continue;
    depth -= 1;
    if (depth === 0) ends.push(index + 1);
  }
  const [first] = ends;
  if (first === undefined || ends.length < 2 || ends.at(-1) !== text.trimEnd().length) {
    return undefined;
  }
  const isWhole = ends.every((end, at) =>
    isJsonObject(parsed(Buffer.from(text.slice(ends[at - 1] ?? 0, end)))),
  );
  return isWhole ? { dress: 'json-series', text: text.slice(0, first) } : undefined;
}
