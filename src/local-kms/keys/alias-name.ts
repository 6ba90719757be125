import type { Parameters } from '../request/parameters.ts';
import { requiredText } from '../request/read-parameter.ts';
import { invalidParameter } from '../refusal.ts';

const ALIAS = /^alias\/[A-Za-z0-9_/-]+$/;
const MAX_LENGTH = 255;

/**
 * Reads `AliasName`: `alias/` and letters, digits, `/`, `_`, `-`; at most 255 characters.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`
 */
export function requiredAliasName(parameters: Parameters): string {
  const aliasName = requiredText(parameters, 'AliasName');
  if (!ALIAS.test(aliasName) || aliasName.length > MAX_LENGTH) throw invalidParameter('AliasName');
  return aliasName;
}
