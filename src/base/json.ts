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
  assertUnambiguous(text, label);
  return value;
}

/**
 * Refuses a name that stands twice in one object, and more than 100 levels, in JSON text that was parsed already.
 *
 * @param text - valid JSON
 * @throws KmsxError `json-malformed`, `json-name-twice`; neither quotes the text
 */
export function assertUnambiguous(text: string, label: string): void {
  const tokens = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g) ?? [];
  if (isTooDeep(tokens)) {
    throw kmsxError('json-malformed', `${label} nests more than ${MAX_DEPTH} levels deep`, {
      details: { label },
    });
  }
  const repeated = findRepeatedName(tokens);
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

function isTooDeep(tokens: readonly string[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Finds a name that stands twice in one object. The tokens must be those of valid JSON. */
function findRepeatedName(tokens: readonly string[]): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"') && tokens[index + 1] === ':') {
      const name = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
