import { kmsxError } from '../../base/error.ts';
import type { WrappingKeySpec } from '../algorithms.ts';
import { keySpecOf } from '../algorithms.ts';
import type { PublicKeyFacts } from './public-key.ts';

/** A public key under which KMS wraps data keys. */
export interface WrappingPublicKey {
  readonly keySpec: WrappingKeySpec;
  /** The SubjectPublicKeyInfo in DER. */
  readonly spki: Buffer;
  /** `SHA256:` and 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** KMS's PublicKeyBlob: `spki` in base64, on one line. */
  readonly publicKeyBlob: string;
}

const KMS_MODULUS_BITS = 2048;
const LEAST_EXPONENT = 65537n;
const EXPONENT_LIMIT = 2n ** 256n;

/**
 * Asserts that KMS accepts the key as a wrapping key, and returns what KMS is sent. With an exponent of 1, or of
 * 1 + λ(n), the data key would travel in clear. FIPS 186-5 §5.4 takes odd exponents between 2^16 and 2^256; the
 * second kind of exponent is larger. The modulus must be odd, as products of two large primes are.
 *
 * @param label - what the key's file is called in errors
 * @throws KmsxError `pubkey-unsupported`, `pubkey-size`, `pubkey-malformed`, `pubkey-exponent`, and
 * `not-offered-yet` for SM2
 */
export function requireWrappingKey(facts: PublicKeyFacts, label: string): WrappingPublicKey {
  const { keyType, modulusBits, publicExponent, spki, fingerprint } = facts;
  const keySpec = keySpecOf(facts, label);
  if (keySpec === undefined || modulusBits === undefined || publicExponent === undefined) {
    const kind = facts.curve === undefined ? keyType : `${keyType} (${facts.curve})`;
    const reason = `holds a key of the kind ${kind}; KMS wraps under RSA keys of 2048 bits`;
    throw kmsxError('pubkey-unsupported', `${label} ${reason}`, { details: { keyType } });
  }
  if (modulusBits !== KMS_MODULUS_BITS) {
    const reason = `holds an RSA key of ${modulusBits} bits; KMS takes ${KMS_MODULUS_BITS} bits only`;
    throw kmsxError('pubkey-size', `${label} ${reason}`, { details: { modulusBits } });
  }
  if (facts.hasEvenModulus === true) {
    throw kmsxError(
      'pubkey-malformed',
      `${label} holds an RSA key whose modulus is even: it is damaged`,
      { details: { label } },
    );
  }
  if (publicExponent >= EXPONENT_LIMIT) {
    const reason = 'holds an RSA key whose public exponent is 2^256 or more';
    throw kmsxError('pubkey-exponent', `${label} ${reason}`);
  }
  if (publicExponent < LEAST_EXPONENT || publicExponent % 2n === 0n) {
    const reason = 'holds an RSA key whose public exponent is even or below 65537';
    throw kmsxError('pubkey-exponent', `${label} ${reason}`);
  }
  return { keySpec, spki, fingerprint, publicKeyBlob: spki.toString('base64') };
}
