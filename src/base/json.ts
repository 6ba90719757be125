import { kmsxError } from './error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What reads a value afterwards may do so by recursion. No document of anybody's nests a tenth as deep. */
const MAX_DEPTH = 100;

/**
 * Parses JSON text (RFC 8259) and refuses a name that stands twice in one object, at any depth:
 * two readers of such a document may disagree on what it says. More than 100 levels are refused too.
 *
 * @param label - what the text is called in an error, usually the file's name
 * @throws KmsxError `json-malformed`, `json-name-twice`; neither quotes the text
 */
export function parseJson(text: string, label: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw kmsxError('json-malformed', `${label} is not JSON, or is cut short`, {
      details: { label },
    });
  }
  // Of what stands twice, the value has one. Counting is much faster than to look at each name of a long text.
  if (mostNames(text) !== namesIn(value, MAX_DEPTH)) assertUnambiguous(text, label);
  return value;
}

/**
 * Refuses a name that stands twice in one object, and more than 100 levels, in JSON text that was parsed already.
 *
 * @param text - valid JSON
 * @throws KmsxError `json-malformed`, `json-name-twice`; neither quotes the text
 */
export function assertUnambiguous(text: string, label: string): void {
  const { depth, repeated } = scan(text);
  if (depth > MAX_DEPTH) {
    throw kmsxError('json-malformed', `${label} nests more than ${MAX_DEPTH} levels deep`, {
      details: { label },
    });
  }
  if (repeated !== undefined) {
    throw kmsxError(
      'json-name-twice',
      `${label} has the name ${JSON.stringify(repeated)} twice in one object`,
      { details: { name: repeated } },
    );
  }
}

/** Whether a value is a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const [QUOTE, COLON, BACKSLASH] = [0x22, 0x3a, 0x5c];
const [OBJECT, OBJECT_END, ARRAY, ARRAY_END] = [0x7b, 0x7d, 0x5b, 0x5d];

/** How many names objects in a value have, at any depth; NaN if it nests more than so many levels deep. */
function namesIn(value: unknown, levels: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (levels === 0) return NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += namesIn(item, levels - 1);
    return count;
  }
  for (const name in value) {
    // Not what somebody added to the prototype of all objects.
    if (Object.hasOwn(value, name)) count += 1 + namesIn((value as JsonObject)[name], levels - 1);
  }
  return count;
}

/** How many names valid JSON has, or more: colons that follow the end of a string, and some that stand in one. */
function mostNames(text: string): number {
  let count = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === QUOTE || before <= 0x20) count += 1;
  }
  return count;
}

/** How deep valid JSON nests, and the first name that stands twice in one object. */
function scan(text: string): { readonly depth: number; readonly repeated: string | undefined } {
  const open: (Set<string> | undefined)[] = [];
  let depth = 0;
  let repeated: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === OBJECT || char === ARRAY) {
      open.push(char === OBJECT ? new Set() : undefined);
      depth = Math.max(depth, open.length);
    } else if (char === OBJECT_END || char === ARRAY_END) open.pop();
    else if (char === QUOTE) {
      const end = endOfString(text, at);
      if (isColonNext(text, end)) {
        const name = nameOf(text.slice(at, end));
        if (open.at(-1)?.has(name) === true) repeated ??= name;
        open.at(-1)?.add(name);
      }
      at = end - 1;
    }
  }
  return { depth, repeated };
}

/** Where the string that begins at a quotation mark has ended. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const mark = text.indexOf('"', at);
    let escapes = mark;
    while (text.charCodeAt(escapes - 1) === BACKSLASH) escapes -= 1;
    if ((mark - escapes) % 2 === 0) return mark + 1;
    at = mark;
  }
}

function isColonNext(text: string, from: number): boolean {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}

function nameOf(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}
