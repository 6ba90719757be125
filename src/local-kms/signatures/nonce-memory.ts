import { digest } from './digest.ts';
import type { Fingerprint } from './fingerprint-set.ts';
import { FingerprintSet } from './fingerprint-set.ts';

const MINUTE_MS = 60_000;

/** What this server answers in a window at its fastest. */
const CAPACITY = 8_000_000;

/** What became of a nonce. */
type NonceVerdict = 'new' | 'used' | 'expired' | 'memory-full';

/** The nonces whose last request expires in the same minute. */
interface Minute {
  readonly nonces: FingerprintSet;
  readonly countOf: Map<string, number>;
}

/**
 * Remembers the nonces of each access key for as long as a request with that date would be accepted, so that none is
 * accepted twice. Its memory is bounded: when it is full it says so, and never forgets early. Each access key may use
 * nine tenths of what the others leave, so that none can fill it for all.
 */
export class NonceMemory {
  readonly #capacity: number;
  readonly #byExpiry = new Map<number, Minute>();
  readonly #countOf = new Map<string, number>();
  #size = 0;
  #minute = Number.NEGATIVE_INFINITY;

  constructor(capacity = CAPACITY) {
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
    const fingerprint = fingerprintOf(`${accessKeyId}\n${nonce}`);
    for (const { nonces } of this.#byExpiry.values()) if (nonces.has(fingerprint)) return 'used';
    const expiry = Math.floor(expiresAtMs / MINUTE_MS);
    if (expiry < this.#minute) return 'expired';
    const own = this.#countOf.get(accessKeyId) ?? 0;
    const room = this.#capacity - this.#size + own;
    if (10 * own >= 9 * room) return 'memory-full';
    const minute = this.#byExpiry.get(expiry) ?? {
      nonces: new FingerprintSet(),
      countOf: new Map<string, number>(),
    };
    this.#byExpiry.set(expiry, minute);
    minute.nonces.add(fingerprint);
    minute.countOf.set(accessKeyId, (minute.countOf.get(accessKeyId) ?? 0) + 1);
    this.#countOf.set(accessKeyId, own + 1);
    this.#size += 1;
    return 'new';
  }

  #forgetExpired(nowMs: number): void {
    const now = Math.floor(nowMs / MINUTE_MS);
    if (now <= this.#minute) return;
    this.#minute = now;
    for (const [expiry, { nonces, countOf }] of this.#byExpiry) {
      if (expiry >= now) continue;
      this.#byExpiry.delete(expiry);
      this.#size -= nonces.size;
      for (const [accessKeyId, count] of countOf) {
        const left = (this.#countOf.get(accessKeyId) ?? 0) - count;
        if (left > 0) this.#countOf.set(accessKeyId, left);
        else this.#countOf.delete(accessKeyId);
      }
    }
  }
}

function fingerprintOf(text: string): Fingerprint {
  const hash = digest('sha256', text, 'binary');
  const word = (from: number): number =>
    [0, 1, 2, 3].reduce((value, index) => 256 * value + hash.charCodeAt(from + index), 0);
  return [word(0), word(4)];
}
