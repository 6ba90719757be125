import { kmsxError } from '../../base/error.ts';
import { isSm2Point } from '../sm2/parameters.ts';
import type { WrappingAlgorithmName, WrappingKeySpec } from '../algorithms.ts';
import { keySpecOf } from '../algorithms.ts';
import type { KeyFacts } from '../key-facts.ts';
import { EXPONENT_LIMIT } from '../modulus/limits.ts';
import { modulusFault } from '../modulus/modulus.ts';
import type { KeyPurpose } from '../purpose/purpose.ts';

/** A public key under which KMS wraps data keys. */
export interface WrappingPublicKey {
  readonly keySpec: WrappingKeySpec;
  /** The SubjectPublicKeyInfo in DER. */
  readonly spki: Buffer;
  /** `SHA256:` and 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** KMS's PublicKeyBlob: `spki` in base64, on one line. */
  readonly publicKeyBlob: string;
  /** The one algorithm that the key is for, if its file names one. */
  readonly algorithm?: WrappingAlgorithmName;
}

const KMS_MODULUS_BITS = 2048;
/** 04, x and y, which a SubjectPublicKeyInfo ends with. */
const SM2_POINT_BYTES = 65;
const LEAST_EXPONENT = 65537n;

/**
 * Asserts that KMS accepts the key as a wrapping key, and returns what KMS is sent. With an exponent of 1, or of
 * 1 + λ(n), the data key would travel in clear. FIPS 186-5 §5.4 takes odd exponents between 2^16 and 2^256; the
 * second kind of exponent is larger. Of the modulus `modulusFault` says what it must not be; its length and the
 * exponent's are checked before anything is computed with them.
 *
 * @param label - what the key's file is called in errors
 * @throws KmsxError `pubkey-unsupported`, `pubkey-size`, `pubkey-exponent`, `pubkey-modulus`,
 * `pubkey-purpose`; `pubkey-malformed` for an SM2 key that is no point of its curve
 */
export function requireWrappingKey(
  facts: KeyFacts & { readonly purpose: KeyPurpose },
  label: string,
): WrappingPublicKey {
  const { keyType, modulus, modulusBits, publicExponent, spki, fingerprint } = facts;
  const keySpec = keySpecOf(facts);
  if (keySpec === 'EC_SM2') assertPoint(spki, label);
  const isRsa = modulus !== undefined && modulusBits !== undefined && publicExponent !== undefined;
  if (keySpec === undefined || (keySpec === 'RSA_2048' && !isRsa)) {
    const kind = facts.curve === undefined ? keyType : `${keyType} (${facts.curve})`;
    const reason = `holds a key of the kind ${kind}; KMS wraps under RSA keys of 2048 bits and SM2 keys`;
    throw kmsxError('pubkey-unsupported', `${label} ${reason}`, { details: { keyType } });
  }
  if (isRsa) assertRsaKey({ modulus, modulusBits, publicExponent }, label);
  const { forbids, algorithm } = facts.purpose;
  if (forbids !== undefined)
    throw kmsxError('pubkey-purpose', `${label} holds a key that ${forbids}`);
  return {
    keySpec,
    spki,
    fingerprint,
    publicKeyBlob: spki.toString('base64'),
    ...(algorithm !== undefined && { algorithm }),
  };
}

function assertRsaKey(
  {
    modulus,
    modulusBits,
    publicExponent,
  }: Required<Pick<KeyFacts, 'modulus' | 'modulusBits' | 'publicExponent'>>,
  label: string,
): void {
  if (modulusBits !== KMS_MODULUS_BITS) {
    const reason = `holds an RSA key of ${modulusBits} bits; KMS takes ${KMS_MODULUS_BITS} bits only`;
    throw kmsxError('pubkey-size', `${label} ${reason}`, { details: { modulusBits } });
  }
  if (publicExponent >= EXPONENT_LIMIT) {
    const reason = 'holds an RSA key whose public exponent is 2^256 or more';
    throw kmsxError('pubkey-exponent', `${label} ${reason}`);
  }
  if (publicExponent < LEAST_EXPONENT || publicExponent % 2n === 0n) {
    const reason = 'holds an RSA key whose public exponent is even or below 65537';
    throw kmsxError('pubkey-exponent', `${label} ${reason}`);
  }
  const fault = modulusFault(modulus);
  if (fault !== undefined) {
    throw kmsxError('pubkey-modulus', `${label} holds an RSA key whose modulus ${fault}`);
  }
}

/** OpenSSL has refused other points; a version that does not must not let one through. */
function assertPoint(spki: Buffer, label: string): void {
  if (isSm2Point(spki.subarray(-SM2_POINT_BYTES))) return;
  const message = `${label} holds an SM2 key that is no point of its curve`;
  throw kmsxError('pubkey-malformed', message, { details: { label } });
}
