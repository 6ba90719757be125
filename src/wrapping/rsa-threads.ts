import type { KeyObject, webcrypto } from 'node:crypto';
import { subtle } from 'node:crypto';
import { SecretBytes } from '../base/bytes/secret-bytes.ts';
import { onThread } from '../base/thread-work.ts';
import type { OaepHash } from './algorithms.ts';
import { unwrapFailed } from './unwrap-failed.ts';

/** Names of the Web Cryptography API. */
const NAMES = { sha256: 'SHA-256', sha1: 'SHA-1' } as const;

/** Unwraps data keys by RSAES-OAEP with one private key, each on a thread of Node's pool. */
export interface RsaThreads {
  /**
   * As `unwrapRsaOaep`; OpenSSL decodes the padding too.
   *
   * @returns the data key, which the caller disposes of
   * @throws KmsxError `unwrap-failed`, with one text and no cause, whatever failed
   */
  unwrap(wrapped: Uint8Array, hash: OaepHash): Promise<SecretBytes>;
}

/** @param key - an RSA private key; what is made of it is in OpenSSL's memory, which is freed when nothing refers to it */
export function rsaThreads(key: KeyObject): RsaThreads {
  const bytes = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  const keys = new Map<OaepHash, Promise<webcrypto.CryptoKey>>();
  const keyFor = (hash: OaepHash): Promise<webcrypto.CryptoKey> => {
    const known = keys.get(hash);
    if (known !== undefined) return known;
    const made = keyWith(hash, key);
    keys.set(hash, made);
    return made;
  };
  return {
    async unwrap(wrapped, hash) {
      const keyWithHash = await keyFor(hash);
      try {
        // RFC 8017 §7.1.2 step 1b; OpenSSL would take a shorter ciphertext.
        if (wrapped.length !== bytes) throw unwrapFailed();
        const opened = subtle.decrypt({ name: 'RSA-OAEP' }, keyWithHash, wrapped);
        return new SecretBytes(Buffer.from(await onThread(opened)));
      } catch {
        throw unwrapFailed();
      }
    },
  };
}

/** A key of the Web Cryptography API is for one hash. */
async function keyWith(hash: OaepHash, key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  try {
    const algorithm = { name: 'RSA-OAEP', hash: NAMES[hash] };
    return await subtle.importKey('pkcs8', der, algorithm, false, ['decrypt']);
  } finally {
    der.fill(0);
  }
}
