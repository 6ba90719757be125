import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import type { Policy } from '../permissions/policy.ts';
import { parsePolicy } from '../permissions/policy.ts';
import { invalidParameter } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import { optionalJson } from '../request/read-parameter.ts';

const MAX_POLICY_BYTES = 32_768;

/**
 * Reads the key policy in `Policy`: a JSON object of at most 32,768 bytes; undefined if the parameter is absent.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function readKeyPolicy(parameters: Parameters): Policy | undefined {
  const document = optionalJson(parameters, 'Policy');
  if (document === undefined) return undefined;
  const length = Buffer.byteLength(parameters.get('Policy') ?? '', 'utf8');
  if (length > MAX_POLICY_BYTES || !isJsonObject(document)) throw invalidParameter('Policy');
  const policy = parsePolicy(document, 'key');
  if (typeof policy === 'string') throw invalidParameter('Policy');
  return policy;
}

/**
 * The policy of a key for which none was set. It grants what such a key grants anyway: everything to the account itself,
 * and to its RAM users and roles what their own policies allow.
 */
export function defaultKeyPolicy(accountId: string): JsonObject {
  return {
    Version: '1',
    Statement: [
      {
        Sid: 'kms default key policy',
        Effect: 'Allow',
        Principal: { RAM: [`acs:ram::${accountId}:root`] },
        Action: ['kms:*'],
        Resource: ['*'],
      },
    ],
  };
}
