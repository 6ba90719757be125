import type { RandomBytes } from '../identifiers.ts';
import type { KeyStore } from './key-store.ts';
import { afterTime } from './passing-time.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

export interface DueChangesOptions {
  readonly store: KeyStore;
  readonly randomBytes: RandomBytes;
  /** Hears of it when they could not be saved. */
  readonly onFailure: (failure: unknown, now: Date) => void;
}

/**
 * Saves what time does to a state: keys rotate, and what has expired leaves the storage. Where that fails, calls go on
 * without: a key whose rotation is due encrypts under its old version. It is tried again after a second, then after twice
 * as long each time, up to a minute.
 */
export class DueChanges {
  readonly #options: DueChangesOptions;
  #running: Promise<void> | undefined;
  #failedAtMs = 0;
  #waitMs = 0;

  constructor(options: DueChangesOptions) {
    this.#options = options;
  }

  /**
   * Saves what is due, once for all who ask at the same time. The promise never rejects.
   *
   * @param now - the time that the store was told last
   * @returns undefined if nothing is due, or it failed too short a while ago
   */
  save(now: Date): Promise<void> | undefined {
    const { store } = this.#options;
    if (this.#running !== undefined) return this.#running;
    if (!store.isBehind && store.nextDueAt > now.getTime()) return undefined;
    const sinceFailureMs = now.getTime() - this.#failedAtMs;
    // A clock that was set back says nothing of how long ago it was.
    if (sinceFailureMs >= 0 && sinceFailureMs < this.#waitMs) return undefined;
    this.#running = this.#save(now).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #save(now: Date): Promise<void> {
    const { store, randomBytes, onFailure } = this.#options;
    try {
      await store.update((state) => [afterTime(state, now, randomBytes), undefined]);
      this.#waitMs = 0;
    } catch (failure) {
      this.#failedAtMs = now.getTime();
      this.#waitMs = Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, 2 * this.#waitMs));
      onFailure(failure, now);
    }
  }
}
