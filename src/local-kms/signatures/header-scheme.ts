import { equalBytes } from '../../base/bytes/bytes.ts';
import { illegalTimestamp, missingParameter, refusal } from '../refusal.ts';
import type { RpcRequest } from '../request/rpc-request.ts';
import { canonicalRequest } from './canonical-request.ts';
import type { SignatureScheme, SignedClaim } from './scheme.ts';
import { HIDDEN_TOKEN } from './scheme.ts';

/** How the schemes that sign headers (ACS3, ACS4) differ. */
interface HeaderAlgorithm {
  /** As in Authorization and in the string to sign. */
  readonly name: string;
  /** The headers that may carry the hash of the payload; exactly one of them must. */
  readonly contentHeaders: readonly string[];
  /** Hashes the payload and the canonical request, in hexadecimal. */
  hash(data: string | Buffer): string;
  /** Reads the Credential of an Authorization; undefined if it is malformed or does not fit the request. */
  readCredential(credential: string, request: RpcRequest): Credential | undefined;
}

/** Who signed, and how. */
export interface Credential {
  readonly accessKeyId: string;
  /** The signature of a string to sign, in hexadecimal. */
  sign(stringToSign: string, accessKeySecret: string): string;
}

/** Each is required, and must be signed; so is the header with the hash of the payload. */
const REQUIRED_HEADERS = [
  'host',
  'x-acs-action',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-version',
] as const;

const CONTENT_HEADERS = ['x-acs-content-sha256', 'x-acs-content-sm3'] as const;

const AUTHORIZATION =
  /^(\S+) Credential=([^\s,]{1,256}),SignedHeaders=([a-z0-9;-]{1,4096}),Signature=([^\s,]{1,256})$/;

/** Makes a scheme whose signature is in the header `Authorization` (help 2618355). */
export function headerScheme(algorithm: HeaderAlgorithm): SignatureScheme {
  let hashOfNothing: string | undefined;
  const payloadHash = (body: Buffer): string => {
    if (body.length > 0) return algorithm.hash(body);
    hashOfNothing ??= algorithm.hash(body);
    return hashOfNothing;
  };
  return {
    isUsedBy: ({ headers }) => {
      const authorization = headers.get('authorization');
      return (
        authorization === algorithm.name || authorization?.startsWith(`${algorithm.name} `) === true
      );
    },
    read: (request) => readClaim(request, algorithm, payloadHash(request.body)),
  };
}

function readClaim(
  request: RpcRequest,
  algorithm: HeaderAlgorithm,
  payloadHash: string,
): SignedClaim {
  const { headers } = request;
  const [, , text = '', names = '', signature = ''] =
    AUTHORIZATION.exec(headers.get('authorization') ?? '') ?? [];
  const credential = algorithm.readCredential(text, request);
  if (credential === undefined) throw refusal('IncompleteSignature');
  const { accessKeyId } = credential;
  const signedHeaders = names.split(';');
  const contentHeader = checkSignedHeaders(request, signedHeaders, algorithm.contentHeaders);
  if ((headers.get('x-acs-accesskey-id') ?? accessKeyId) !== accessKeyId) {
    throw refusal('IncompleteSignature');
  }
  const canonical = (values: ReadonlyMap<string, string>): string =>
    canonicalRequest({
      method: request.method,
      query: request.query,
      headers: values,
      signedHeaders,
      payloadHash,
    });
  const stringToSign = `${algorithm.name}\n${algorithm.hash(canonical(headers))}`;
  return {
    accessKeyId,
    timestamp: headers.get('x-acs-date') ?? '',
    nonce: headers.get('x-acs-signature-nonce') ?? '',
    securityToken: headers.get('x-acs-security-token'),
    isSignedWith: (accessKeySecret) => {
      const expected = credential.sign(stringToSign, accessKeySecret);
      const isValid = equalBytes(Buffer.from(signature), Buffer.from(expected));
      return isValid && headers.get(contentHeader) === payloadHash;
    },
    explainMismatch: () =>
      'Specified signature does not match our calculation. ' +
      `server StringToSign is [${stringToSign}] server CanonicalRequest is [${canonical(withoutToken(headers))}]`,
  };
}

function withoutToken(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (!headers.has('x-acs-security-token')) return headers;
  return new Map(headers).set('x-acs-security-token', HIDDEN_TOKEN);
}

/**
 * Checks that a request has the required headers, and that it signs them, every `x-acs-` header, and the content type
 * of a form.
 *
 * @param signedHeaders - as in the request: lower-case names, sorted
 * @param contentHeaders - those that may carry the hash of the payload; an error names the first
 * @returns the one that carries it
 * @throws KmsRefusal `MissingParameter`, `IllegalTimestamp` (no date), `IncompleteSignature`
 */
function checkSignedHeaders(
  { headers, hasForm }: RpcRequest,
  signedHeaders: readonly string[],
  contentHeaders: readonly string[],
): string {
  const contentHeader = contentHeaders.find((name) => headers.has(name)) ?? contentHeaders[0] ?? '';
  for (const name of [...REQUIRED_HEADERS, contentHeader]) {
    if ((headers.get(name) ?? '') !== '') continue;
    throw name === 'x-acs-date' ? illegalTimestamp(name) : missingParameter(name);
  }
  const isHashedTwice = CONTENT_HEADERS.every((name) => headers.has(name));
  const areListed = signedHeaders.every(
    (name, index) => (signedHeaders[index - 1] ?? '') < name && headers.has(name),
  );
  if (isHashedTwice || !areListed) throw refusal('IncompleteSignature');
  for (const name of headers.keys()) {
    const mustBeSigned =
      name === 'host' || name.startsWith('x-acs-') || (hasForm && name === 'content-type');
    if (mustBeSigned && !signedHeaders.includes(name)) throw refusal('IncompleteSignature');
  }
  return contentHeader;
}
