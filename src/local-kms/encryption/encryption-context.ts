import { isJsonObject } from '../../base/json.ts';
import type { Encryption } from '../permissions/access-request.ts';
import type { Parameters } from '../request/parameters.ts';
import { invalidParameter } from '../refusal.ts';
import { optionalJson } from '../request/read-parameter.ts';

const MAX_CHARACTERS = 8192;

/** The parameters that hold an encryption context. */
export type ContextName =
  'EncryptionContext' | 'SourceEncryptionContext' | 'DestinationEncryptionContext';

/** How something is encrypted under a symmetric key. */
export interface SymmetricEncryption extends Encryption {
  /**
   * The additional authenticated data of the ciphertext: the JSON object of the context with its names sorted by code
   * unit and without white space, in UTF-8; nothing for `{}` and for no context. Contexts give the same bytes if and
   * only if they have the same names and values.
   */
  readonly additionalData: Buffer;
}

/** Encryption under a symmetric key without a context. */
export const WITHOUT_CONTEXT: SymmetricEncryption = {
  algorithm: 'SYMMETRIC_DEFAULT',
  context: new Map(),
  additionalData: Buffer.alloc(0),
};

/**
 * Reads an encryption context of a call (help 42975).
 *
 * @throws KmsRefusal `InvalidParameter` for anything but a JSON object of strings without repeated names, and
 * for more than 8,192 UTF-16 code units
 */
export function readEncryptionContext(
  parameters: Parameters,
  name: ContextName = 'EncryptionContext',
): SymmetricEncryption {
  const text = parameters.get(name);
  if (text === undefined) return WITHOUT_CONTEXT;
  const context = text.length > MAX_CHARACTERS ? undefined : optionalJson(parameters, name);
  if (!isJsonObject(context)) throw invalidParameter(name);
  const pairs = Object.entries(context)
    .map(([member, value]): readonly [string, string] => {
      if (typeof value !== 'string') throw invalidParameter(name);
      return [member, value];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length === 0) return WITHOUT_CONTEXT;
  const members = pairs.map(
    ([member, value]) => `${JSON.stringify(member)}:${JSON.stringify(value)}`,
  );
  return {
    ...WITHOUT_CONTEXT,
    context: new Map(pairs),
    additionalData: Buffer.from(`{${members.join(',')}}`, 'utf8'),
  };
}
