import { isJsonObject, parseJson } from '../../base/json.ts';
import type { Parameters } from '../request/parameters.ts';
import { invalidParameter } from '../refusal.ts';

const MAX_CHARACTERS = 8192;

/** The parameters that hold an encryption context. */
export type ContextName =
  'EncryptionContext' | 'SourceEncryptionContext' | 'DestinationEncryptionContext';

/**
 * Reads an encryption context of a call (help 42975) as the additional authenticated data of its ciphertext: the
 * JSON object with its names sorted by code unit and without white space, in UTF-8; nothing for `{}` and for no
 * context. Two contexts give the same bytes exactly if they have the same names and values.
 *
 * @throws KmsRefusal `InvalidParameter` for what is no JSON object of strings, has a name twice, or is longer than
 * 8,192 UTF-16 code units
 */
export function readEncryptionContext(
  parameters: Parameters,
  name: ContextName = 'EncryptionContext',
): Buffer {
  const text = parameters.get(name);
  if (text === undefined) return Buffer.alloc(0);
  if (text.length > MAX_CHARACTERS) throw invalidParameter(name);
  const pairs = parseContext(text, name);
  if (pairs.length === 0) return Buffer.alloc(0);
  const members = pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.map((text) => JSON.stringify(text)).join(':'));
  return Buffer.from(`{${members.join(',')}}`, 'utf8');
}

function parseContext(text: string, name: ContextName): [name: string, value: string][] {
  let value: unknown;
  try {
    value = parseJson(text, name);
  } catch {
    throw invalidParameter(name);
  }
  if (!isJsonObject(value)) throw invalidParameter(name);
  return Object.entries(value).map(([member, content]) => {
    if (typeof content !== 'string') throw invalidParameter(name);
    return [member, content];
  });
}
