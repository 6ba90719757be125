import { equalBytes } from '../base/bytes/bytes.ts';
import type { KmsxError } from '../base/error.ts';
import { kmsxError } from '../base/error.ts';
import { withoutStray } from '../base/text/nearly-right.ts';
import {
  assertTakesKeySpec,
  defaultAlgorithm,
  findWrappingAlgorithm,
} from '../wrapping/algorithms.ts';
import { sharedFactor } from '../wrapping/modulus/modulus.ts';
import type { PublicKeyFacts } from '../wrapping/public-key/public-key.ts';
import type { WrappingPublicKey } from '../wrapping/public-key/wrapping-public-key.ts';
import type { Recipient } from './recipient.ts';

/** A public key that was read from a file. */
export interface PublicKeyOfFile {
  readonly facts: PublicKeyFacts;
  readonly publicKey: WrappingPublicKey;
  /** What the file is called in errors. */
  readonly label: string;
}

/** What is said of the recipients besides their public keys. */
export interface RecipientRules {
  /** None, or one for each public key. */
  readonly expectFingerprint: readonly string[];
  readonly wrappingAlgorithm?: string | undefined;
  readonly wrappingKeySpec?: string | undefined;
}

/**
 * Checks public keys against what is expected of them and against each other, and decides the wrapping algorithm of each.
 *
 * @param keys - at least one
 * @returns the recipients, in the same order
 * @throws KmsxError `fingerprint-mismatch`, `fingerprint-malformed`, `wrapping-algorithm-mismatch`, `pubkey-repeated`,
 * `pubkey-modulus` if two keys have a factor in common
 */
export function chooseRecipients(
  keys: readonly PublicKeyOfFile[],
  rules: RecipientRules,
): readonly [Recipient, ...Recipient[]] {
  const recipients: Recipient[] = [];
  const rsaKeys: { readonly modulus: bigint; readonly label: string }[] = [];
  for (const [index, { facts, publicKey, label }] of keys.entries()) {
    const expected = rules.expectFingerprint[index];
    if (expected !== undefined) assertFingerprint(publicKey, expected, label);
    if (recipients.some((other) => other.publicKey.fingerprint === publicKey.fingerprint)) {
      throw kmsxError('pubkey-repeated', `${label} is a public key that was given before`);
    }
    if (facts.modulus !== undefined && keys.length > 1) {
      const moduli = rsaKeys.map(({ modulus }) => modulus);
      const shared = sharedFactor(facts.modulus, moduli);
      const other = shared === undefined ? undefined : rsaKeys[shared];
      if (other !== undefined) throw factorShared(label, other.label);
      rsaKeys.push({ modulus: facts.modulus, label });
    }
    recipients.push({ publicKey, algorithm: chooseAlgorithm(rules, publicKey, label) });
  }
  const [first, ...others] = recipients;
  if (first === undefined) throw new TypeError('the caller sees to one public key');
  return [first, ...others];
}

function factorShared(label: string, other: string): KmsxError {
  const reason = `holds an RSA key whose modulus has a factor in common with that of ${other}`;
  return kmsxError('pubkey-modulus', `${label} ${reason}`);
}

/**
 * Decides how a data key is wrapped for a public key.
 *
 * @param label - what the key is called in errors
 * @throws KmsxError `wrapping-algorithm-mismatch`
 */
export function chooseAlgorithm(
  options: Omit<RecipientRules, 'expectFingerprint'>,
  { keySpec, algorithm: own }: WrappingPublicKey,
  label: string,
): Recipient['algorithm'] {
  const asked = options.wrappingKeySpec;
  if (asked !== undefined && asked !== keySpec) {
    throw kmsxError(
      'wrapping-algorithm-mismatch',
      `${label} is ${keySpec}, and --wrapping-key-spec ${asked}`,
    );
  }
  if (options.wrappingAlgorithm === undefined) {
    return own === undefined ? defaultAlgorithm(keySpec) : findWrappingAlgorithm(own);
  }
  const algorithm = findWrappingAlgorithm(options.wrappingAlgorithm);
  if (own !== undefined && own !== algorithm.name) {
    throw kmsxError(
      'wrapping-algorithm-mismatch',
      `${label} holds a key for ${own} alone, and --wrapping-algorithm is ${algorithm.name}`,
    );
  }
  assertTakesKeySpec(algorithm, keySpec, label);
  return algorithm;
}

/**
 * Reads a fingerprint as it was read aloud or copied: blanks and hyphens are fine, and either letter case.
 *
 * @returns the 32 bytes of the SHA-256
 * @throws KmsxError `fingerprint-malformed`
 */
export function parseFingerprint(text: string): Buffer {
  const digits = /^SHA256:([0-9a-fA-F]{64})$/i.exec(text.replaceAll(/[\s-]/g, ''))?.[1];
  if (digits !== undefined) return Buffer.from(digits, 'hex');
  throw kmsxError(
    'fingerprint-malformed',
    '--expect-fingerprint takes SHA256: and 64 hexadecimal digits',
    { hints: likelyFingerprint(text) },
  );
}

function likelyFingerprint(text: string): string[] | undefined {
  if (/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(text)) {
    return ['that is the fingerprint of OpenSSH; kmsx inspect FILE prints that of the public key'];
  }
  if (/^(?:sha256 fingerprint[=:])?\s*(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(text)) {
    return [
      'that is the fingerprint of a certificate; kmsx inspect FILE prints that of the public key',
    ];
  }
  const digits = /^(?:sha-?256[:=]?)?(?:0x)?([0-9a-f]{64})$/i.exec(
    withoutStray(text).replaceAll('-', ''),
  )?.[1];
  return digits === undefined ? undefined : [`did you mean --expect-fingerprint SHA256:${digits}?`];
}

/** @throws KmsxError `fingerprint-mismatch`, `fingerprint-malformed` */
export function assertFingerprint(
  publicKey: WrappingPublicKey,
  expected: string,
  label: string,
): void {
  const actual = parseFingerprint(publicKey.fingerprint);
  if (equalBytes(actual, parseFingerprint(expected))) return;
  throw kmsxError(
    'fingerprint-mismatch',
    `${label} has the fingerprint ${publicKey.fingerprint}, not the expected one`,
  );
}
