import { kmsxError } from '../../base/error.ts';
import { isJsonObject } from '../../base/json.ts';

/** Deeper than `parseJson` reads would be refused when it is read. */
const MAX_DEPTH = 100;

const HALF_CHARACTER = /\p{Cs}/u;
const HALF_CHARACTERS = /\p{Cs}/gu;

/**
 * The canonical form of RFC 8785 of what a record may hold: objects, arrays, strings in the Unicode form NFC without lone
 * surrogates, integers within ±(2^53 − 1), booleans and null, at most 100 levels deep. Members stand in the order of their
 * names in UTF-16; one that is undefined is left out.
 *
 * @param label - what the value is called in the error
 * @throws KmsxError `document-malformed`, which names the place and shows no value
 */
export function canonicalJson(value: unknown, label: string): string {
  return write(value, '', 1);

  function write(part: unknown, place: string, depth: number): string {
    if (depth > MAX_DEPTH + 1) refuse(place, `nests more than ${MAX_DEPTH} levels deep`);
    if (typeof part === 'string') return text(part, place, 'is text');
    if (typeof part === 'boolean' || part === null) return String(part);
    if (typeof part === 'number') {
      return Number.isSafeInteger(part) ? String(part) : refuse(place, 'is no whole number');
    }
    if (Array.isArray(part)) {
      const items = part.map((item, index) => write(item, `${place}[${index}]`, depth + 1));
      return `[${items.join(',')}]`;
    }
    if (!isJsonObject(part)) return refuse(place, 'is no value of JSON');
    const members = Object.keys(part)
      .filter((name) => part[name] !== undefined)
      .sort(byUtf16)
      .map((name) => {
        const below = place === '' ? name : `${place}.${name}`;
        return `${text(name, below, 'has a name')}:${write(part[name], below, depth + 1)}`;
      });
    return `{${members.join(',')}}`;
  }

  function text(part: string, place: string, what: string): string {
    if (HALF_CHARACTER.test(part)) refuse(place, `${what} with half a character`);
    if (part.normalize('NFC') !== part) refuse(place, `${what} in another Unicode form than NFC`);
    return JSON.stringify(part);
  }

  function refuse(place: string, problem: string): never {
    const field = place === '' ? undefined : JSON.stringify(place).slice(1, -1);
    throw kmsxError('document-malformed', `${label}: ${field ?? 'it'} ${problem}`, {
      details: { label, ...(field !== undefined && { field }) },
    });
  }
}

/** The order of RFC 8785 §3.2.3, which is that of JavaScript's strings. */
function byUtf16(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** The same value with all its text in the Unicode form NFC; halves of characters become U+FFFD. */
export function inNfc<T>(value: T): T {
  return normalised(value) as T;
}

function normalised(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replaceAll(HALF_CHARACTERS, '\ufffd').normalize('NFC');
  if (Array.isArray(value)) return value.map(normalised);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [inNfc(name), normalised(part)]),
  );
}
