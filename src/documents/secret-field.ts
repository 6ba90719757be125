import { secretBuffer } from '../base/bytes/secret-bytes.ts';
import { decodeBase64Bytes, isBlankByte } from '../base/bytes/base64-bytes.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;

interface TakenField {
  /** What the field held; undefined where there is no such field, or its value is not standard base64. */
  readonly secret: Buffer | undefined;
  /** The JSON without it: the field is an empty string there. */
  readonly rest: Buffer;
}

/**
 * Takes a secret out of a JSON text before it is parsed, from bytes to bytes: a parser would make a JavaScript string
 * of it, which nothing can overwrite. Only the first field of the name is taken: a reader refuses a name that stands
 * twice.
 *
 * @param json - the text, UTF-8; left as it is
 * @param name - the field's name, plain ASCII letters; its value is standard base64, in which `\/` may stand for `/`
 * @returns both parts, which the caller overwrites
 */
export function takeSecretField(json: Buffer, name: string): TakenField {
  const start = findValue(json, name);
  const end = start === undefined ? -1 : json.indexOf(QUOTE, start);
  if (start === undefined || end === -1) return { secret: undefined, rest: Buffer.from(json) };
  const base64 = withoutEscapes(json.subarray(start, end));
  const secret = base64.some(isBlankByte) ? undefined : decodeBase64Bytes(base64);
  base64.fill(0);
  return { secret, rest: Buffer.concat([json.subarray(0, start), json.subarray(end)]) };
}

/**
 * Where the text of the field's value begins, after its quotation mark. Within a JSON string a quotation mark has a
 * backslash before it, so the quoted name without one, and with a colon after it, is a name.
 */
function findValue(json: Buffer, name: string): number | undefined {
  const quoted = Buffer.from(`"${name}"`);
  for (let at = json.indexOf(quoted); at !== -1; at = json.indexOf(quoted, at + 1)) {
    const colon = skipBlanks(json, at + quoted.length);
    const value = skipBlanks(json, colon + 1);
    const isName = json[at - 1] !== BACKSLASH && json[colon] === COLON;
    if (isName && json[value] === QUOTE) return value + 1;
  }
  return undefined;
}

function skipBlanks(json: Buffer, from: number): number {
  let at = from;
  while (at < json.length && isBlankByte(json[at] ?? 0)) at += 1;
  return at;
}

/** Some writers of JSON escape each slash. */
function withoutEscapes(text: Buffer): Buffer {
  const plain = secretBuffer(text.length);
  let length = 0;
  for (const [index, byte] of text.entries()) {
    if (byte === BACKSLASH && text[index + 1] === SLASH) continue;
    plain[length] = byte;
    length += 1;
  }
  return plain.subarray(0, length);
}
