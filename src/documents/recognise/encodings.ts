import { decodeBase64Bytes, isBlankByte } from '../../base/bytes/base64-bytes.ts';
import { secretBuffer } from '../../base/bytes/secret-bytes.ts';

/** Fewer characters than 16 bytes need are a word and no value. */
const LEAST_VALUE_CHARACTERS = 22;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const PAD = 0x3d;
const DASH = 0x2d;
const UNDERSCORE = 0x5f;

/** The variants of base64 (RFC 4648 §4 and §5) that are not the standard one on lines of any length. */
export type Base64Dress =
  'base64' | 'spaced-base64' | 'base64url' | 'unpadded-base64' | 'unpadded-base64url';

/** What was decoded, and how it was written. The caller overwrites the bytes. */
export interface Decoded<D> {
  readonly dress: D;
  readonly inside: Buffer;
}

/** Decodes base64 in any of its variants; undefined for anything else. Blanks around it are skipped. */
export function decodeAnyBase64(text: Buffer): Decoded<Base64Dress> | undefined {
  const strict = decodeBase64Bytes(text);
  if (strict !== undefined) {
    if (strict.length === 0) return undefined;
    return { dress: hasInnerBlanks(text) ? 'spaced-base64' : 'base64', inside: strict };
  }
  const characters = text.filter((byte) => !isBlankByte(byte));
  const isUrl = characters.some((byte) => byte === DASH || byte === UNDERSCORE);
  const standard = secretBuffer(characters.length + 2).fill(PAD);
  for (const [index, byte] of characters.entries()) standard[index] = standardCharacter(byte);
  const padded = Math.ceil(characters.length / 4) * 4;
  const isPadded = padded === characters.length;
  const inside =
    characters.length < LEAST_VALUE_CHARACTERS
      ? undefined
      : decodeBase64Bytes(standard.subarray(0, padded));
  characters.fill(0);
  standard.fill(0);
  if (inside === undefined) return undefined;
  if (isPadded) return { dress: 'base64url', inside };
  return { dress: isUrl ? 'unpadded-base64url' : 'unpadded-base64', inside };
}

function standardCharacter(byte: number): number {
  if (byte === DASH) return 0x2b;
  return byte === UNDERSCORE ? 0x2f : byte;
}

/** Line breaks belong to base64 in a file; spaces and tabs do not. */
function hasInnerBlanks(text: Buffer): boolean {
  const start = text.findIndex((byte) => !isBlankByte(byte));
  const end = text.findLastIndex((byte) => !isBlankByte(byte));
  return text
    .subarray(start, end)
    .some((byte) => isBlankByte(byte) && byte !== LINE_FEED && byte !== RETURN);
}

export type HexadecimalDress = 'hexadecimal' | 'separated-hexadecimal';

const SEPARATORS = new Set([0x3a, DASH, 0x2c]); // : - ,

/**
 * Decodes hexadecimal of at least 16 bytes, in either case: plain, or with `0x` before it or blanks, `:`, `-` or `,`
 * between its digits.
 *
 * @returns undefined for anything else
 */
export function decodeHexadecimal(text: Buffer): Decoded<HexadecimalDress> | undefined {
  const start = text.findIndex((byte) => !isBlankByte(byte));
  const prefix = text.toString('latin1', start, start + 2).toLowerCase() === '0x' ? 2 : 0;
  const digits = secretBuffer(text.length);
  let length = 0;
  let isPlain = prefix === 0;
  for (const byte of text.subarray(Math.max(start, 0) + prefix)) {
    const value = hexadecimalDigit(byte);
    if (value !== undefined) {
      digits[length] = value;
      length += 1;
    } else if (SEPARATORS.has(byte) || byte === 0x20 || byte === 0x09) {
      isPlain = false;
    } else if (!isBlankByte(byte)) {
      length = 0;
      break;
    }
  }
  if (length < 32 || length % 2 !== 0) {
    digits.fill(0);
    return undefined;
  }
  const inside = secretBuffer(length / 2);
  for (let at = 0; at < length; at += 2) {
    inside[at / 2] = ((digits[at] ?? 0) << 4) | (digits[at + 1] ?? 0);
  }
  digits.fill(0);
  return { dress: isPlain ? 'hexadecimal' : 'separated-hexadecimal', inside };
}

function hexadecimalDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}

export type Utf16Dress = 'utf-16' | 'utf-16le' | 'utf-16be';

/**
 * Decodes UTF-16, with a byte order mark or without, that is text and nothing else.
 *
 * @returns the same text in UTF-8; undefined for anything else
 */
export function decodeUtf16(bytes: Buffer): Decoded<Utf16Dress> | undefined {
  if (bytes.length < 8 || bytes.length % 2 !== 0) return undefined;
  const mark = bytes.readUInt16BE(0);
  const hasMark = mark === 0xfffe || mark === 0xfeff;
  const isBig = hasMark ? mark === 0xfeff : bytes[0] === 0;
  const units = hasMark ? bytes.subarray(2) : bytes;
  const unit = (at: number): number => (isBig ? units.readUInt16BE(at) : units.readUInt16LE(at));
  const first = unit(0);
  if (!hasMark && (first >= 0x80 || !isTextByte(first))) return undefined;
  const inside = secretBuffer(units.length / 2);
  for (const [index] of inside.entries()) {
    const value = unit(index * 2);
    if (value < 0x80 && isTextByte(value)) {
      inside[index] = value;
      continue;
    }
    inside.fill(0);
    return hasMark ? beyondAscii(units, isBig) : undefined;
  }
  if (hasMark) return { dress: 'utf-16', inside };
  return { dress: isBig ? 'utf-16be' : 'utf-16le', inside };
}

function beyondAscii(units: Buffer, isBig: boolean): Decoded<Utf16Dress> | undefined {
  const little = isBig ? Buffer.from(units).swap16() : units;
  try {
    const inside = Buffer.from(new TextDecoder('utf-16le', { fatal: true }).decode(little));
    return isText(inside) && isMostlyAscii(inside) ? { dress: 'utf-16', inside } : undefined;
  } catch {
    return undefined;
  }
}

/** Any bytes may be letters of some script in UTF-16; what is looked for is written in ASCII but for a few words. */
function isMostlyAscii(text: Buffer): boolean {
  return text.filter((byte) => byte < 0x80).length > text.length * 0.7;
}

/** Whether bytes are text in UTF-8: no control characters but those that make blanks. */
export function isText(bytes: Buffer): boolean {
  let isAscii = true;
  for (const byte of bytes) {
    if (byte >= 0x80) isAscii = false;
    else if (!isTextByte(byte)) return false;
  }
  if (isAscii) return true;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether bytes are text but for NUL bytes: a disk, or a program in C, left them. */
export function isTextWithNul(bytes: Uint8Array): boolean {
  if (!bytes.includes(0)) return false;
  if (!bytes.every((byte) => byte === 0 || byte >= 0x80 || isTextByte(byte))) return false;
  const others = bytes.filter((byte) => byte !== 0); // what was given may be a private key
  const isIt = others.length > 0 && isText(Buffer.from(others.buffer));
  others.fill(0);
  return isIt;
}

function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || isBlankByte(byte);
}
