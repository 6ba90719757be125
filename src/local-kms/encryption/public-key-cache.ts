import type { KeyObject } from 'node:crypto';

const MAX_KEYS = 64;

/**
 * The most recently used wrapping keys, parsed: parsing costs several times as much as encrypting, and a client exports
 * many data keys under the same key.
 */
export class PublicKeyCache {
  /** By blob, the most recently used last. */
  readonly #keys = new Map<string, KeyObject>();

  /**
   * Returns the key of a blob.
   *
   * @param parse - makes the key; its errors are passed on, and nothing is kept
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
