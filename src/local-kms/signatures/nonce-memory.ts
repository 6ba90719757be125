import { digest } from './digest.ts';

const MINUTE_MS = 60_000;

/** What became of a nonce that was shown. */
export type NonceVerdict = 'new' | 'used' | 'memory-full';

/**
 * Remembers the nonces of each access key for as long as a request with that date would be taken, so that
 * none is taken twice. Its memory is bounded: when it is full it says so, and never forgets early.
 */
export class NonceMemory {
  readonly #capacity: number;
  readonly #nonces = new Set<string>();
  /** The same by the minute in which the last request that may carry the nonce expires. */
  readonly #byExpiry = new Map<number, string[]>();
  #minute = Number.NEGATIVE_INFINITY;

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
    const hashed = digest('sha256', `${accessKeyId}\n${nonce}`, 'binary');
    if (this.#nonces.has(hashed)) return 'used';
    if (this.#nonces.size >= this.#capacity) return 'memory-full';
    this.#nonces.add(hashed);
    const expiry = Math.floor(expiresAtMs / MINUTE_MS);
    const sameExpiry = this.#byExpiry.get(expiry);
    if (sameExpiry === undefined) this.#byExpiry.set(expiry, [hashed]);
    else sameExpiry.push(hashed);
    return 'new';
  }

  #forgetExpired(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute === this.#minute) return;
    this.#minute = minute;
    for (const [expiry, nonces] of this.#byExpiry) {
      if (expiry >= minute) continue;
      this.#byExpiry.delete(expiry);
      for (const nonce of nonces) this.#nonces.delete(nonce);
    }
  }
}
