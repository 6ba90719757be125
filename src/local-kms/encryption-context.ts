import { isJsonObject, parseJson } from '../base/json.ts';
import type { Parameters } from './parameters.ts';
import { invalidParameter } from './refusal.ts';

const MAX_CHARACTERS = 8192;
const NAME = 'EncryptionContext';

/**
 * Reads the EncryptionContext of a call (help 42975) as the additional authenticated data of its ciphertext: the
 * JSON object with its names sorted by code unit and without white space, in UTF-8; nothing for `{}` and for no
 * context. Two contexts give the same bytes exactly if they have the same names and values.
 *
 * @throws KmsRefusal `InvalidParameter` for what is no JSON object of strings, has a name twice, or is longer than
 * 8,192 UTF-16 code units
 */
export function readEncryptionContext(parameters: Parameters): Buffer {
  const text = parameters.get(NAME);
  if (text === undefined) return Buffer.alloc(0);
  if (text.length > MAX_CHARACTERS) throw invalidParameter(NAME);
  const pairs = parseContext(text);
  if (pairs.length === 0) return Buffer.alloc(0);
  const members = pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return Buffer.from(`{${members.join(',')}}`, 'utf8');
}

function parseContext(text: string): [name: string, value: string][] {
  let value: unknown;
  try {
    value = parseJson(text, NAME);
  } catch {
    throw invalidParameter(NAME);
  }
  if (!isJsonObject(value)) throw invalidParameter(NAME);
  return Object.entries(value).map(([name, member]) => {
    if (typeof member !== 'string') throw invalidParameter(NAME);
    return [name, member];
  });
}
