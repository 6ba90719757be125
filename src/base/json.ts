import { kmsxError } from './error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses JSON text (RFC 8259) and refuses a name that stands twice in one object, at any depth:
 * two readers of such a document may disagree on what it says.
 *
 * @param label - what the text is called in an error, usually the file's name
 * @throws KmsxError `json-malformed`, `json-name-twice`; neither quotes the text
 */
export function parseJson(text: string, label: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw kmsxError('json-malformed', `${label} is not JSON, or is cut short`, { label });
  }
  const repeated = findRepeatedName(text);
  if (repeated !== undefined) {
    throw kmsxError(
      'json-name-twice',
      `${label} has the name ${JSON.stringify(repeated)} twice in one object`,
      {
        label,
      },
    );
  }
  return value;
}

/** Tells whether a value is a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Finds a name that stands twice in one object. The text must be valid JSON. */
function findRepeatedName(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  const tokens = json.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g) ?? [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"') && tokens[index + 1] === ':') {
      const name = JSON.parse(token) as string;
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
