import { differenceOf } from './entries.ts';
import { refusal } from '../refusal.ts';
import { nextDueAfter, nextDueAt, withoutExpired } from './passing-time.ts';
import type { KeyVersion, KmsKey, KmsState } from './state.ts';
import type { StateStorage } from './storage/state-storage.ts';

/** A version, and the key that it belongs to. */
export interface FoundVersion {
  readonly key: KmsKey;
  readonly version: KeyVersion;
}

/** A change that waits for its turn. */
interface Change {
  /** Makes the new state from the current one. Errors it throws are passed to `settle`. */
  apply(state: KmsState): KmsState;
  settle(failure?: unknown): void;
}

/** What has expired. */
interface Expiry {
  readonly keyId: string;
  readonly what: 'key' | 'material';
}

/**
 * The state in use. It changes only to what is already in safe storage, except that expired things disappear at once, as
 * they would after a restart; they leave the storage with the next change.
 */
export class KeyStore {
  readonly #storage: StateStorage;
  /** The key of each version. Made when it is first asked for: that is later than the start. */
  #keyIdByVersionId: Map<string, string> | undefined;
  #state: KmsState;
  /** The state in the storage. */
  #saved: KmsState;
  /** The time last given to `expire`. */
  #now = new Date(Number.NEGATIVE_INFINITY);
  #expired: Expiry[] = [];
  #nextDueAt: number | undefined;
  #waiting: Change[] = [];
  #saving: Promise<void> | undefined;
  #closed = false;

  constructor(state: KmsState, storage: StateStorage) {
    this.#state = state;
    this.#saved = state;
    this.#storage = storage;
  }

  get state(): KmsState {
    return this.#state;
  }

  /** When the next change is due, in milliseconds since 1970. */
  get nextDueAt(): number {
    this.#nextDueAt ??= nextDueAt(this.#state);
    return this.#nextDueAt;
  }

  /** Whether the storage still holds something that has expired. */
  get isBehind(): boolean {
    return this.#saved !== this.#state;
  }

  /**
   * Removes what has expired by now, also from a change that is still being saved. It cannot fail, and does not save.
   */
  expire(now: Date): void {
    this.#now = now;
    if (this.nextDueAt <= now.getTime()) this.#use(this.#state);
  }

  /** What has expired since the last call. */
  takeExpired(): readonly Expiry[] {
    return this.#expired.splice(0);
  }

  /** Finds the key that a version belongs to, even while the version's material is deleted. */
  findKeyOfVersion(keyVersionId: string): KmsKey | undefined {
    this.#keyIdByVersionId ??= indexed(new Map(), this.#state.keys.values());
    return this.#state.keys.get(this.#keyIdByVersionId.get(keyVersionId) ?? '');
  }

  /**
   * Changes the state, after all changes requested before. Changes requested while one is being saved are saved together.
   * When the promise resolves, the new state is in safe storage.
   *
   * @param change - makes the new state from the current one, and a value for the caller; or throws and changes nothing
   * @returns that value
   * @throws KmsRefusal `ServiceUnavailableTemporary` once the store is closed; what `change` and the storage throw
   */
  update<T>(change: (state: KmsState) => readonly [after: KmsState, value: T]): Promise<T> {
    if (this.#closed) return Promise.reject(refusal('ServiceUnavailableTemporary'));
    return new Promise<T>((resolve, reject) => {
      let value: T;
      this.#waiting.push({
        apply: (state) => {
          const [after, made] = change(state);
          value = made;
          return after;
        },
        settle: (failure) => {
          if (failure === undefined) resolve(value);
          else reject(failure instanceof Error ? failure : new Error('a change failed'));
        },
      });
      this.#saving ??= this.#saveAll();
    });
  }

  /** Refuses further changes, waits for those already requested, and releases the storage. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#saving;
    await this.#storage.close();
  }

  async #saveAll(): Promise<void> {
    // Changes requested in the same turn are saved together with the first.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const before = this.#state;
      const made: Change[] = [];
      let after = before;
      for (const change of this.#waiting.splice(0)) {
        try {
          after = change.apply(after);
          made.push(change);
        } catch (error) {
          change.settle(error);
        }
      }
      let failure: unknown;
      try {
        if (after !== this.#saved) await this.#storage.save(after);
        this.#saved = after;
        this.#use(after);
        const changed = differenceOf(before.keys, after.keys).set.map(([, key]) => key);
        if (this.#keyIdByVersionId !== undefined) indexed(this.#keyIdByVersionId, changed);
      } catch (error) {
        failure = error;
      }
      for (const change of made) change.settle(failure);
    }
    this.#saving = undefined;
  }

  /** Puts a state into use, without what has expired. */
  #use(state: KmsState): void {
    const dueAt = nextDueAfter(this.#state, this.nextDueAt, state);
    const after = dueAt > this.#now.getTime() ? state : withoutExpired(state, this.#now);
    if (after === this.#state) return;
    if (after !== state) this.#noteExpired(state, after);
    this.#state = after;
    this.#nextDueAt = after === state ? dueAt : undefined;
  }

  /** Does not report again what was removed before and came back with a change that was still being saved. */
  #noteExpired(before: KmsState, after: KmsState): void {
    for (const [keyId, key] of before.keys) {
      const known = this.#state.keys.get(keyId);
      if (known === undefined) continue;
      const still = after.keys.get(keyId);
      if (still === undefined) this.#expired.push({ keyId, what: 'key' });
      else if (still !== key && known.versions.length > 0) {
        this.#expired.push({ keyId, what: 'material' });
      }
    }
  }
}

/** Adds the versions of keys to an index, and returns it. */
function indexed(index: Map<string, string>, keys: Iterable<KmsKey>): Map<string, string> {
  for (const { keyId, versions, imported } of keys) {
    for (const { keyVersionId } of versions) index.set(keyVersionId, keyId);
    if (imported !== undefined) index.set(imported.keyVersionId, keyId);
  }
  return index;
}
