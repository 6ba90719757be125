import { equalBytes } from '../../base/bytes/bytes.ts';
import { missingParameter, refusal } from '../refusal.ts';
import type { RpcRequest } from '../request/rpc-request.ts';
import type { AccessKey } from '../state/state.ts';
import { acs3HmacSha256, acs3HmacSm3 } from './acs3.ts';
import { acs4HmacSha256 } from './acs4.ts';
import { hmacSha1 } from './hmac-sha1.ts';
import type { NonceMemory } from './nonce-memory.ts';
import type { SignatureScheme, SignedClaim } from './scheme.ts';

/** The signature schemes that this server accepts. */
const SIGNATURE_SCHEMES: readonly SignatureScheme[] = [
  acs3HmacSha256,
  acs3HmacSm3,
  acs4HmacSha256,
  hmacSha1,
];

const WINDOW_MS = 15 * 60_000;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MAX_NONCE_LENGTH = 256;
/** STS issues base64 of some hundred bytes; anything in its alphabet is accepted, with `-`, `_` and `.`. */
const SECURITY_TOKEN = /^[A-Za-z0-9+/=_.-]{1,8192}$/;

interface AuthenticationContext {
  readonly accessKeys: ReadonlyMap<string, AccessKey>;
  readonly nonces: NonceMemory;
  readonly now: Date;
}

/**
 * Finds out who signed a request. The checks, in this order: form of the signature, date (15 minutes either way),
 * access key, security token, signature, nonce (used once in that window, whatever the scheme). Only a valid signature
 * uses up a nonce.
 *
 * @throws KmsRefusal with the gateway's code for what is wrong
 */
export function authenticate(request: RpcRequest, context: AuthenticationContext): AccessKey {
  const claim = readClaim(request);
  const dateMs = checkDate(claim.timestamp, context.now);
  const accessKey = context.accessKeys.get(claim.accessKeyId);
  if (accessKey === undefined) throw refusal('InvalidAccessKeyId.NotFound');
  if (accessKey.status === 'Inactive') throw refusal('InvalidAccessKeyId.Inactive');
  checkSecurityToken(claim.securityToken, accessKey, context.now);
  if (!claim.isSignedWith(accessKey.accessKeySecret)) {
    throw refusal('SignatureDoesNotMatch', claim.explainMismatch());
  }
  useNonce(claim, dateMs, context);
  return accessKey;
}

function readClaim(request: RpcRequest): SignedClaim {
  const [scheme, another] = SIGNATURE_SCHEMES.filter((each) => each.isUsedBy(request));
  if (another !== undefined) throw refusal('IncompleteSignature');
  if (scheme !== undefined) return scheme.read(request);
  if (request.headers.has('authorization')) throw refusal('IncompleteSignature');
  throw missingParameter('Authorization');
}

function checkDate(timestamp: string, now: Date): number {
  const dateMs = DATE.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(dateMs)) throw refusal('InvalidTimeStamp.Format');
  // Date.parse reads a day that the month does not have, and the hour 24, as the next day.
  if (new Date(dateMs).getUTCDate() !== Number(timestamp.slice(8, 10))) {
    throw refusal('InvalidTimeStamp.Format');
  }
  if (Math.abs(now.getTime() - dateMs) > WINDOW_MS) throw refusal('InvalidTimeStamp.Expired');
  return dateMs;
}

/** A temporary access key needs its own security token, a permanent one must not have any. */
function checkSecurityToken(
  token: string | undefined,
  { securityToken: expected }: AccessKey,
  now: Date,
): void {
  if (token === undefined) {
    if (expected === undefined) return;
    throw refusal('MissingSecurityToken');
  }
  if (!SECURITY_TOKEN.test(token)) throw refusal('InvalidSecurityToken.Malformed');
  if (expected === undefined || !equalBytes(Buffer.from(token), Buffer.from(expected.token))) {
    throw refusal('InvalidSecurityToken.MismatchWithAccessKey');
  }
  if (now.getTime() >= expected.expiresAt.getTime()) throw refusal('InvalidSecurityToken.Expired');
}

function useNonce(claim: SignedClaim, dateMs: number, context: AuthenticationContext): void {
  if (claim.nonce.length > MAX_NONCE_LENGTH) throw refusal('IncompleteSignature');
  const nowMs = context.now.getTime();
  switch (context.nonces.use(claim.accessKeyId, claim.nonce, dateMs + WINDOW_MS, nowMs)) {
    case 'new':
      return;
    case 'used':
      throw refusal('SignatureNonceUsed');
    case 'expired':
      throw refusal('InvalidTimeStamp.Expired');
    case 'memory-full':
      throw refusal('Throttling.User');
  }
}
