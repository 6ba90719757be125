import { kmsxError } from '../../../base/error.ts';
import { isNoPermission } from '../../../answers/refusal.ts';
import type { KeyResource } from '../../../account/ram-policy.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { keyResource } from '../../shared/policy-options.ts';

/** The key behind an alias; where DescribeKey is not allowed, the alias: dry runs take it. */
export async function resolvedIfAllowed(
  key: KeyIdentifier,
  kms: KmsClient,
): Promise<KeyIdentifier> {
  return (await behindAlias(key, kms)) ?? key;
}

/** @throws KmsxError `permission-missing` for an alias where DescribeKey is not allowed */
export async function resolved(key: KeyIdentifier, kms: KmsClient): Promise<KeyIdentifier> {
  const found = await behindAlias(key, kms);
  if (found !== undefined) return found;
  throw kmsxError(
    'permission-missing',
    `${key.text} is an alias, and DescribeKey, which tells the key behind it, is not allowed`,
    { hint: 'give the ARN of the key: an alias is looked up by DescribeKey' },
  );
}

/** Asks DescribeKey for the key behind an alias; undefined where that is not allowed. */
async function behindAlias(key: KeyIdentifier, kms: KmsClient): Promise<KeyIdentifier | undefined> {
  if (key.id !== undefined) return key;
  try {
    const { arn, keyId } = await kms.keys.describe(key.text);
    return parseKeyId(arn ?? keyId);
  } catch (error) {
    if (isNoPermission(error)) return undefined;
    throw error;
  }
}

/** What stands for the key in the answers: its ARN, or the alias where nobody tells the key. */
export function keyOrAlias(
  key: KeyIdentifier | undefined,
  region: string | undefined,
): KeyResource {
  if (key === undefined || key.id !== undefined) return keyResource(key, region);
  const { text, account = '*' } = key;
  return { id: '*', alias: text, account, region: key.region ?? region ?? '*' };
}
