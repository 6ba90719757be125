import { illegalTimestamp, missingParameter, refusal } from '../refusal.ts';
import type { RpcRequest } from '../request/rpc-request.ts';

/** Each must be there, and signed; so must the one with the hash of the payload. */
const REQUIRED_HEADERS = [
  'host',
  'x-acs-action',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-version',
] as const;

const CONTENT_HEADERS = ['x-acs-content-sha256', 'x-acs-content-sm3'] as const;

/**
 * Checks which headers a request has and which of them it signs: those that are required, every `x-acs-` header,
 * and the content type of a form.
 *
 * @param signedHeaders - as the request names them: lower-case names, sorted
 * @param contentHeaders - those that may carry the hash of the payload; the first is named where none does
 * @returns the one that carries it
 * @throws KmsRefusal `MissingParameter`, `IllegalTimestamp` (no date), `IncompleteSignature`
 */
export function checkSignedHeaders(
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
  const isSorted = signedHeaders.every((name, index) => (signedHeaders[index - 1] ?? '') < name);
  const areThere = signedHeaders.every((name) => headers.has(name));
  const mustBeSigned = (name: string): boolean =>
    name === 'host' || name.startsWith('x-acs-') || (hasForm && name === 'content-type');
  const areSigned = [...headers.keys()].every(
    (name) => !mustBeSigned(name) || signedHeaders.includes(name),
  );
  if (isHashedTwice || !isSorted || !areThere || !areSigned) throw refusal('IncompleteSignature');
  return contentHeader;
}
