import type { KeyObject } from 'node:crypto';
import { constants, privateDecrypt } from 'node:crypto';
import pkcs1 from 'node-forge/lib/pkcs1.js';
import sha1 from 'node-forge/lib/sha1.js';
import sha256 from 'node-forge/lib/sha256.js';
import sha512 from 'node-forge/lib/sha512.js';
import { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { OaepHash } from './algorithms.ts';
import { unwrapFailed } from './unwrap-failed.ts';

const HASHES = { sha1, sha256, sha384: sha512.sha384, sha512 } as const;

/** The hashes of OAEP under Node's names: KMS's own, and those that other programs wrap with. */
export type AnyOaepHash = keyof typeof HASHES;

/** The two hashes that OAEP is made of. KMS takes the same for both; other programs may not. */
export interface OaepHashes {
  /** The hash of the label. */
  readonly hash: AnyOaepHash;
  /** The hash of the mask generation function MGF1. */
  readonly mgf1Hash: AnyOaepHash;
}

export interface OaepParameters extends OaepHashes {
  /** The label L; none is the empty one. */
  readonly label?: Uint8Array;
}

/**
 * Unwraps a data key by RSAES-OAEP with MGF1 over the same hash and no label, as KMS wraps it.
 *
 * @param wrappedDataKey - as many bytes as the modulus
 * @param key - an RSA private key
 * @returns the data key, which the caller disposes of
 * @throws KmsxError `unwrap-failed`, with one text and no cause, whatever failed
 */
export function unwrapRsaOaep(
  wrappedDataKey: Uint8Array,
  key: KeyObject,
  hash: OaepHash,
): SecretBytes {
  return decryptRsaOaep(wrappedDataKey, key, { hash, mgf1Hash: hash });
}

/**
 * Decrypts by RSAES-OAEP (RFC 8017 §7.1.2) with any pairing of the two hashes and any label. OpenSSL does the
 * RSA operation, blinded and in constant time; node-forge decodes the padding.
 *
 * Every failure is the same error, so that it reveals nothing about the padding (Manger's attack). node-forge
 * compares without early exits, but JavaScript can't promise constant time. It works on binary strings: the
 * encoded message and the data key are in the heap as strings, which nothing can overwrite, until they are
 * collected. The Buffers that hold them are overwritten here.
 *
 * @returns the message, which the caller disposes of
 * @throws KmsxError `unwrap-failed`
 */
export function decryptRsaOaep(
  ciphertext: Uint8Array,
  key: KeyObject,
  parameters: OaepParameters,
): SecretBytes {
  return withEncodedMessage(ciphertext, key, (encodedMessage, modulusBits) =>
    decodeOaep(encodedMessage, modulusBits, parameters),
  );
}

/**
 * Finds the hashes with which a wrapped data key opens, without a label. It costs one RSA operation, and less than
 * a millisecond for each pair.
 *
 * @param candidates - in the order in which they are tried
 * @returns the first that opens it; undefined where none does, whatever failed
 */
export function findOaepHashes(
  wrappedDataKey: Uint8Array,
  key: KeyObject,
  candidates: readonly OaepHashes[],
): OaepHashes | undefined {
  try {
    return withEncodedMessage(wrappedDataKey, key, (encodedMessage, modulusBits) =>
      candidates.find((hashes) => opens(encodedMessage, modulusBits, hashes)),
    );
  } catch {
    return undefined;
  }
}

function opens(encodedMessage: Buffer, modulusBits: number, hashes: OaepHashes): boolean {
  try {
    decodeOaep(encodedMessage, modulusBits, hashes).dispose();
    return true;
  } catch {
    return false;
  }
}

/** Does the RSA operation, and lends its result; whatever fails is `unwrap-failed`. */
function withEncodedMessage<T>(
  ciphertext: Uint8Array,
  key: KeyObject,
  use: (encodedMessage: Buffer, modulusBits: number) => T,
): T {
  let encodedMessage: Buffer | undefined;
  try {
    const modulusBits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    // RFC 8017 §7.1.2 step 1b; OpenSSL would take a shorter ciphertext.
    if (ciphertext.length !== Math.ceil(modulusBits / 8)) throw unwrapFailed();
    encodedMessage = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext);
    return use(encodedMessage, modulusBits);
  } catch {
    throw unwrapFailed();
  } finally {
    encodedMessage?.fill(0);
  }
}

function decodeOaep(
  encodedMessage: Buffer,
  modulusBits: number,
  parameters: OaepParameters,
): SecretBytes {
  const { hash, mgf1Hash, label } = parameters;
  const key = { n: { bitLength: () => modulusBits } };
  const message = pkcs1.decode_rsa_oaep(key, encodedMessage.toString('latin1'), {
    md: HASHES[hash].create(),
    mgf1: { md: HASHES[mgf1Hash].create() },
    label: Buffer.from(label ?? []).toString('latin1'),
  });
  return new SecretBytes(Buffer.from(message, 'latin1'));
}
