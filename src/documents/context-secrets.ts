import { kmsxError } from '../base/error.ts';
import { isJsonObject } from '../base/json.ts';
import { PRIVATE_STRUCTURES, recogniseKey } from '../wrapping/der.ts';

/** The names of what KMS, its clients and JOSE (RFC 7518) keep secret, and what an object that has all of them is. */
const SECRET_NAMES: readonly (readonly [names: readonly string[], what: string])[] = [
  [['Plaintext'], 'an answer of KMS with a plaintext key'],
  [['SecretData'], 'a secret of KMS'],
  [['AccessKeySecret'], 'an access key'],
  [['SecurityToken'], 'a security token'],
  [['access_key_secret'], 'an access key'],
  [['PrivateKeyBlob'], 'an answer of KMS with a private key'],
  [['kty', 'd'], 'a private key'],
  [['kty', 'k'], 'a plaintext key'],
  [['RequestId', 'KeyId'], 'an answer of KMS'],
  [['RequestId', 'CiphertextBlob'], 'an answer of KMS'],
];

/** Documents of kmsx that hold secrets. */
const SECRET_FORMAT = /^kmsx-(?:component|local-kms-seed|local-kms-state)\//;

/** A private key in the armour of any program, also where the dashes or line breaks were lost. */
const PRIVATE_ARMOUR =
  /BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY|PuTTY-User-Key-File|BEGIN SSH2 ENCRYPTED PRIVATE KEY/;

/** No private key is shorter: 3080 is a number, and not the beginning of one. */
const SHORTEST_KEY = 32;

/** How deep an object is looked into. */
const MAX_DEPTH = 4;

/** The lengths of AES keys, in bytes, whose base64 ends with `=`: a shell's word that has one is NAME=VALUE. */
const PADDED_KEY_BYTES = [16, 32];

/**
 * Refuses an encryption context that is, or has in it, a secret that was meant for another option. KMS keeps no
 * context secret: its logs and the backup have it in clear.
 *
 * @param label - what the context is called in errors
 * @throws KmsxError `context-secret`, which names names, never a value
 */
export function assertNoSecretInContext(
  context: Readonly<Record<string, string>>,
  label: string,
): void {
  const whole = secretObject(context);
  if (whole !== undefined) throw secret(`${label} is ${whole}`);
  for (const [name, value] of Object.entries(context)) {
    if (isPaddedKey(name + '=' + value)) throw secret(`${label} is a plaintext key in base64`);
    if (secretText(name) !== undefined) throw secret(`${label} has a private key for a name`);
    const what = secretText(value);
    if (what !== undefined)
      throw secret(`the value of ${JSON.stringify(name)} in ${label} is ${what}`);
  }
}

/**
 * Refuses the text of a `--context-file` that is a secret, before it is parsed.
 *
 * @throws KmsxError `context-secret`
 */
export function assertNoSecretText(text: string, label: string): void {
  const what = secretText(text);
  if (what !== undefined) throw secret(`${label} is ${what}, not an encryption context`);
}

/**
 * What of secrets a text is: a private key in PEM, base64, base64url or hexadecimal, or JSON with a secret, also
 * through one layer of base64.
 *
 * @returns in words, such as `a private key`; undefined if nothing secret is recognised
 */
function secretText(text: string): string | undefined {
  return plainSecret(text) ?? secretBytes(text.replace(/^\ufeff/, '').trim());
}

function plainSecret(text: string): string | undefined {
  if (PRIVATE_ARMOUR.test(text)) return 'a private key';
  const trimmed = text.replace(/^\ufeff/, '').trim();
  return /^[{[]/.test(trimmed) ? secretValue(parse(trimmed), MAX_DEPTH) : undefined;
}

function secretBytes(text: string): string | undefined {
  const isHex = /^[0-9a-f\s:]+$/i.test(text);
  const bytes = isHex
    ? Buffer.from(text.replaceAll(/[\s:]/g, ''), 'hex')
    : Buffer.from(text, 'base64');
  const structure = bytes.length < SHORTEST_KEY ? undefined : recogniseKey(bytes)?.structure;
  if (structure !== undefined && PRIVATE_STRUCTURES.has(structure)) return 'a private key';
  return plainSecret(bytes.toString('latin1'));
}

/** Answers lie within the objects of SDKs, such as `body`. */
function secretValue(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  const own = isJsonObject(value) ? secretObject(value) : undefined;
  if (own !== undefined) return own;
  return Object.values(value)
    .map((member) => secretValue(member, depth - 1))
    .find((what) => what !== undefined);
}

/** SDKs write the names of KMS in camel case. */
function secretObject(object: Readonly<Record<string, unknown>>): string | undefined {
  const format = object['Format'];
  if (typeof format === 'string' && SECRET_FORMAT.test(format)) return 'a document with a secret';
  const lower = new Set(Object.keys(object).map((name) => name.toLowerCase()));
  return SECRET_NAMES.find(([names]) => names.every((name) => lower.has(name.toLowerCase())))?.[1];
}

function isPaddedKey(word: string): boolean {
  const bytes = Buffer.from(word, 'base64');
  return PADDED_KEY_BYTES.includes(bytes.length) && bytes.toString('base64') === word;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secret(message: string): Error {
  return kmsxError('context-secret', message);
}
