import type { RandomBytes } from '../identifiers.ts';
import type { KeyStore } from './key-store.ts';
import { afterTime } from './passing-time.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

interface DueChangesOptions {
  readonly store: KeyStore;
  readonly randomBytes: RandomBytes;
  /** Called when they could not be saved. */
  readonly onFailure: (failure: unknown, now: Date) => void;
}

/**
 * Saves the changes that time brings: keys rotate, and what has expired is deleted from the storage. If that fails, calls
 * go on without it: a key whose rotation is due encrypts under its old version. It is retried after a second, then after
 * twice as long each time, up to a minute.
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
   * Saves what is due, once for all concurrent callers. The promise never rejects.
   *
   * @param now - the time last given to the store
   * @returns undefined if nothing is due, or the last failure is too recent
   */
  save(now: Date): Promise<void> | undefined {
    const { store } = this.#options;
    if (this.#running !== undefined) return this.#running;
    if (!store.isBehind && store.nextDueAt > now.getTime()) return undefined;
    const sinceFailureMs = now.getTime() - this.#failedAtMs;
    // If the clock was set back, how long ago it was is unknown.
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
