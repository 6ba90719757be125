import { secretBuffer } from './secret-bytes.ts';

const BASE64_DIGITS = Buffer.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
);
const HEX_DIGITS = Buffer.from('0123456789abcdef');
const PAD = 0x3d;

/**
 * Encodes bytes as standard, padded base64 on one line (RFC 4648 §4), from bytes to bytes: a secret never
 * becomes a JavaScript string, which nothing can overwrite.
 */
export function encodeBase64Bytes(bytes: Uint8Array): Buffer {
  const text = secretBuffer(Math.ceil(bytes.length / 3) * 4).fill(PAD);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const left = bytes.length - from;
    const [a = 0, b = 0, c = 0] = [bytes[from], bytes[from + 1], bytes[from + 2]];
    text[to] = BASE64_DIGITS[a >> 2] ?? 0;
    text[to + 1] = BASE64_DIGITS[((a & 0x03) << 4) | (b >> 4)] ?? 0;
    if (left > 1) text[to + 2] = BASE64_DIGITS[((b & 0x0f) << 2) | (c >> 6)] ?? 0;
    if (left > 2) text[to + 3] = BASE64_DIGITS[c & 0x3f] ?? 0;
  }
  return text;
}

/** Encodes bytes as lower-case hexadecimal, from bytes to bytes for the same reason. */
export function encodeHexBytes(bytes: Uint8Array): Buffer {
  const text = secretBuffer(bytes.length * 2);
  for (const [index, byte] of bytes.entries()) {
    text[index * 2] = HEX_DIGITS[byte >> 4] ?? 0;
    text[index * 2 + 1] = HEX_DIGITS[byte & 0x0f] ?? 0;
  }
  return text;
}
