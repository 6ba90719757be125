import type { Parameters } from '../request/parameters.ts';
import { requiredText } from '../request/read-parameter.ts';
import { refusal } from '../refusal.ts';

/**
 * The KeyId of an operation whose page in KMS's reference allows no alias there: an id or the ARN of a key.
 *
 * @throws KmsRefusal `MissingParameter`; `Unsupported.Alias` for an alias and for the ARN of one
 */
export function unaliasedKeyId(parameters: Parameters): string {
  const keyId = requiredText(parameters, 'KeyId');
  if (keyId.includes('alias/')) throw refusal('Unsupported.Alias');
  return keyId;
}
