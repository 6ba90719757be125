import type { Parameters } from '../parameters.ts';
import { percentEncode } from '../percent-encoding.ts';

export interface CanonicalParts {
  readonly method: string;
  readonly query: Parameters;
  readonly headers: ReadonlyMap<string, string>;
  /** Lower-case names, sorted. */
  readonly signedHeaders: readonly string[];
  /** Of the body as it came, in hexadecimal. */
  readonly payloadHash: string;
}

/**
 * The canonical request of the ACS3 signatures, in the published form (help 2618355, "Request syntax and signature
 * method V3"): method, path, sorted query, `name:value` of each signed header, an empty line, the names, the hash of
 * the payload, each ended by a line feed but the last. RPC calls have the path `/`.
 */
export function canonicalRequest(parts: CanonicalParts): string {
  const { method, query, headers, signedHeaders, payloadHash } = parts;
  const canonicalQuery = [...query]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
  const canonicalHeaders = signedHeaders
    .map((name) => `${name}:${headers.get(name) ?? ''}\n`)
    .join('');
  return [method, '/', canonicalQuery, canonicalHeaders, signedHeaders.join(';'), payloadHash].join(
    '\n',
  );
}
