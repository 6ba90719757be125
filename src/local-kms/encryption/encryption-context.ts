import { isJsonObject } from '../../base/json.ts';
import type { Parameters } from '../request/parameters.ts';
import { invalidParameter } from '../refusal.ts';
import { optionalJson } from '../request/read-parameter.ts';

const MAX_CHARACTERS = 8192;

/** The parameters that hold an encryption context. */
export type ContextName =
  'EncryptionContext' | 'SourceEncryptionContext' | 'DestinationEncryptionContext';

/**
 * Reads an encryption context of a call (help 42975) as the additional authenticated data of its ciphertext: the
 * JSON object with its names sorted by code unit and without white space, in UTF-8; nothing for `{}` and for no
 * context. Contexts give the same bytes if and only if they have the same names and values.
 *
 * @throws KmsRefusal `InvalidParameter` for anything but a JSON object of strings without repeated names, and
 * for more than 8,192 UTF-16 code units
 */
export function readEncryptionContext(
  parameters: Parameters,
  name: ContextName = 'EncryptionContext',
): Buffer {
  const text = parameters.get(name);
  if (text === undefined) return Buffer.alloc(0);
  const context = text.length > MAX_CHARACTERS ? undefined : optionalJson(parameters, name);
  if (!isJsonObject(context)) throw invalidParameter(name);
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length === 0) return Buffer.alloc(0);
  const members = pairs.map(([member, value]) => {
    if (typeof value !== 'string') throw invalidParameter(name);
    return `${JSON.stringify(member)}:${JSON.stringify(value)}`;
  });
  return Buffer.from(`{${members.join(',')}}`, 'utf8');
}
