import { refusal } from '../refusal.ts';
import type { KmsKey } from '../state/state.ts';

/**
 * Lets only a key through that can be enabled and disabled (help 44211).
 *
 * @throws KmsRefusal `Rejected.StateModifiedFailed` for a key that waits for its deletion or its material
 */
export function assertSwitchable(key: KmsKey): void {
  if (key.keyState === 'PendingDeletion' || key.keyState === 'PendingImport') {
    throw refusal('Rejected.StateModifiedFailed');
  }
}

/**
 * A key of Origin EXTERNAL whose material is gone. It waits for the same material; what waits for its deletion goes on
 * waiting for that (page of DeleteKeyMaterial).
 */
export function withoutMaterial(key: KmsKey): KmsKey {
  const { imported, ...rest } = key;
  const { keyState } = key;
  return {
    ...rest,
    keyState: keyState === 'PendingDeletion' ? keyState : 'PendingImport',
    versions: [],
    ...(imported !== undefined && {
      imported: { keyVersionId: imported.keyVersionId, digest: imported.digest },
    }),
  };
}
