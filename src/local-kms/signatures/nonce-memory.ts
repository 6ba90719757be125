import { digest } from './digest.ts';

const MINUTE_MS = 60_000;

/** What became of a nonce. */
type NonceVerdict = 'new' | 'used' | 'expired' | 'memory-full';

/**
 * Remembers the nonces of each access key for as long as a request with that date would be accepted, so that none is
 * accepted twice. Its memory is bounded: when it is full it says so, and never forgets early. Each access key may use
 * nine tenths of what the others leave, so that none can fill it for all.
 */
export class NonceMemory {
  readonly #capacity: number;
  readonly #nonces = new Set<string>();
  /** The same, by the minute in which the last request that may carry the nonce expires. */
  readonly #byExpiry = new Map<number, Map<string, string[]>>();
  readonly #countOf = new Map<string, number>();
  #minute = Number.NEGATIVE_INFINITY;

  /** @param capacity - 1,000,000 is what the quota of the real KMS lets through in its window */
  constructor(capacity = 1_000_000) {
    this.#capacity = capacity;
  }

  /**
   * Accepts a nonce if it is new.
   *
   * @param expiresAtMs - when a request with that date stops being accepted
   * @param nowMs - if the clock was set back, the latest time seen counts
   * @returns `expired` if the nonce could already be forgotten, had it been used
   */
  use(accessKeyId: string, nonce: string, expiresAtMs: number, nowMs: number): NonceVerdict {
    this.#forgetExpired(nowMs);
    const hashed = digest('sha256', `${accessKeyId}\n${nonce}`, 'binary');
    if (this.#nonces.has(hashed)) return 'used';
    const expiry = Math.floor(expiresAtMs / MINUTE_MS);
    if (expiry < this.#minute) return 'expired';
    const own = this.#countOf.get(accessKeyId) ?? 0;
    const room = this.#capacity - this.#nonces.size + own;
    if (10 * own >= 9 * room) return 'memory-full';
    this.#nonces.add(hashed);
    this.#countOf.set(accessKeyId, own + 1);
    const byKey = this.#byExpiry.get(expiry) ?? new Map<string, string[]>();
    this.#byExpiry.set(expiry, byKey);
    const alike = byKey.get(accessKeyId);
    if (alike === undefined) byKey.set(accessKeyId, [hashed]);
    else alike.push(hashed);
    return 'new';
  }

  #forgetExpired(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute <= this.#minute) return;
    this.#minute = minute;
    for (const [expiry, byKey] of this.#byExpiry) {
      if (expiry >= minute) continue;
      this.#byExpiry.delete(expiry);
      for (const [accessKeyId, nonces] of byKey) {
        for (const nonce of nonces) this.#nonces.delete(nonce);
        const left = (this.#countOf.get(accessKeyId) ?? 0) - nonces.length;
        if (left > 0) this.#countOf.set(accessKeyId, left);
        else this.#countOf.delete(accessKeyId);
      }
    }
  }
}
