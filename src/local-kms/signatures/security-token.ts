import { equalBytes } from '../../base/bytes.ts';
import { refusal } from '../refusal.ts';
import type { AccessKey } from '../state/state.ts';

/** What STS gives is base64 of some hundred bytes; anything in its alphabet is taken, with `-`, `_` and `.`. */
const WELL_FORMED = /^[A-Za-z0-9+/=_.-]{1,8192}$/;

/**
 * Checks the security token of a request: a temporary access key needs its own, a permanent one has none.
 *
 * @param token - as in the request; undefined without one
 * @throws KmsRefusal `MissingSecurityToken`; `InvalidSecurityToken.Malformed`, `.MismatchWithAccessKey`, `.Expired`
 */
export function checkSecurityToken(
  token: string | undefined,
  { securityToken: expected }: AccessKey,
  now: Date,
): void {
  if (token === undefined) {
    if (expected === undefined) return;
    throw refusal('MissingSecurityToken');
  }
  if (!WELL_FORMED.test(token)) throw refusal('InvalidSecurityToken.Malformed');
  if (expected === undefined || !equalBytes(Buffer.from(token), Buffer.from(expected.token))) {
    throw refusal('InvalidSecurityToken.MismatchWithAccessKey');
  }
  if (now.getTime() >= expected.expiresAt.getTime()) throw refusal('InvalidSecurityToken.Expired');
}
