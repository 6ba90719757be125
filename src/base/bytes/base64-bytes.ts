import { secretBuffer } from './secret-bytes.ts';
import { encodeBase64Bytes } from './secret-encoding.ts';

const PAD = 0x3d;

/** Whether a byte is white space in a text file: tab, line feed, vertical tab, form feed, return, space. */
export function isBlankByte(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/**
 * Decodes standard, padded base64 (RFC 4648 §4) from bytes to bytes, so that a private key never becomes a
 * JavaScript string, which nothing can overwrite. White space is skipped wherever it stands.
 *
 * @returns the bytes, the caller's own; or undefined for anything else, also stray bits at the end
 */
export function decodeBase64Bytes(text: Uint8Array): Buffer | undefined {
  const decoded = secretBuffer(Math.ceil((text.length * 3) / 4));
  const length = decodeInto(decoded, text);
  if (length !== undefined) return decoded.subarray(0, length);
  decoded.fill(0);
  return undefined;
}

function decodeInto(decoded: Buffer, text: Uint8Array): number | undefined {
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  let characters = 0;
  let pads = 0;
  for (const byte of text) {
    if (isBlankByte(byte)) continue;
    characters += 1;
    if (byte === PAD) {
      pads += 1;
      continue;
    }
    const value = sextet(byte);
    if (value === undefined || pads > 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    decoded[length] = bits >> bitCount;
    length += 1;
  }
  const strayBits = bits & ((1 << bitCount) - 1);
  if (characters % 4 !== 0 || pads > 2 || bitCount !== pads * 2 || strayBits !== 0)
    return undefined;
  return length;
}

function sextet(byte: number): number | undefined {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
  if (byte === 0x2b) return 62;
  if (byte === 0x2f) return 63;
  return undefined;
}

/**
 * Encodes bytes as standard, padded base64 in lines of 64 characters, each ended by a line feed (RFC 7468 §2),
 * from bytes to bytes for the same reason.
 */
export function encodeBase64Lines(bytes: Uint8Array): Buffer {
  const line = encodeBase64Bytes(bytes);
  const text = secretBuffer(line.length + Math.ceil(line.length / 64)).fill(0x0a);
  for (let from = 0, to = 0; from < line.length; from += 64, to += 65) {
    text.set(line.subarray(from, from + 64), to);
  }
  line.fill(0);
  return text;
}
