import { createHash } from 'node:crypto';

const MINUTE_MS = 60_000;

/** What became of a nonce that was shown. */
export type NonceVerdict = 'new' | 'used' | 'memory-full';

/**
 * Remembers the nonces of each access key for as long as a request with that date would be taken, so that
 * none is taken twice. Its memory is bounded: when it is full it says so, and never forgets early.
 */
export class NonceMemory {
  readonly #capacity: number;
  /** By the minute in which the last request that may carry the nonce expires. */
  readonly #byExpiry = new Map<number, Set<string>>();
  #count = 0;

  /** @param capacity - 1,000,000 is what the quota of the real KMS lets through in its window */
  constructor(capacity = 1_000_000) {
    this.#capacity = capacity;
  }

  /**
   * Takes a nonce if it is new.
   *
   * @param expiresAtMs - when a request with that date stops being taken; it must lie in the future
   */
  use(accessKeyId: string, nonce: string, expiresAtMs: number, nowMs: number): NonceVerdict {
    this.#forgetExpired(nowMs);
    const digest = createHash('sha256').update(`${accessKeyId}\n${nonce}`, 'utf8').digest('binary');
    for (const nonces of this.#byExpiry.values()) if (nonces.has(digest)) return 'used';
    if (this.#count >= this.#capacity) return 'memory-full';
    const minute = Math.floor(expiresAtMs / MINUTE_MS);
    const nonces = this.#byExpiry.get(minute) ?? new Set();
    this.#byExpiry.set(minute, nonces.add(digest));
    this.#count += 1;
    return 'new';
  }

  #forgetExpired(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    for (const [expiry, nonces] of this.#byExpiry) {
      if (expiry >= minute) continue;
      this.#byExpiry.delete(expiry);
      this.#count -= nonces.size;
    }
  }
}
