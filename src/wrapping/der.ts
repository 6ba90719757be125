/** One DER value: views into the bytes that were read, never copies. */
export interface DerValue {
  /** The identifier octet: 0x30 SEQUENCE, 0x02 INTEGER, 0x03 BIT STRING, 0x04 OCTET STRING, 0x06 OID. */
  readonly tag: number;
  readonly content: Buffer;
  /** Identifier, length and content. */
  readonly whole: Buffer;
}

/** What a key file's outermost SEQUENCE holds, by its children's tags. */
export type KeyStructure =
  | 'spki'
  | 'pkcs1-public'
  | 'certificate'
  | 'pkcs8'
  | 'pkcs1'
  | 'sec1'
  | 'dsa-private'
  | 'encrypted-pkcs8'
  | 'pkcs12';

/** The structures that hold a private key, or may. */
export const PRIVATE_STRUCTURES: ReadonlySet<KeyStructure> = new Set<KeyStructure>([
  'pkcs8',
  'pkcs1',
  'sec1',
  'dsa-private',
  'encrypted-pkcs8',
  'pkcs12',
]);

const STRUCTURES: readonly (readonly [KeyStructure, RegExp])[] = [
  ['spki', /^30 03$/], // RFC 5280 §4.1: AlgorithmIdentifier, BIT STRING
  ['certificate', /^30 30 03$/], // RFC 5280 §4.1
  ['pkcs1-public', /^02 02$/], // RFC 8017 A.1.1: n, e
  ['pkcs1', /^02( 02){8}( 30)?$/], // RFC 8017 A.1.2: version, eight numbers, other primes
  ['pkcs8', /^02 30 04( a0)?( 81| a1)?$/], // RFC 5958 §2
  ['encrypted-pkcs8', /^30 04$/], // RFC 5958 §3
  ['sec1', /^02 04( a0)?( a1)?$/], // RFC 5915 §3
  ['dsa-private', /^02( 02){5}$/], // OpenSSL's own form
  ['pkcs12', /^02 30( 30)?$/], // RFC 7292 §4
];

/**
 * Reads the value that the bytes begin with (X.690 §8.1). Lengths must be definite and have at most four
 * bytes; a length with more bytes than it needs, as BER allows, is accepted.
 *
 * @returns undefined if there is no whole value
 */
export function readDer(bytes: Buffer): DerValue | undefined {
  const tag = bytes[0];
  const first = bytes[1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let start = 2;
  let length = first;
  if (first >= 0x80) {
    const lengthBytes = first & 0x7f;
    if (lengthBytes === 0 || lengthBytes > 4 || bytes.length < 2 + lengthBytes) return undefined;
    length = bytes.readUIntBE(2, lengthBytes);
    start += lengthBytes;
  }
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end) };
}

/** Reads the values that the bytes consist of, or undefined if they are not made of whole values. */
export function readDerChildren(content: Buffer): DerValue[] | undefined {
  const children: DerValue[] = [];
  let rest = content;
  while (rest.length > 0) {
    const child = readDer(rest);
    if (child === undefined) return undefined;
    children.push(child);
    rest = rest.subarray(child.whole.length);
  }
  return children;
}

/**
 * The values in a constructed one, such as a SEQUENCE, whatever its tag.
 *
 * @param value - read already, or the bytes that begin with it
 * @returns none if there is no such value, or it is not made of whole values
 */
export function derChildren(value: Buffer | DerValue | undefined): readonly DerValue[] {
  const outer = Buffer.isBuffer(value) ? readDer(value) : value;
  return outer === undefined ? [] : (readDerChildren(outer.content) ?? []);
}

/**
 * Tells which key structure the bytes begin with, by the tags of its parts, whatever a file or a PEM label
 * calls it. What the parts hold is for OpenSSL to judge.
 *
 * @returns the structure and where it ends; undefined for anything else. A PKCS#12 file in BER with an
 * indefinite length (old browsers wrote it) counts as the whole of the bytes.
 */
export function recogniseKey(
  bytes: Buffer,
): { readonly structure: KeyStructure; readonly der: Buffer } | undefined {
  if (bytes[0] === 0x30 && bytes[1] === 0x80) return { structure: 'pkcs12', der: bytes };
  const outer = readDer(bytes);
  if (outer?.tag !== 0x30) return undefined;
  const children = readDerChildren(outer.content);
  if (children === undefined) return undefined;
  const tags = children.map(({ tag }) => tag.toString(16).padStart(2, '0')).join(' ');
  const structure = STRUCTURES.find(([, pattern]) => pattern.test(tags))?.[0];
  return structure === undefined ? undefined : { structure, der: outer.whole };
}

/** An OBJECT IDENTIFIER in its dotted form, such as `1.2.840.113549.1.1.1`; undefined for anything else. */
export function readOid(value: DerValue | undefined): string | undefined {
  if (value?.tag !== 0x06) return undefined;
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of value.content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...others].join('.');
}

/**
 * An INTEGER that counts something: not negative.
 *
 * @returns `Infinity` for one of more than six bytes; undefined for anything else
 */
export function readCount(value: DerValue | undefined): number | undefined {
  const first = value?.content[0];
  if (value?.tag !== 0x02 || first === undefined || first >= 0x80) return undefined;
  const digits = value.content.subarray(value.content.findIndex((byte) => byte !== 0));
  if (digits.length > 6) return Infinity;
  return digits.readUIntBE(0, digits.length);
}
