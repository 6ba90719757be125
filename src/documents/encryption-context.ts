import { kmsxError } from '../base/error.ts';
import { isJsonObject, parseJson } from '../base/json.ts';

/**
 * The EncryptionContext of KMS: names and values that are bound to a CiphertextBlob and must be repeated
 * to open it. Every name survives as an own property, `__proto__` too.
 */
export type EncryptionContext = Readonly<Record<string, string>>;

/** KMS's limit, in characters of the JSON text (help 42975). */
const MAX_CHARACTERS = 8192;

/** Names that kmsx itself puts into a context; they are refused in a new one. */
const RESERVED_PREFIX = 'kmsx:';

/** The name under which `--bind` puts the data key's own id into its context. */
export const DATA_KEY_ID = 'kmsx:id';

/** 16 bytes in lower-case hexadecimal. */
const DATA_KEY_ID_FORM = /^[0-9a-f]{32}$/;

/** The text of a `--context-file`. */
export interface ContextFile {
  readonly text: string;
  readonly label: string;
}

/**
 * Joins a context from `--context NAME=VALUE` options, split at the first `=`, and the text of a
 * `--context-file`. No name may occur twice, from either source.
 *
 * @returns undefined if there is nothing in it: KMS takes an empty context as none
 * @throws KmsxError `context-malformed`, `json-malformed`, `json-name-twice`
 */
export function joinEncryptionContext(
  pairs: readonly string[],
  file: ContextFile | undefined,
): EncryptionContext | undefined {
  const entries = new Map<string, string>();
  if (file !== undefined) {
    for (const [name, value] of Object.entries(readFile(file.text, file.label))) {
      entries.set(name, value);
    }
  }
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals === -1) throw malformed('--context takes NAME=VALUE');
    const name = pair.slice(0, equals);
    if (entries.has(name))
      throw malformed(`the context has the name ${JSON.stringify(name)} twice`);
    entries.set(name, pair.slice(equals + 1));
  }
  if (entries.size === 0) return undefined;
  const context = Object.fromEntries(entries);
  assertEncryptionContext(context, 'the context');
  return context;
}

/**
 * Refuses names that kmsx reserves for itself in a new context.
 *
 * @throws KmsxError `context-malformed`
 */
export function assertNoReservedName(context: EncryptionContext): void {
  const name = Object.keys(context).find((candidate) => candidate.startsWith(RESERVED_PREFIX));
  if (name === undefined) return;
  throw malformed(
    `the context has the name ${JSON.stringify(name)}; names that begin with ${RESERVED_PREFIX} are kmsx's own`,
  );
}

/**
 * Binds the data key that is made next to an id of its own: with the id in the context, no other CiphertextBlob opens
 * in its place.
 *
 * @param dataKeyId - 16 random bytes
 * @throws KmsxError `context-malformed` where the context is too long with it
 */
export function bindEncryptionContext(
  context: EncryptionContext | undefined,
  dataKeyId: Uint8Array,
): EncryptionContext {
  const bound = { ...context, [DATA_KEY_ID]: Buffer.from(dataKeyId).toString('hex') };
  assertEncryptionContext(bound, 'the context, with the id of --bind,');
  return bound;
}

/** Whether a text is the id of a data key: 32 lower-case hexadecimal digits. */
export function isDataKeyId(text: string): boolean {
  return DATA_KEY_ID_FORM.test(text);
}

/** The id of the data key that a context binds, undefined where it binds none. */
export function dataKeyIdOf(context: EncryptionContext | undefined): string | undefined {
  const id = context?.[DATA_KEY_ID];
  return id !== undefined && isDataKeyId(id) ? id : undefined;
}

/** Whether two contexts are the same map; no context equals an empty one. */
export function sameEncryptionContext(
  a: EncryptionContext | undefined,
  b: EncryptionContext | undefined,
): boolean {
  const [left, right] = [a, b].map((context) => new Map(Object.entries(context ?? {})));
  if (left?.size !== right?.size) return false;
  return [...(left ?? [])].every(([name, value]) => right?.get(name) === value);
}

/** The one JSON text that KMS is sent. KMS compares contexts as maps, not as text. */
export function encodeEncryptionContext(context: EncryptionContext): string {
  return JSON.stringify(context);
}

/**
 * Checks that a value is a context that KMS takes: a JSON object of strings, no empty name, at most 8,192
 * characters as JSON.
 *
 * @throws KmsxError `context-malformed`; it names names, never a value
 */
export function assertEncryptionContext(
  value: unknown,
  label: string,
): asserts value is EncryptionContext {
  if (!isJsonObject(value)) throw malformed(`${label} is not a JSON object of strings`);
  for (const [name, member] of Object.entries(value)) {
    if (name === '') throw malformed(`${label} has an empty name`);
    if (typeof member !== 'string') {
      throw malformed(
        `${label} has the name ${JSON.stringify(name)} with a value that is not a string`,
      );
    }
  }
  const { length } = JSON.stringify(value);
  if (length > MAX_CHARACTERS) {
    throw malformed(
      `${label} has ${length} characters as JSON; KMS takes at most ${MAX_CHARACTERS}`,
    );
  }
}

function readFile(text: string, label: string): EncryptionContext {
  const value = parseJson(text, label);
  assertEncryptionContext(value, label);
  return value;
}

function malformed(message: string): Error {
  return kmsxError('context-malformed', message);
}
