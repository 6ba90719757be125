import type { Parameters } from '../request/parameters.ts';
import { percentEncode } from '../request/percent-encoding.ts';

interface CanonicalParts {
  readonly method: string;
  readonly query: Parameters;
  readonly headers: ReadonlyMap<string, string>;
  /** Lower-case names, sorted. */
  readonly signedHeaders: readonly string[];
  /** The hash of the body as received, in hexadecimal. */
  readonly payloadHash: string;
}

/**
 * The canonical request of the ACS3 and ACS4 signatures, in the published form (help 2618355, "Request syntax and
 * signature method V3"): method, path, sorted query, `name:value` of each signed header, an empty line, the names,
 * the hash of the payload, each ended by a line feed but the last. RPC calls have the path `/`.
 */
export function canonicalRequest(parts: CanonicalParts): string {
  const { method, query, headers, signedHeaders, payloadHash } = parts;
  let canonicalHeaders = '';
  for (const name of signedHeaders) canonicalHeaders += `${name}:${headers.get(name) ?? ''}\n`;
  return `${method}\n/\n${canonicalQuery(query)}\n${canonicalHeaders}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

/** Parameters sorted by name, names and values percent-encoded: `a=1&b=`. */
export function canonicalQuery(parameters: Parameters): string {
  return [...parameters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
}
