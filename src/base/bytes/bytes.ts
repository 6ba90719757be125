import { timingSafeEqual } from 'node:crypto';

/**
 * Decodes standard, padded base64 (RFC 4648 §4) without white space.
 *
 * @returns the bytes, or undefined if the text is anything else or has stray bits at its end
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64'); // Node.js takes other forms too, and writes this one alone
  if (bytes.toString('base64') === text) return bytes;
  bytes.fill(0);
  return undefined;
}

/** Compares two byte strings in a time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Bytes as a number that is not negative, the high one first; 0 for none. */
export function unsignedInteger(bytes: Uint8Array): bigint {
  return BigInt(
    `0x0${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`,
  );
}
