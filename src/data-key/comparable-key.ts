import { equalBytes } from '../base/bytes/bytes.ts';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import {
  assertAmongCheckValues,
  chooseCheckValues,
  includesCheckValues,
  keyCheckValues,
} from '../documents/key-check-value.ts';

/** A data key that can be compared with others: its bytes in memory, or its check values from a token. */
export interface ComparableKey {
  /** In bytes; undefined where a token does not tell. */
  readonly length: number | undefined;
  /** Undefined where only the check values are known. */
  readonly bytes: Uint8Array | undefined;
  /** @param words - which methods, by their words in options; all if left out */
  readonly checkValues: (words?: readonly string[]) => readonly KeyCheckValue[];
  /** Overwrites what is secret. */
  readonly dispose: () => void;
}

/** A data key whose bytes are here. */
export function comparableBytes(dataKey: SecretBytes): ComparableKey {
  return {
    length: dataKey.length,
    bytes: dataKey.bytes,
    checkValues: (words) => keyCheckValues(dataKey.bytes, words),
    dispose: () => {
      dataKey.dispose();
    },
  };
}

/**
 * A data key in a token.
 *
 * @param values - all of its check values, one of 128 bits among them
 */
export function comparableCheckValues(
  values: readonly KeyCheckValue[],
  length: number | undefined,
): ComparableKey {
  return {
    length,
    bytes: undefined,
    checkValues: (words) => chooseCheckValues(values, words),
    dispose: () => undefined,
  };
}

/** Whether a key has every one of these check values, each compared in constant time. */
export function keyHasCheckValues(key: ComparableKey, values: readonly KeyCheckValue[]): boolean {
  return includesCheckValues(key.checkValues(), values);
}

/**
 * Checks a data key against expected values, each in constant time.
 *
 * @throws KmsxError `check-value-mismatch`
 */
export function assertKeyHasCheckValues(
  key: ComparableKey,
  expected: readonly KeyCheckValue[],
): void {
  assertAmongCheckValues(key.checkValues(), expected, key.length);
}

/**
 * Whether two data keys are the same, in constant time: by their bytes where both are here, else by their check values of
 * 128 bits. False where nothing of that strength can be compared.
 */
export function sameKey(one: ComparableKey, other: ComparableKey): boolean {
  if (one.bytes !== undefined && other.bytes !== undefined) {
    return equalBytes(one.bytes, other.bytes);
  }
  const strong = other.checkValues(STRONG);
  return strong.length > 0 && includesCheckValues(one.checkValues(STRONG), strong);
}

/** The methods of 128 bits. */
const STRONG = ['label', 'sha256'];
