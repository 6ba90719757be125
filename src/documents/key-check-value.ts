import { createHash } from 'node:crypto';
import { equalBytes } from '../base/bytes/bytes.ts';
import { kmsxError } from '../base/error.ts';
import { placeholderHint } from '../base/text/placeholders.ts';
import { withoutStray } from '../base/text/nearly-right.ts';
import type { FieldReader } from '../base/fields.ts';
import { isJsonObject } from '../base/json.ts';
import { aesCmac, cmacOfBlock, encryptBlock } from './aes-cmac.ts';

export type CheckValueMethod = 'AES-ECB-ZERO' | 'AES-CMAC-ZERO' | 'AES-CMAC-LABEL' | 'SHA256-LABEL';

/** A short value that tells one data key from another without showing it. */
export interface KeyCheckValue {
  readonly Method: CheckValueMethod;
  /** Lower-case hexadecimal. */
  readonly Value: string;
}

const LABEL = Buffer.from('kmsx-data-key-v1', 'ascii');
const ZERO_BLOCK = Buffer.alloc(16);

/** A shorter key has no check values: it could be found from them. */
export const MIN_CHECKED_KEY_BYTES = 16;

/** A key that can be used and not seen, such as one in a token. */
export interface UsableKey {
  /** AES of one block of 16 bytes. */
  readonly encryptBlock: (block: Uint8Array) => Promise<Uint8Array>;
  /** SHA-256 over `prefix` and the key. */
  readonly sha256: (prefix: Uint8Array) => Promise<Uint8Array>;
}

interface MethodFacts {
  readonly method: CheckValueMethod;
  /** Its word in options, as in `--expect-check-value label:…`. */
  readonly word: string;
  readonly bytes: number;
  readonly forAes: boolean;
  /** What is done with the key, and to what. */
  readonly use: 'encrypt' | 'cmac' | 'sha256';
  readonly input: Buffer;
}

const METHODS: readonly MethodFacts[] = [
  {
    method: 'AES-ECB-ZERO',
    word: 'ecb',
    bytes: 3,
    forAes: true,
    use: 'encrypt',
    input: ZERO_BLOCK,
  },
  {
    method: 'AES-CMAC-ZERO',
    word: 'cmac',
    bytes: 5,
    forAes: true,
    use: 'cmac',
    input: ZERO_BLOCK,
  },
  { method: 'AES-CMAC-LABEL', word: 'label', bytes: 16, forAes: true, use: 'cmac', input: LABEL },
  {
    method: 'SHA256-LABEL',
    word: 'sha256',
    bytes: 16,
    forAes: false,
    use: 'sha256',
    input: LABEL,
  },
];

const WITH_BYTES: Readonly<Record<MethodFacts['use'], (key: Uint8Array, input: Buffer) => Buffer>> =
  {
    encrypt: encryptBlock,
    cmac: aesCmac,
    sha256: (key, input) => createHash('sha256').update(input).update(key).digest(),
  };

const WITH_USE: Readonly<
  Record<MethodFacts['use'], (key: UsableKey, input: Buffer) => Promise<Uint8Array>>
> = {
  encrypt: (key, input) => key.encryptBlock(input),
  cmac: (key, input) => cmacOfBlock(key.encryptBlock, input),
  sha256: (key, input) => key.sha256(input),
};

/** The words that options know the methods by. */
export const CHECK_VALUE_WORDS: readonly string[] = METHODS.map(({ word }) => word);

/**
 * Computes the check values of a data key: for an AES key (16, 24 or 32 bytes) the first 3 bytes of the
 * encryption of a zero block, the first 5 bytes of the AES-CMAC of a zero block, and the whole AES-CMAC of
 * the 16 ASCII bytes `kmsx-data-key-v1`; for other keys of 16 bytes and more the first 16 bytes of SHA-256
 * over that label and the key. Shorter keys have none: they could be found from it.
 *
 * @param words - which methods, by their words in options; all if left out
 */
export function keyCheckValues(
  dataKey: Uint8Array,
  words: readonly string[] = CHECK_VALUE_WORDS,
): KeyCheckValue[] {
  if (dataKey.length < MIN_CHECKED_KEY_BYTES) return [];
  return METHODS.filter(
    ({ forAes, word }) => forAes === isAesLength(dataKey.length) && words.includes(word),
  ).map((facts) => ({
    Method: facts.method,
    Value: WITH_BYTES[facts.use](dataKey, facts.input).subarray(0, facts.bytes).toString('hex'),
  }));
}

/**
 * As `keyCheckValues`, of a key that is used and not seen. A CMAC of one block takes two encryptions (SP 800-38B §6.2).
 *
 * @param isAes - whether it is an AES key of 16, 24 or 32 bytes
 */
export async function keyCheckValuesByUse(
  key: UsableKey,
  isAes: boolean,
  words: readonly string[] = CHECK_VALUE_WORDS,
): Promise<KeyCheckValue[]> {
  const values: KeyCheckValue[] = [];
  for (const { method, word, bytes, forAes, use, input } of METHODS) {
    if (forAes !== isAes || !words.includes(word)) continue;
    const whole = Buffer.from(await WITH_USE[use](key, input));
    values.push({ Method: method, Value: whole.subarray(0, bytes).toString('hex') });
  }
  return values;
}

/** The check values of some methods, by their words in options; all if left out. */
export function chooseCheckValues(
  values: readonly KeyCheckValue[],
  words: readonly string[] = CHECK_VALUE_WORDS,
): KeyCheckValue[] {
  const methods = METHODS.filter(({ word }) => words.includes(word)).map(({ method }) => method);
  return values.filter(({ Method }) => methods.includes(Method));
}

/** Whether a value of a document is a key check value, with all the hexadecimal digits of its method. */
export function isKeyCheckValue(value: unknown): value is KeyCheckValue {
  if (!isJsonObject(value)) return false;
  const facts = METHODS.find(({ method }) => method === value['Method']);
  const digits = value['Value'];
  if (facts === undefined || typeof digits !== 'string') return false;
  return digits.length === facts.bytes * 2 && /^[0-9a-f]*$/.test(digits);
}

/** Reads a list of key check values, at least one. */
export function readCheckValues(fields: FieldReader, name: string): readonly KeyCheckValue[] {
  const values = fields.list(name, (item) => {
    const { object } = item;
    if (!isKeyCheckValue(object)) return item.fail('', 'is not a key check value');
    return { Method: object.Method, Value: object.Value };
  });
  return values.length > 0 ? values : fields.fail(name, 'is empty');
}

/**
 * Whether a data key has every one of these check values, each compared in constant time; false if a method does not
 * fit the key.
 */
export function hasCheckValues(dataKey: Uint8Array, values: readonly KeyCheckValue[]): boolean {
  return includesCheckValues(keyCheckValues(dataKey), values);
}

/** Whether check values have every one of those that are expected, each compared in constant time. */
export function includesCheckValues(
  actual: readonly KeyCheckValue[],
  expected: readonly KeyCheckValue[],
): boolean {
  return expected.every(({ Method, Value }) => {
    const own = actual.find((candidate) => candidate.Method === Method);
    return (
      own !== undefined && equalBytes(Buffer.from(own.Value, 'hex'), Buffer.from(Value, 'hex'))
    );
  });
}

/**
 * How many bits of a check value there are to tell keys apart by: that of the longest, since each is compared.
 *
 * @returns 24 for `ecb`, 40 for `cmac`, 128 for the others; undefined for none
 */
export function assuranceBits(checkValues: readonly KeyCheckValue[]): number | undefined {
  if (checkValues.length === 0) return undefined;
  return Math.max(...checkValues.map(({ Value }) => Value.length * 4));
}

/**
 * Parses an expected check value, as it was read aloud or copied from an HSM: `ecb:…`, `cmac:…`, `label:…` or
 * `sha256:…` with all the hexadecimal digits of the method, in either letter case, in groups or not.
 *
 * @throws KmsxError `check-value-malformed`
 */
export function parseExpectedCheckValue(text: string): KeyCheckValue {
  const colon = text.indexOf(':');
  const facts = METHODS.find(({ word }) => word === text.slice(0, colon));
  const digits = text.slice(colon + 1).replaceAll(' ', '');
  if (facts === undefined || !/^[0-9a-fA-F]*$/.test(digits)) {
    // The text is not repeated: it may be the data key itself.
    throw kmsxError(
      'check-value-malformed',
      'a key check value is ecb:, cmac:, label: or sha256: and hexadecimal digits',
      { hints: likelyCheckValue(text) ?? placeholderHints(text) },
    );
  }
  if (digits.length !== facts.bytes * 2) {
    throw kmsxError(
      'check-value-malformed',
      `a key check value ${facts.word}: has ${facts.bytes * 2} hexadecimal digits, not ${digits.length}`,
    );
  }
  return { Method: facts.method, Value: digits.toLowerCase() };
}

/** A check value as `parseExpectedCheckValue` takes it, such as `label:…`. */
export function checkValueText({ Method, Value }: KeyCheckValue): string {
  const facts = METHODS.find(({ method }) => method === Method);
  return `${facts?.word ?? Method}:${Value}`;
}

/** The check values that prove most: those of 128 bits where there are any. */
export function strongestCheckValues(values: readonly KeyCheckValue[]): readonly KeyCheckValue[] {
  const bits = assuranceBits(values);
  return values.filter((each) => assuranceBits([each]) === bits);
}

function placeholderHints(text: string): string[] | undefined {
  const hint = placeholderHint(text);
  return hint === undefined ? undefined : [hint];
}

/** @returns a hint where the digits are as many as a method has; those of 16 bytes are not shown, as a key has as many */
function likelyCheckValue(text: string): string[] | undefined {
  const plain = withoutStray(text).toLowerCase();
  const named = METHODS.find(({ word, method }) =>
    [word, method.toLowerCase()].some((name) => new RegExp(`^${name}(?![0-9a-z])`).test(plain)),
  );
  const digits = plain
    .replace(
      named === undefined ? /^kcv/ : new RegExp(`^${named.method.toLowerCase()}|^${named.word}`),
      '',
    )
    .replace(/^[^0-9a-z]*(?:0x)?/, '')
    .replaceAll(/[\s:.-]/g, '');
  if (!/^[0-9a-f]+$/.test(digits)) return undefined;
  const fitting = METHODS.filter(
    (facts) => facts.bytes * 2 === digits.length && (named ?? facts) === facts,
  );
  const [first] = fitting;
  if (first === undefined) return undefined;
  if (first.bytes < MIN_CHECKED_KEY_BYTES) return [`did you mean ${first.word}:${digits}?`];
  const words = fitting.map(({ word }) => `${word}:`).join(' or ');
  return [`write ${words} before the ${digits.length} digits`];
}

/**
 * Checks a data key against expected values, each in constant time.
 *
 * @throws KmsxError `check-value-mismatch`, also if a method does not fit a key of this length
 */
export function assertCheckValues(dataKey: Uint8Array, expected: readonly KeyCheckValue[]): void {
  if (expected.length === 0) return;
  assertAmongCheckValues(keyCheckValues(dataKey), expected, dataKey.length);
}

/**
 * As `assertCheckValues`, of a key whose check values are known. The error tells the value that was found, as an HSM
 * would show it.
 *
 * @param length - of the key, in bytes, where it is known
 * @throws KmsxError `check-value-mismatch`
 */
export function assertAmongCheckValues(
  actual: readonly KeyCheckValue[],
  expected: readonly KeyCheckValue[],
  length: number | undefined,
): void {
  const wrong = expected.find((value) => !includesCheckValues(actual, [value]));
  if (wrong === undefined) return;
  const { Method, Value } = wrong;
  const found = actual.find((candidate) => candidate.Method === Method)?.Value;
  throw kmsxError(
    'check-value-mismatch',
    found === undefined
      ? `a data key of ${length ?? 'this number of'} bytes has no ${Method} check value`
      : `the key check value ${Method} is ${found}, not the expected ${Value}`,
  );
}

/** Whether a data key of that many bytes is an AES key. */
export function isAesLength(bytes: number): boolean {
  return bytes === 16 || bytes === 24 || bytes === 32;
}
