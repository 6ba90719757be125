import type { JsonObject } from '../../base/json.ts';
import { WRAPPING_ALGORITHMS } from '../algorithms.ts';
import type { KeyPurpose } from './purpose.ts';

/**
 * Reads what a JWK of an RSA key is for (RFC 7517 §4.2–4.4): `use` must be `enc`, `key_ops` must have `wrapKey`, and
 * `alg` must be an algorithm of KMS. A member that is null counts as absent; one of another form than the RFC has
 * forbids, since what it means is unknown.
 */
export function jwkPurpose(jwk: JsonObject): KeyPurpose {
  const forbids =
    useForbids(jwk['use'] ?? undefined) ?? operationsForbid(jwk['key_ops'] ?? undefined);
  if (forbids !== undefined) return { forbids };
  const alg = jwk['alg'] ?? undefined;
  if (alg === undefined) return {};
  const algorithm = WRAPPING_ALGORITHMS.find((each) => each.jwkAlg === alg)?.name;
  if (algorithm !== undefined) return { algorithm };
  return {
    forbids: `is for the algorithm ${shown(alg)} ("alg"), which KMS does not have`,
  };
}

function useForbids(use: unknown): string | undefined {
  if (use === undefined || use === 'enc') return undefined;
  const purpose = use === 'sig' ? 'signatures' : shown(use);
  return `is for ${purpose} and not for encryption ("use")`;
}

function operationsForbid(operations: unknown): string | undefined {
  if (operations === undefined) return undefined;
  if (!Array.isArray(operations) || new Set(operations).size < operations.length) {
    return 'is for unknown operations ("key_ops" is no list of different ones)';
  }
  if (operations.includes('wrapKey')) return undefined;
  return `is for ${operations.map(shown).join(', ') || 'nothing'} and not for wrapKey ("key_ops")`;
}

/** A value of the file as part of a message: such names are short. */
function shown(value: unknown): string {
  return typeof value === 'string' && value.length <= 32 ? JSON.stringify(value) : 'something else';
}
