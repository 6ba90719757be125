import { kmsxError } from '../base/error.ts';
import { notAmong } from '../base/text/nearly-right.ts';
import type { KeyFacts } from './key-facts.ts';

/** The kinds of wrapping key that KMS knows, under KMS's own names. */
export type WrappingKeySpec = 'RSA_2048' | 'EC_SM2';

/** The wrapping algorithms that KMS knows, under KMS's own names. */
export type WrappingAlgorithmName = 'RSAES_OAEP_SHA_256' | 'RSAES_OAEP_SHA_1' | 'SM2PKE';

/** The hash of an OAEP algorithm, under Node's name; MGF1 uses the same one. */
export type OaepHash = 'sha256' | 'sha1';

/** One way to wrap a data key under a wrapping key. */
export interface WrappingAlgorithm {
  readonly name: WrappingAlgorithmName;
  readonly keySpec: WrappingKeySpec;
  /** The type of such a key, as `keyFacts` names it. */
  readonly keyType: 'rsa' | 'sm2';
  /** OAEP's hash and MGF1's; undefined for SM2, which has its own. */
  readonly hash: OaepHash | undefined;
  /** Its name in a JWK (RFC 7518 §4.3); undefined where it has none. */
  readonly jwkAlg: string | undefined;
  /** The longest data key that fits, in bytes. */
  readonly maxDataKeyBytes: number;
  /** The length of a wrapped data key in bytes; undefined where it depends on the data key. */
  readonly wrappedBytes: number | undefined;
}

/**
 * Every wrapping algorithm of GenerateAndExportDataKey; the first of each key spec is its default.
 * OAEP carries k − 2·hLen − 2 bytes (RFC 8017 §7.1.1), k = 256.
 *
 * KMS's pages: document_detail/148131 (hash, MGF1, sizes), GenerateAndExportDataKey.
 */
export const WRAPPING_ALGORITHMS: readonly WrappingAlgorithm[] = [
  {
    name: 'RSAES_OAEP_SHA_256',
    keySpec: 'RSA_2048',
    keyType: 'rsa',
    hash: 'sha256',
    jwkAlg: 'RSA-OAEP-256',
    maxDataKeyBytes: 190,
    wrappedBytes: 256,
  },
  {
    name: 'RSAES_OAEP_SHA_1',
    keySpec: 'RSA_2048',
    keyType: 'rsa',
    hash: 'sha1',
    jwkAlg: 'RSA-OAEP',
    maxDataKeyBytes: 214,
    wrappedBytes: 256,
  },
  {
    name: 'SM2PKE',
    keySpec: 'EC_SM2',
    keyType: 'sm2',
    hash: undefined,
    jwkAlg: undefined,
    maxDataKeyBytes: 6047,
    wrappedBytes: undefined,
  },
];

/**
 * Finds a wrapping algorithm by KMS's name.
 *
 * @param label - the option or field that has the name
 * @throws KmsxError `bad-usage` for a name that KMS does not know
 */
export function findWrappingAlgorithm(
  name: string,
  label = '--wrapping-algorithm',
): WrappingAlgorithm {
  const algorithm = WRAPPING_ALGORITHMS.find((entry) => entry.name === name);
  if (algorithm === undefined) throw notAmong(label, name, algorithmNames());
  return algorithm;
}

/**
 * Finds a wrapping key spec by KMS's name.
 *
 * @throws KmsxError `bad-usage` for a name that KMS does not know
 */
export function findWrappingKeySpec(name: string): WrappingKeySpec {
  const algorithm = WRAPPING_ALGORITHMS.find((entry) => entry.keySpec === name);
  if (algorithm === undefined) throw notAmong('--wrapping-key-spec', name, keySpecNames());
  return algorithm.keySpec;
}

/** The algorithm for a key if none was asked for. */
export function defaultAlgorithm(keySpec: WrappingKeySpec): WrappingAlgorithm {
  const algorithm = WRAPPING_ALGORITHMS.find((entry) => entry.keySpec === keySpec);
  if (algorithm === undefined) throw new TypeError(`no algorithm for ${keySpec}`);
  return algorithm;
}

/** The wrapping key spec of a key that was read; undefined for a type of key that KMS does not wrap under. */
export function keySpecOf({ keyType }: Pick<KeyFacts, 'keyType'>): WrappingKeySpec | undefined {
  return WRAPPING_ALGORITHMS.find((entry) => entry.keyType === keyType)?.keySpec;
}

/** The names that help and completion show for a wrapping algorithm. */
export function algorithmNames(): WrappingAlgorithmName[] {
  return WRAPPING_ALGORITHMS.map(({ name }) => name);
}

/** The names that help and completion show for a wrapping key spec. */
export function keySpecNames(): WrappingKeySpec[] {
  return [...new Set(WRAPPING_ALGORITHMS.map(({ keySpec }) => keySpec))];
}

/**
 * Asserts that a data key of that many bytes can be wrapped.
 *
 * @throws KmsxError `data-key-too-long`
 */
export function assertFits(algorithm: WrappingAlgorithm, dataKeyBytes: number): void {
  const { name, keySpec, maxDataKeyBytes } = algorithm;
  if (dataKeyBytes <= maxDataKeyBytes) return;
  throw kmsxError(
    'data-key-too-long',
    `a data key of ${dataKeyBytes} bytes is too long: ${name} with ${keySpec} carries at most ${maxDataKeyBytes}`,
    { details: { algorithm: name, maxBytes: maxDataKeyBytes } },
  );
}

/**
 * Asserts that an algorithm wraps under keys of that spec.
 *
 * @param label - what the key is called in the error, usually the file's name
 * @throws KmsxError `wrapping-algorithm-mismatch`
 */
export function assertTakesKeySpec(
  algorithm: WrappingAlgorithm,
  keySpec: WrappingKeySpec,
  label: string,
): void {
  if (algorithm.keySpec === keySpec) return;
  throw kmsxError(
    'wrapping-algorithm-mismatch',
    `${algorithm.name} takes ${algorithm.keySpec} keys and ${label} is ${keySpec}`,
  );
}
