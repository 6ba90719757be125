import type { JsonObject } from '../../base/json.ts';
import { pageOf } from '../request/page.ts';
import type { Parameters } from '../request/parameters.ts';
import type { Alias } from '../state/state.ts';

/**
 * The page of a list of aliases that ListAliases and ListAliasesByKeyId answer.
 *
 * @param aliases - by ARN
 * @throws KmsRefusal `InvalidParameter` from `pageOf`
 */
export function listOfAliases(
  parameters: Parameters,
  aliases: readonly (readonly [arn: string, alias: Alias])[],
): JsonObject {
  const page = pageOf(parameters, aliases);
  const items = page.items.map(([arn, { aliasName, keyId }]) => ({
    KeyId: keyId,
    AliasName: aliasName,
    AliasArn: arn,
  }));
  return { Aliases: { Alias: items }, ...page.fields };
}
