import type { RandomBytes } from '../identifiers.ts';
import type { KeyStore } from './key-store.ts';
import { afterTime } from './passing-time.ts';

/**
 * Does what time was to do up to `now`: deletes keys and imported material, rotates keys. When this returns, it is in
 * safe storage.
 *
 * @throws what `KeyStore.update` throws
 */
export function letTimePass(store: KeyStore, now: Date, randomBytes: RandomBytes): Promise<void> {
  return store.update((state) => [afterTime(state, now, randomBytes), undefined]);
}
