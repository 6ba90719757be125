import type { KeyType } from './key-types.ts';
import { readKeySignature } from './key-signature.ts';
import type { PublicKey } from './public-key.ts';
import { readKeyFields, readPublicKey } from './public-key.ts';
import { quoted, refuse, refusingAs } from './refusal.ts';
import type { WireReader } from './wire.ts';
import { wireReader } from './wire.ts';

/** A certificate of OpenSSH whose signature is by the authority that it names. */
export interface Certificate {
  readonly kind: 'user' | 'host';
  /** The names that the key may sign for. */
  readonly principals: readonly string[];
  /** Seconds since 1970; the certificate is valid from then on, and no more at `validBefore`. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** That a hardware key must have asked for a PIN or a fingerprint. */
  readonly isVerifyRequired: boolean;
  readonly authority: PublicKey;
}

const MOST_PRINCIPALS = 256;
const KINDS = new Map([
  [1, 'user'],
  [2, 'host'],
] as const);

/**
 * Reads a certificate (OpenSSH's PROTOCOL.certkeys) and checks the authority's signature. Refused is a critical option
 * other than `verify-required`, as that protocol asks: the others limit a log-in, and a signature can't keep them.
 *
 * @param type - that of the certified key
 */
export function readCertificate(
  blob: Buffer,
  type: KeyType,
): { readonly key: PublicKey; readonly certificate: Certificate } {
  return refusingAs(
    (problem) => `has a certificate that ${problem}`,
    () => {
      const reader = wireReader(blob, 'the certificate');
      reader.string(); // its type, which is known
      reader.string(); // a nonce
      const key = readKeyFields(type, reader);
      return { key, certificate: readBody(blob, reader) };
    },
  );
}

function readBody(blob: Buffer, reader: WireReader): Certificate {
  reader.uint64(); // a serial number
  const kind = KINDS.get(reader.uint32() as 1 | 2);
  if (kind === undefined) return refuse('is neither for a user nor for a host');
  reader.text(); // a name for logs
  const principals = readPrincipals(reader.string());
  const [validAfter, validBefore] = [reader.uint64(), reader.uint64()];
  const isVerifyRequired = readCriticalOptions(reader.string());
  readPairs(reader.string(), 'the extensions'); // may be ignored, each
  reader.string(); // reserved
  const authority = refusingAs(
    (problem) => `is by an authority whose key ${problem}`,
    () => readPublicKey(reader.string()),
  );
  const signed = blob.subarray(0, reader.position());
  const signature = readKeySignature(authority, reader.string());
  reader.end();
  if (!signature.isOver(signed)) refuse('is not signed by its authority, or was changed');
  return { kind, principals, validAfter, validBefore, isVerifyRequired, authority };
}

function readPrincipals(bytes: Buffer): readonly string[] {
  const reader = wireReader(bytes, 'the list of names');
  const principals: string[] = [];
  while (!reader.isAtEnd()) {
    if (principals.length === MOST_PRINCIPALS) refuse(`has more than ${MOST_PRINCIPALS} names`);
    principals.push(reader.text());
  }
  return principals;
}

/** @returns whether the user must be verified */
function readCriticalOptions(bytes: Buffer): boolean {
  const options = readPairs(bytes, 'the critical options');
  const other = options.find(({ name, value }) => name !== 'verify-required' || value.length > 0);
  if (other !== undefined)
    refuse(`has the critical option ${quoted(other.name)}, which a signature can't keep`);
  return options.length > 0;
}

function readPairs(
  bytes: Buffer,
  what: string,
): readonly { readonly name: string; readonly value: Buffer }[] {
  const reader = wireReader(bytes, what);
  const pairs: { name: string; value: Buffer }[] = [];
  while (!reader.isAtEnd()) pairs.push({ name: reader.text(), value: reader.string() });
  return pairs;
}
