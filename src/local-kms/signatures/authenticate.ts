import { missingParameter, refusal } from '../refusal.ts';
import type { RpcRequest } from '../request/rpc-request.ts';
import type { AccessKey } from '../state/state.ts';
import type { NonceMemory } from './nonce-memory.ts';
import type { SignedClaim } from './scheme.ts';
import { SIGNATURE_SCHEMES } from './schemes.ts';
import { checkSecurityToken } from './security-token.ts';

const WINDOW_MS = 15 * 60_000;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MAX_NONCE_LENGTH = 256;

export interface AuthenticationContext {
  readonly accessKeys: ReadonlyMap<string, AccessKey>;
  readonly nonces: NonceMemory;
  readonly now: Date;
}

/**
 * Finds out who signed a request. The checks come in this order: form of the signature, date (15 minutes either
 * way), access key, security token, signature, nonce (used once in that window, whatever the scheme). Only a right
 * signature uses up a nonce.
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
  // A day that its month does not have, and the hour 24, are read as the next day.
  if (new Date(dateMs).getUTCDate() !== Number(timestamp.slice(8, 10))) {
    throw refusal('InvalidTimeStamp.Format');
  }
  if (Math.abs(now.getTime() - dateMs) > WINDOW_MS) throw refusal('InvalidTimeStamp.Expired');
  return dateMs;
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
