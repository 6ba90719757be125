import { refusal } from './refusal.ts';
import type { KeyVersion, KmsKey, KmsState } from './state/state.ts';
import type { StateStorage } from './state/state-storage.ts';

/** A version and the key that it belongs to. */
export interface FoundVersion {
  readonly key: KmsKey;
  readonly version: KeyVersion;
}

/** The state in use. It changes one step at a time, and only to what is in safe storage already. */
export class KeyStore {
  readonly #storage: StateStorage;
  readonly #keyIdByVersionId = new Map<string, string>();
  #state: KmsState;
  #lastStep: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(state: KmsState, storage: StateStorage) {
    this.#state = state;
    this.#storage = storage;
    this.#index(state.keys.values());
  }

  get state(): KmsState {
    return this.#state;
  }

  /** Finds a key version by its id. */
  findVersion(keyVersionId: string): FoundVersion | undefined {
    const key = this.#state.keys.get(this.#keyIdByVersionId.get(keyVersionId) ?? '');
    const version = key?.versions.find((candidate) => candidate.keyVersionId === keyVersionId);
    return key === undefined || version === undefined ? undefined : { key, version };
  }

  /**
   * Changes the state, after every change that was asked for before. When this returns, the new state is saved.
   *
   * @param change - makes the new state of the current one, or throws and changes nothing
   * @throws KmsRefusal `ServiceUnavailableTemporary` once the store is closed; what `change` and the storage throw
   */
  update(change: (state: KmsState) => KmsState): Promise<void> {
    const step = this.#lastStep.then(async () => {
      if (this.#closed) throw refusal('ServiceUnavailableTemporary');
      const before = this.#state;
      const after = change(before);
      await this.#storage.save(after);
      this.#state = after;
      this.#index([...after.keys.values()].filter((key) => before.keys.get(key.keyId) !== key));
    });
    this.#lastStep = step.catch(() => undefined);
    return step;
  }

  /** Refuses further changes, waits for the one that runs, and lets the storage go. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#lastStep;
    this.#storage.close();
  }

  #index(keys: Iterable<KmsKey>): void {
    for (const key of keys) {
      for (const version of key.versions) {
        this.#keyIdByVersionId.set(version.keyVersionId, key.keyId);
      }
    }
  }
}
