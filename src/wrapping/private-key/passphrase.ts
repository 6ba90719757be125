import { isUtf8 } from 'node:buffer';
import { kmsxError } from '../../base/error.ts';
import type { SecretBytes } from '../../base/bytes/secret-bytes.ts';
import { secretBuffer, secretCopy } from '../../base/bytes/secret-bytes.ts';

/** OpenSSL's limit (PEM_BUFSIZE); with more, Node says that there was no passphrase. */
const MAX_PASSPHRASE_BYTES = 1024;

/** A passphrase in the two encodings that key files use. */
export interface Passphrase {
  /** As it was given: PKCS#5 (RFC 8018) takes its bytes. */
  readonly utf8: Buffer;
  /** UTF-16, high byte first, and two zero bytes: PKCS#12 (RFC 7292 B.1) takes these. */
  readonly utf16: Buffer;
}

/** The empty passphrase, which PKCS#12 writers derive keys from in two ways: with and without the two zero bytes. */
export const EMPTY_PASSPHRASES: readonly Passphrase[] = [
  { utf8: Buffer.alloc(0), utf16: Buffer.alloc(2) },
  { utf8: Buffer.alloc(0), utf16: Buffer.alloc(0) },
];

/**
 * Asserts that a private key can be encrypted or decrypted with the passphrase: 1 to 1024 bytes.
 *
 * @throws KmsxError `passphrase-malformed`
 */
export function assertUsablePassphrase(passphrase: SecretBytes): void {
  if (passphrase.length === 0) {
    throw kmsxError('passphrase-malformed', 'the passphrase is empty');
  }
  if (passphrase.length > MAX_PASSPHRASE_BYTES) {
    throw kmsxError(
      'passphrase-malformed',
      `the passphrase is longer than ${MAX_PASSPHRASE_BYTES} bytes`,
    );
  }
}

/** Runs `use` with both encodings of a passphrase, and overwrites them afterwards. The passphrase stays as it is. */
export async function usingPassphrase<T>(
  passphrase: SecretBytes,
  use: (passphrase: Passphrase) => Promise<T>,
): Promise<T> {
  const utf8 = secretCopy(passphrase.bytes);
  const utf16 = toUtf16(utf8);
  try {
    return await use({ utf8, utf16 });
  } finally {
    utf8.fill(0);
    utf16.fill(0);
  }
}

/** Without a string in between, which nothing could overwrite. As in OpenSSL, what is not UTF-8 counts as Latin-1. */
function toUtf16(bytes: Buffer): Buffer {
  const utf16 = secretBuffer(bytes.length * 2 + 2);
  const isText = isUtf8(bytes);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const size = isText ? characterSize(bytes[at] ?? 0) : 1;
    const point = isText ? codePoint(bytes, at, size) : (bytes[at] ?? 0);
    at += size;
    if (point > 0xffff) {
      length = utf16.writeUInt16BE(0xd800 + ((point - 0x10000) >> 10), length);
      length = utf16.writeUInt16BE(0xdc00 + ((point - 0x10000) & 0x3ff), length);
    } else {
      length = utf16.writeUInt16BE(point, length);
    }
  }
  return utf16.subarray(0, length + 2);
}

/** How many bytes a character of UTF-8 has, by its first one. */
function characterSize(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function codePoint(bytes: Buffer, at: number, size: number): number {
  const first = bytes[at] ?? 0;
  if (size === 1) return first;
  let point = first & (0x7f >> size);
  for (const byte of bytes.subarray(at + 1, at + size)) point = (point << 6) | (byte & 0x3f);
  return point;
}
