import { inflateSync } from 'node:zlib';

/** What the first bytes of a file tell. */
export type MagicKind = 'private key' | 'Java key store' | 'compressed file';

/** Each so long that no ciphertext begins with it by chance; letters of the patterns are bytes. */
const BEGINNINGS: readonly (readonly [MagicKind, RegExp])[] = [
  ['private key', /^openssh-key-v1\0/],
  // PRIVATEKEYBLOB of Windows and .NET (BLOBHEADER and RSAPUBKEY of wincrypt.h), and the PVK file around it.
  ['private key', /^\x07\x02\0\0\0[\x24\xa4]\0\0RSA2/],
  ['private key', /^\x1e\xf1\xb5\xb0\0\0\0\0/],
  // OpenPGP's secret key packet, as gpg --export-secret-keys writes it: length, version 4, time, algorithm (RFC 4880 §5.5.3).
  ['private key', /^\x95[^]{2}\x04[^]{4}[\x01\x10-\x13\x16]/],
  ['Java key store', /^(?:\xfe\xed\xfe\xed|\xce\xce\xce\xce)/],
  ['compressed file', /^\x1f\x8b\x08[\0-\x1f]/], // gzip
  ['compressed file', /^BZh[1-9]1AY&SY/], // bzip2
  ['compressed file', /^\xfd7zXZ\0/],
  ['compressed file', /^7z\xbc\xaf\x27\x1c/],
  ['compressed file', /^PK\x03\x04/], // zip
  ['compressed file', /^\x28\xb5\x2f\xfd/], // Zstandard
];

const LONGEST_BEGINNING = 16;
/** Nothing that kmsx reads becomes longer. */
const MOST_INFLATED_BYTES = 4 << 20;

/** Says what bytes are by how they begin; undefined if that is not certain. */
export function magicKind(bytes: Buffer): MagicKind | undefined {
  const start = bytes.toString('latin1', 0, LONGEST_BEGINNING);
  const kind = BEGINNINGS.find(([, beginning]) => beginning.test(start))?.[0];
  if (kind !== undefined) return kind;
  return isZlib(bytes) ? 'compressed file' : undefined;
}

/** Two bytes are too few to be certain: the checksum at the end decides (RFC 1950). */
function isZlib(bytes: Buffer): boolean {
  if (bytes.length < 8 || bytes[0] !== 0x78 || bytes.readUInt16BE() % 31 !== 0) return false;
  try {
    inflateSync(bytes, { maxOutputLength: MOST_INFLATED_BYTES }).fill(0); // it may be a private key
    return true;
  } catch {
    return false;
  }
}
