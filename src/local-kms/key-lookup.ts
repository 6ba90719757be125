import { refusal } from './refusal.ts';
import { localResource } from './resource-name.ts';
import type { KmsKey, KmsState } from './state/state.ts';

/**
 * Finds the KMS key that a KeyId names: an id, `alias/NAME`, or the ARN of either in this account and region.
 *
 * @throws KmsRefusal `Forbidden.AliasNotFound`, `Forbidden.KeyNotFound` (also for other accounts and regions)
 */
export function findKey(state: KmsState, keyId: string): KmsKey {
  const resource = localResource(state, keyId);
  const name = resource ?? (keyId.startsWith('alias/') ? keyId : `key/${keyId}`);
  const key = state.keys.get(name.startsWith('alias/') ? aliased(state, name) : idOf(name));
  if (key === undefined) throw refusal('Forbidden.KeyNotFound');
  return key;
}

function aliased(state: KmsState, aliasName: string): string {
  const keyId = state.aliases.get(aliasName);
  if (keyId === undefined) throw refusal('Forbidden.AliasNotFound');
  return keyId;
}

function idOf(name: string): string {
  return name.startsWith('key/') ? name.slice('key/'.length) : '';
}

/**
 * Lets only an enabled key through, as every cryptographic operation must (help 44211).
 *
 * @throws KmsRefusal `Rejected.Disabled`, `Rejected.PendingDeletion`, `Rejected.PendingImport`
 */
export function assertEnabled(key: KmsKey): void {
  if (key.keyState !== 'Enabled') throw refusal(`Rejected.${key.keyState}`);
}
