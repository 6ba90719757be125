import { createHmac } from 'node:crypto';
import { equalBytes } from '../../base/bytes/bytes.ts';
import type { Parameters } from '../request/parameters.ts';
import { percentEncode } from '../request/percent-encoding.ts';
import { illegalTimestamp, invalidParameter, missingParameter, refusal } from '../refusal.ts';
import type { RpcRequest } from '../request/rpc-request.ts';
import { canonicalQuery } from './canonical-request.ts';
import type { SignatureScheme, SignedClaim } from './scheme.ts';
import { HIDDEN_TOKEN } from './scheme.ts';

/** Parameters of this scheme alone: any of them shows that a request uses it. */
const OWN_PARAMETERS = [
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'AccessKeyId',
  'SecurityToken',
] as const;

/** Each is required. Action and Version in headers do not count: they are not signed. */
const REQUIRED_PARAMETERS = [
  'Action',
  'Version',
  'AccessKeyId',
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'Timestamp',
] as const;

/**
 * Version 1.0 of the signature, HMAC-SHA1 (help 2618354, "Request syntax and signature method V2 for RPC"): everything
 * is a parameter, in the query or the form, and all parameters are signed but the signature itself.
 */
export const hmacSha1: SignatureScheme = {
  isUsedBy: ({ parameters }) => OWN_PARAMETERS.some((name) => parameters.has(name)),
  read: readClaim,
};

function readClaim(request: RpcRequest): SignedClaim {
  const { method, parameters, headers } = request;
  const isSignedTwice = headers.has('authorization') || headers.has('x-acs-security-token');
  if (isSignedTwice) throw refusal('IncompleteSignature');
  const get = (name: string): string => parameters.get(name) ?? '';
  for (const name of REQUIRED_PARAMETERS) {
    if (get(name) !== '') continue;
    throw name === 'Timestamp' ? illegalTimestamp(name) : missingParameter(name);
  }
  if (get('SignatureMethod') !== 'HMAC-SHA1') throw refusal('InvalidSignatureMethod');
  if (get('SignatureVersion') !== '1.0') throw invalidParameter('SignatureVersion');
  return {
    accessKeyId: get('AccessKeyId'),
    timestamp: get('Timestamp'),
    nonce: get('SignatureNonce'),
    securityToken: parameters.get('SecurityToken'),
    isSignedWith: (accessKeySecret) => {
      const expected = createHmac('sha1', `${accessKeySecret}&`)
        .update(stringToSign(method, parameters))
        .digest('base64');
      return equalBytes(Buffer.from(get('Signature')), Buffer.from(expected));
    },
    explainMismatch: () =>
      'Specified signature is not matched with our calculation. ' +
      `server string to sign is:${stringToSign(method, withoutToken(parameters))}`,
  };
}

/** The method, `%2F` for the path, and the canonical query of all parameters, encoded once more; `&` between them. */
function stringToSign(method: string, parameters: Parameters): string {
  const signed = new Map(parameters);
  signed.delete('Signature');
  return `${method}&%2F&${percentEncode(canonicalQuery(signed))}`;
}

function withoutToken(parameters: Parameters): Parameters {
  if (!parameters.has('SecurityToken')) return parameters;
  return new Map(parameters).set('SecurityToken', HIDDEN_TOKEN);
}
