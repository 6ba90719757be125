import type { KeyObject } from 'node:crypto';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { OaepHash, WrappingAlgorithm } from './algorithms.ts';
import type { OaepHashes } from './rsa-oaep.ts';

/** The private half of a wrapping key, wherever it lies: it opens the exports that were made for it. */
export interface UnwrappingKey {
  /** Of the public half: `SHA256:` and 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** How many bytes everything has that it unwraps; left out where that varies. */
  readonly wrappedBytes?: number;
  /**
   * Unwraps a data key.
   *
   * @param wrapped - the bytes of an ExportedDataKey
   * @returns the data key, which the caller disposes of
   * @throws KmsxError `unwrap-failed`, with one text and no cause, whatever failed
   */
  unwrap(wrapped: Uint8Array, algorithm: WrappingAlgorithm): Promise<SecretBytes>;
  /**
   * Says with which hashes of RSAES-OAEP a wrapped data key opens, and does not give it.
   *
   * @returns the first of `candidates` that opens it; undefined where none does, whatever failed
   */
  findHashes(
    wrapped: Uint8Array,
    candidates: readonly OaepHashes[],
  ): Promise<OaepHashes | undefined>;
  /** The same key for many exports at once, where it can open them on threads. */
  forMany?(): Promise<UnwrappingKey>;
  /** Lets go of the key: nothing is unwrapped after it. */
  close(): Promise<void>;
}

/**
 * An RSA private key in OpenSSL's memory, which is freed when nothing refers to it.
 *
 * @param fingerprint - that of its public half
 */
export function rsaUnwrappingKey(privateKey: KeyObject, fingerprint: string): UnwrappingKey {
  const { modulusLength = 0 } = privateKey.asymmetricKeyDetails ?? {};
  const key: UnwrappingKey = {
    fingerprint,
    wrappedBytes: Math.ceil(modulusLength / 8),
    async unwrap(wrapped, algorithm) {
      const { unwrapRsaOaep } = await import('./rsa-oaep.ts');
      return unwrapRsaOaep(wrapped, privateKey, hashOf(algorithm));
    },
    async findHashes(wrapped, candidates) {
      const { findOaepHashes } = await import('./rsa-oaep.ts');
      return findOaepHashes(wrapped, privateKey, candidates);
    },
    async forMany() {
      const { rsaThreads } = await import('./rsa-threads.ts');
      const threads = rsaThreads(privateKey);
      return {
        ...key,
        unwrap: async (wrapped, algorithm) => await threads.unwrap(wrapped, hashOf(algorithm)),
      };
    },
    close: () => Promise.resolve(),
  };
  return key;
}

function hashOf({ name, hash }: WrappingAlgorithm): OaepHash {
  if (hash === undefined) throw new TypeError(`${name} is not for RSA keys`);
  return hash;
}
