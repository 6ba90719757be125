import { createHash, createHmac } from 'node:crypto';
import { equalBytes } from '../../base/bytes.ts';
import { missingParameter, refusal } from '../refusal.ts';
import type { RpcRequest } from '../rpc-request.ts';
import { canonicalRequest } from './canonical-request.ts';
import type { SignatureScheme, SignedClaim, Verdict } from './scheme.ts';

const ALGORITHM = 'ACS3-HMAC-SHA256';
const AUTHORIZATION =
  /^ACS3-HMAC-SHA256 Credential=([A-Za-z0-9.]{1,128}),SignedHeaders=([a-z0-9;-]{1,4096}),Signature=([^\s,]{1,256})$/;

/** Each must be there, and signed. */
const REQUIRED_HEADERS = [
  'host',
  'x-acs-action',
  'x-acs-content-sha256',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-version',
] as const;

/** ACS3-HMAC-SHA256, which today's SDKs use (help 2618355). */
export const acs3HmacSha256: SignatureScheme = {
  isUsedBy: (request) =>
    /^ACS3-HMAC-SHA256(?: |$)/.test(request.headers.get('authorization') ?? ''),
  read: readClaim,
};

function readClaim(request: RpcRequest): SignedClaim {
  const { headers } = request;
  const match = AUTHORIZATION.exec(headers.get('authorization') ?? '');
  const [, accessKeyId, names, signature] = match ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) {
    throw refusal('IncompleteSignature');
  }
  const signedHeaders = names.split(';');
  checkSignedHeaders(request, signedHeaders);
  if ((headers.get('x-acs-accesskey-id') ?? accessKeyId) !== accessKeyId) {
    throw refusal('IncompleteSignature');
  }
  return {
    accessKeyId,
    timestamp: headers.get('x-acs-date') ?? '',
    nonce: headers.get('x-acs-signature-nonce') ?? '',
    securityToken: headers.get('x-acs-security-token'),
    verify: (accessKeySecret) => verify(request, signedHeaders, signature, accessKeySecret),
  };
}

function checkSignedHeaders({ headers, hasForm }: RpcRequest, signedHeaders: string[]): void {
  for (const name of REQUIRED_HEADERS) {
    if ((headers.get(name) ?? '') !== '') continue;
    throw name === 'x-acs-date' ? refusal('IllegalTimestamp') : missingParameter(name);
  }
  const mustBeSigned = [...headers.keys()].filter((name) => name.startsWith('x-acs-'));
  mustBeSigned.push('host');
  if (hasForm) mustBeSigned.push('content-type');
  const isSorted = signedHeaders.every((name, index) => (signedHeaders[index - 1] ?? '') < name);
  const areThere = signedHeaders.every((name) => headers.has(name));
  const areSigned = mustBeSigned.every((name) => signedHeaders.includes(name));
  if (!isSorted || !areThere || !areSigned) throw refusal('IncompleteSignature');
}

function verify(
  request: RpcRequest,
  signedHeaders: readonly string[],
  signature: string,
  accessKeySecret: string,
): Verdict {
  const payloadHash = createHash('sha256').update(request.body).digest('hex');
  const canonical = canonicalRequest({ ...request, signedHeaders, payloadHash });
  const stringToSign = acs3StringToSign(canonical);
  const expected = acs3Signature(stringToSign, accessKeySecret);
  const hashIsRight = request.headers.get('x-acs-content-sha256') === payloadHash;
  return {
    matches: equalBytes(Buffer.from(signature), Buffer.from(expected)) && hashIsRight,
    explanation: `server StringToSign is [${stringToSign}] server CanonicalRequest is [${canonical}]`,
  };
}

/** `ACS3-HMAC-SHA256`, a line feed, and the SHA-256 of the canonical request in hexadecimal. */
export function acs3StringToSign(canonical: string): string {
  return `${ALGORITHM}\n${createHash('sha256').update(canonical, 'utf8').digest('hex')}`;
}

/** The HMAC-SHA256 of the string to sign under the access key's secret, in hexadecimal. */
export function acs3Signature(stringToSign: string, accessKeySecret: string): string {
  return createHmac('sha256', accessKeySecret).update(stringToSign, 'utf8').digest('hex');
}
