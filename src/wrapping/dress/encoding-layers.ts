import { decodeBase64Bytes, isBlankByte } from '../../base/bytes/base64-bytes.ts';
import { secretBuffer } from '../../base/bytes/secret-bytes.ts';
import { byteSet, mapBytes, secretConcat } from './bytes.ts';
import type { Filter, Opener } from './layer.ts';
import { naming, redirecting } from './layer.ts';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const BASE64 = byteSet(`${ALPHANUMERIC}+/`);
const BASE64URL = byteSet(`${ALPHANUMERIC}-_`);
const HEXADECIMAL = byteSet('0123456789abcdefABCDEF');
const PAD = 0x3d;
const [DASH, UNDERSCORE, PLUS, SLASH] = Buffer.from('-_+/');

/** No key is as short as that. */
const SHORTEST = 64;

const hexadecimal: Opener = (bytes) => {
  const hasPrefixes = bytes.includes('0x');
  const others = byteSet(hasPrefixes ? ':,;x{}' : ':');
  const isText = bytes.every(
    (byte) => HEXADECIMAL.has(byte) || isBlankByte(byte) || others.has(byte),
  );
  if (!isText) return [];
  let prefix = 0;
  const digits = mapBytes(bytes, (byte, at) => {
    if (hasPrefixes && bytes[at + 1] === 0x78 && byte === 0x30) prefix = at + 2;
    return at < prefix || !HEXADECIMAL.has(byte) ? undefined : byte;
  });
  const isWhole = digits.length >= SHORTEST && digits.length % 2 === 0;
  const inner = isWhole ? decodeHexadecimal(digits) : undefined;
  digits.fill(0);
  if (inner === undefined) return [];
  const filter: Filter = hasPrefixes
    ? (file) => `${naming("sed 's/0x//g'")(file)} | tr -d ',;{} ' | xxd -r -p`
    : redirecting('xxd -r -p');
  return [{ words: 'in hexadecimal', inner, filter }];
};

function decodeHexadecimal(digits: Buffer): Buffer {
  const value = (digit = 0): number => (digit & 0x0f) + (digit >= 0x41 ? 9 : 0);
  const bytes = secretBuffer(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = value(digits[at * 2]) * 16 + value(digits[at * 2 + 1]);
  }
  return bytes;
}

const base64url: Opener = (bytes) => {
  if (!consistsOf(bytes, BASE64URL) || !(bytes.includes('-') || bytes.includes('_'))) return [];
  const inner = mapBytes(bytes, (byte) => {
    if (byte === DASH) return PLUS;
    return byte === UNDERSCORE ? SLASH : byte;
  });
  return [{ words: 'in base64url', inner, filter: redirecting("tr '_-' '/+'") }];
};

const unpadded: Opener = (bytes) => {
  const missing = (4 - (countText(bytes) % 4)) % 4;
  if (bytes.includes(PAD) || missing === 0 || missing === 3 || !consistsOf(bytes, BASE64)) {
    return [];
  }
  const text = mapBytes(bytes, (byte) => (isBlankByte(byte) ? undefined : byte));
  const inner = secretConcat([text, Buffer.alloc(missing, PAD)]);
  text.fill(0);
  const pad = naming(`awk '{s=s $0}END{while(length(s)%4)s=s "=";print s}'`);
  return [{ words: 'in base64 without its padding', inner, filter: afterBlanks(bytes, pad) }];
};

const base64: Opener = (bytes) => {
  if (countText(bytes) < SHORTEST || !consistsOf(bytes, BASE64)) return [];
  const inner = decodeBase64Bytes(bytes);
  if (inner === undefined) return [];
  return [{ words: 'in base64', inner, filter: base64Filter(bytes) }];
};

/** Decodes a text in base64. */
export function base64Filter(text: Buffer): Filter {
  return afterBlanks(text, naming('base64 -d'));
}

function consistsOf(bytes: Buffer, alphabet: ReadonlySet<number>): boolean {
  return bytes.every((byte) => alphabet.has(byte) || byte === PAD || isBlankByte(byte));
}

function countText(bytes: Buffer): number {
  return bytes.reduce((count, byte) => (isBlankByte(byte) ? count : count + 1), 0);
}

/** `base64 -d` takes line feeds between the characters, and no other blanks. */
function afterBlanks(bytes: Buffer, filter: Filter): Filter {
  const hasOthers = bytes.some((byte) => isBlankByte(byte) && byte !== 0x0a);
  if (!hasOthers) return filter;
  return (file) => `${redirecting(String.raw`tr -d ' \t\r'`)(file)} | ${filter(undefined)}`;
}

/** How bytes are written as text, when it is not base64 of DER, which is read as it is. */
export const ENCODING_LAYERS: readonly Opener[] = [hexadecimal, base64url, unpadded, base64];
