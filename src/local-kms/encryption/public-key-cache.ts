import type { KeyObject } from 'node:crypto';

const MAX_KEYS = 64;

/**
 * The wrapping public keys that were used last, parsed: to parse one costs several times what it costs to encrypt
 * under it, and a client exports many data keys to the same one.
 */
export class PublicKeyCache {
  /** By blob, the one that was used last at the end. */
  readonly #keys = new Map<string, KeyObject>();

  /**
   * Gives the key of a blob.
   *
   * @param parse - makes the key; what it throws goes on to the caller, and nothing is kept
   */
  get(blob: string, parse: () => KeyObject): KeyObject {
    const key = this.#keys.get(blob) ?? parse();
    this.#keys.delete(blob);
    this.#keys.set(blob, key);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > MAX_KEYS && oldest !== undefined) this.#keys.delete(oldest);
    return key;
  }
}
