import { kmsxError } from '../base/error.ts';

/** Which tokens are meant; a token must agree with all that is given. */
export interface TokenQuery {
  readonly label?: string;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly slot?: bigint;
}

/** Which object of a token is meant. */
export interface ObjectQuery {
  readonly label?: string;
  readonly id?: Uint8Array;
}

/** A private key in a token, as a PKCS#11 URI names it (RFC 7512). */
export interface TokenKeyUri {
  /** As it was given. */
  readonly text: string;
  readonly token: TokenQuery;
  readonly object: ObjectQuery;
  /** The file that `pin-source` names. */
  readonly pinFile: string | undefined;
}

const URI_SCHEME = 'pkcs11:';

/** Whether a value of `--privkey` names a key in a token and not a file; a file of that name is `./pkcs11:…`. */
export function isTokenKeyUri(value: string): boolean {
  return value.startsWith(URI_SCHEME);
}

/** Attributes of the path that kmsx acts on (RFC 7512 §2.3). */
const PATH_ATTRIBUTES: ReadonlySet<string> = new Set([
  'token',
  'serial',
  'manufacturer',
  'model',
  'slot-id',
  'object',
  'id',
  'type',
]);

/** Why an attribute of the query is refused. */
const REFUSED_QUERY: ReadonlyMap<string, string> = new Map([
  [
    'pin-value',
    'a PIN in it can be read by everyone on the machine: use --pin-file, or pin-source',
  ],
  ['module-path', 'a URI must not choose the code that runs: use --module'],
  ['module-name', 'a URI must not choose the code that runs: use --module'],
]);

/**
 * Reads a PKCS#11 URI that names a private key in a token (RFC 7512 §2.3). An attribute that kmsx does not know is refused,
 * never passed over: without it another key might be meant.
 *
 * @throws KmsxError `uri-malformed`
 */
export function parseTokenKeyUri(text: string): TokenKeyUri {
  // First: what follows may be the rest of a PIN that holds `&`, `;` or `?`, and would be shown.
  if (/[?&;]pin-value=/.test(text)) throw refused('pin-value');
  const [path = '', query = '', ...more] = text.slice(URI_SCHEME.length).split('?');
  if (!isTokenKeyUri(text) || more.length > 0) throw malformed('it is not pkcs11:…');
  const attributes = readAttributes(path, ';');
  const parameters = readAttributes(query, '&');
  for (const name of attributes.keys()) {
    if (!PATH_ATTRIBUTES.has(name)) throw malformed(`${JSON.stringify(name)} is not known here`);
  }
  for (const name of parameters.keys()) {
    if (name !== 'pin-source') throw refused(name);
  }
  const type = decodeText(attributes.get('type'));
  if (type !== undefined && type !== 'private') throw malformed('type= is not private');
  const object = decodeText(attributes.get('object'));
  const id = attributes.get('id');
  if (object === undefined && id === undefined) {
    throw malformed('it names a token and no key in it: object= or id= is needed');
  }
  const slot = decodeText(attributes.get('slot-id'));
  if (slot !== undefined && !/^[0-9]{1,19}$/.test(slot)) throw malformed('slot-id= is no number');
  return {
    text,
    token: given({
      label: decodeText(attributes.get('token')),
      serial: decodeText(attributes.get('serial')),
      manufacturer: decodeText(attributes.get('manufacturer')),
      model: decodeText(attributes.get('model')),
      slot: slot === undefined ? undefined : BigInt(slot),
    }),
    object: given({ label: object, id: id === undefined ? undefined : percentDecode(id) }),
    pinFile: pinFileOf(decodeText(parameters.get('pin-source'))),
  };
}

/** Writes the URI of a private key in a token (RFC 7512 §2.3). */
export function tokenKeyUri(
  token: { readonly label: string; readonly serial: string },
  object: { readonly label: string; readonly id: Uint8Array },
): string {
  const id = [...object.id].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const parts = [
    `token=${encodeURIComponent(token.label)}`,
    ...(token.serial === '' ? [] : [`serial=${encodeURIComponent(token.serial)}`]),
    `object=${encodeURIComponent(object.label)}`,
    `id=${id}`,
    'type=private',
  ];
  return `${URI_SCHEME}${parts.join(';')}`;
}

function readAttributes(text: string, separator: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text === '' ? [] : text.split(separator)) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals);
    if (equals < 1)
      throw malformed(`a part between ${JSON.stringify(separator)} is not NAME=VALUE`);
    if (found.has(name)) throw malformed(`${name} is in it twice`);
    found.set(name, part.slice(equals + 1));
  }
  return found;
}

function percentDecode(text: string): Uint8Array {
  if (!/^(?:[\x21-\x24\x26-\x7e]|%[0-9a-fA-F]{2})*$/.test(text)) {
    throw malformed('a value in it is not percent-encoded');
  }
  const bytes = Buffer.from(
    text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
  return new Uint8Array(bytes);
}

function decodeText(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(percentDecode(value));
  } catch (error) {
    if (error instanceof TypeError) throw malformed('a value in it is not UTF-8');
    throw error;
  }
}

/** `pin-source` is a file, by name or as a file: URI (RFC 7512 §2.4). */
function pinFileOf(source: string | undefined): string | undefined {
  if (source === undefined) return undefined;
  if (source.startsWith('|')) throw malformed('pin-source= is a command; a file is needed');
  const path = source.replace(/^file:(?:\/\/(?=\/))?/, '');
  if (path === '') throw malformed('pin-source= is empty');
  return path;
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}

function refused(name: string): Error {
  return malformed(`${name} is not taken: ${REFUSED_QUERY.get(name) ?? 'it is not known here'}`);
}

function malformed(reason: string): Error {
  return kmsxError('uri-malformed', `the PKCS#11 URI cannot be used: ${reason}`);
}
