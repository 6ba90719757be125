import { inflateSync } from 'node:zlib';

/** What the first bytes of a file tell. */
export type MagicKind = 'private key' | 'Java key store' | 'compressed file';

/** Each so long that no ciphertext begins with it by chance, which an export may with any three bytes. */
const BEGINNINGS: readonly (readonly [MagicKind, RegExp])[] = [
  ['private key', /^openssh-key-v1\0/],
  // PRIVATEKEYBLOB of Windows and .NET (BLOBHEADER and RSAPUBKEY of wincrypt.h), and the PVK file around it.
  ['private key', /^\x07\x02\0\0\0[\x24\xa4]\0\0RSA2/],
  ['private key', /^\x1e\xf1\xb5\xb0\0\0\0\0/],
  ['Java key store', /^(?:\xfe\xed\xfe\xed|\xce\xce\xce\xce)\0\0\0[\x01\x02]/],
  ['compressed file', /^\x1f\x8b\x08[\0-\x1f][^]{4}[\0\x02\x04][\0-\x0d\xff]/], // gzip (RFC 1952 §2.3)
  ['compressed file', /^BZh[1-9]1AY&SY/], // bzip2
  ['compressed file', /^\xfd7zXZ\0/],
  ['compressed file', /^7z\xbc\xaf\x27\x1c/],
  ['compressed file', /^PK\x03\x04[\0-\x3f]\0/], // zip
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
  if (isOpenPgpKey(bytes)) return 'private key';
  return isZlib(bytes) ? 'compressed file' : undefined;
}

/**
 * A secret key packet of version 4, as `gpg --export-secret-keys` writes it (RFC 4880 §5.5.3), and after it nothing or the
 * user's name.
 */
function isOpenPgpKey(bytes: Buffer): boolean {
  if (bytes.length < 12 || bytes[0] !== 0x95 || bytes[3] !== 4) return false;
  const end = 3 + bytes.readUInt16BE(1);
  const hasAlgorithm = [1, 16, 17, 18, 19, 22].includes(bytes[8] ?? 0);
  return hasAlgorithm && (end === bytes.length || bytes[end] === 0xb4);
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
