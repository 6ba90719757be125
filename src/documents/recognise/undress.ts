import { decodeBase64Bytes, isBlankByte } from '../../base/bytes/base64-bytes.ts';
import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { secretBuffer } from '../../base/bytes/secret-bytes.ts';
import type { Base64Dress, HexadecimalDress, Utf16Dress } from './encodings.ts';
import { decodeAnyBase64, decodeHexadecimal, decodeUtf16, isText } from './encodings.ts';
import type { JsonDress } from './json-dress.ts';
import { undressJson } from './json-dress.ts';

/** One way in which a value is written down. A UTF-8 byte order mark and line breaks are none: every reader skips them. */
export type Dress =
  | Utf16Dress
  | 'json-string'
  | 'single-quotes'
  /** `NAME: value`, `NAME=value`, or a line that was cut out of a document: `"NAME": "value",`. */
  | 'named'
  /** Several values, one on each line: the first is taken. */
  | 'value-lines'
  | HexadecimalDress
  | Base64Dress
  | JsonDress;

/** A value without what it is written in. */
export interface Undressed {
  /** From the outside in; empty if the value is as it is. */
  readonly dress: readonly Dress[];
  readonly inside: Buffer;
  /** Overwrites the copies that were made: they may be a private key. */
  readonly dispose: () => void;
}

/** More than anybody wraps around a value by mistake. */
const MAX_LAYERS = 5;

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BRACE = 0x7b;
const BRACKET = 0x5b;
const NAME = /^"?[A-Za-z][\w.-]{0,60}"?[ \t]*[:=][ \t]*/;

/** Takes off all that a value is written in, as far as it is certain. Works on bytes: no secret becomes a string. */
export function undress(bytes: Uint8Array): Undressed {
  const copies: Buffer[] = [];
  const dress: Dress[] = [];
  let inside = withoutMark(bytes);
  while (dress.length < MAX_LAYERS) {
    const layer = outermost(inside);
    if (layer === undefined) break;
    copies.push(layer.inside);
    dress.push(layer.dress);
    inside = withoutMark(layer.inside);
  }
  return {
    dress,
    inside,
    dispose: () => {
      for (const copy of copies) copy.fill(0);
    },
  };
}

interface Layer {
  readonly dress: Dress;
  readonly inside: Buffer;
}

function outermost(bytes: Buffer): Layer | undefined {
  const utf16 = decodeUtf16(bytes);
  if (utf16 !== undefined || !isText(bytes)) return utf16;
  const text = trimmed(bytes);
  if (text.includes('-----BEGIN ') && text[0] !== QUOTE) return undefined;
  if (text[0] === BRACE || text[0] === BRACKET) {
    const held = undressJson(text);
    return held && { dress: held.dress, inside: Buffer.from(held.text) };
  }
  return (
    firstLine(text) ??
    unquoted(text) ??
    decodeHexadecimal(text) ??
    decodeAnyBase64(text) ??
    unnamed(text)
  );
}

/** No value that is wrapped has lines as long, and a line that begins as the first one does, or ends with padding. */
const LONGEST_WRAPPED_LINE = 76;

/** Several ciphertexts in base64: those of one key version begin alike, and an ExportedDataKey ends with padding. */
function firstLine(text: Buffer): Layer | undefined {
  const lines = text.toString('latin1').split(/\s*\n\s*/);
  const [first = '', second] = lines;
  if (second === undefined || first.length <= LONGEST_WRAPPED_LINE) return undefined;
  const areValues = lines.every((line) => decodeBase64(line) !== undefined);
  const areSeveral = first.endsWith('=') || second.startsWith(first.slice(0, 16));
  if (!areValues || !areSeveral) return undefined;
  return { dress: 'value-lines', inside: Buffer.from(first) };
}

function withoutMark(bytes: Uint8Array): Buffer {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.subarray(0, 3).equals(UTF8_MARK) ? view.subarray(3) : view;
}

function trimmed(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => !isBlankByte(byte));
  const end = bytes.findLastIndex((byte) => !isBlankByte(byte));
  return start === -1 ? bytes.subarray(0, 0) : bytes.subarray(start, end + 1);
}

function unquoted(text: Buffer): Layer | undefined {
  const [quote] = text;
  if (text.length < 3 || text.at(-1) !== quote) return undefined;
  const content = text.subarray(1, -1);
  if (quote === APOSTROPHE && !content.includes(APOSTROPHE)) {
    return { dress: 'single-quotes', inside: Buffer.from(content) };
  }
  const inside = quote === QUOTE ? withoutEscapes(content) : undefined;
  return inside && { dress: 'json-string', inside };
}

/** The escapes of JSON strings (RFC 8259 §7) that stand for one ASCII character. */
const BACKSLASH = 0x5c;
const ESCAPES: ReadonlyMap<number | undefined, number> = new Map([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x2f, 0x2f],
  [0x6e, 0x0a], // n
  [0x72, 0x0d], // r
  [0x74, 0x09], // t
]);

/** @returns undefined if the content of the quotes is no JSON string, or needs other escapes */
function withoutEscapes(content: Buffer): Buffer | undefined {
  const plain = secretBuffer(content.length);
  let length = 0;
  for (let at = 0; at < content.length; at += 1) {
    let byte = content[at];
    if (byte === BACKSLASH) {
      at += 1;
      byte = ESCAPES.get(content[at]);
    } else if (byte === QUOTE || (byte !== undefined && byte < 0x20)) byte = undefined;
    if (byte === undefined) {
      plain.fill(0);
      return undefined;
    }
    plain[length] = byte;
    length += 1;
  }
  return plain.subarray(0, length);
}

/** Only the name becomes a string. The value must be base64 or hexadecimal: other words are no dress. */
function unnamed(text: Buffer): Layer | undefined {
  const name = NAME.exec(text.toString('latin1', 0, 80))?.[0];
  if (name === undefined || text.includes(0x0a)) return undefined;
  const value = text
    .subarray(name.length)
    .filter((byte) => byte !== QUOTE && byte !== APOSTROPHE && byte !== 0x2c);
  const inside = Buffer.from(value.buffer, value.byteOffset, value.length);
  const decoded = decodeHexadecimal(inside)?.inside ?? decodeBase64Bytes(inside);
  const isValue = decoded !== undefined && decoded.length >= 16;
  decoded?.fill(0);
  if (isValue) return { dress: 'named', inside };
  inside.fill(0);
  return undefined;
}
