import { authorizeKey } from '../permissions/authorize.ts';
import type { OperationContext } from '../operations/operation.ts';
import type { Caller } from '../permissions/caller.ts';
import { KmsRefusal, refusal } from '../refusal.ts';
import { aliasArn, parseArn } from '../resource-name.ts';
import type { KmsKey, KmsState } from '../state/state.ts';
import { withKey } from '../state/state.ts';

/** Who asks, and at which gateway. */
type Asking = Pick<OperationContext, 'caller' | 'instanceId'>;

/**
 * Finds the KMS key that a KeyId names: an id or `alias/NAME` of the caller's account, or the ARN of either in this
 * region; and asks whether the caller may do this to it.
 *
 * @param action - as policies have it: `kms:Decrypt`
 * @throws KmsRefusal `Forbidden.AliasNotFound`, `Forbidden.KeyNotFound`, `Forbidden.NoPermission`
 */
export function findKey(context: OperationContext, keyId: string, action: string): KmsKey {
  return findKeyIn(context.store.state, context, keyId, action);
}

/**
 * Changes the KMS key that a KeyId names, as one step.
 *
 * @param change - makes the new key of the old one, or throws and changes nothing
 * @returns the new key, which is saved
 * @throws KmsRefusal as `findKey`, and what `change` and the storage throw
 */
export async function changeKey(
  context: OperationContext,
  keyId: string,
  action: string,
  change: (key: KmsKey) => KmsKey,
): Promise<KmsKey> {
  return context.store.update((state) => {
    const changed = change(findKeyIn(state, context, keyId, action));
    return [withKey(state, changed), changed];
  });
}

/** As `findKey`, in a state that is about to change. Another account's key that the caller may not use is not there. */
export function findKeyIn(state: KmsState, asking: Asking, keyId: string, action: string): KmsKey {
  const key = state.keys.get(resolve(state, asking.caller.accountId, keyId));
  if (key === undefined || !isReachable(key, asking)) throw refusal('Forbidden.KeyNotFound');
  authorizeUnlessHidden(asking.caller, action, key, () => refusal('Forbidden.KeyNotFound'));
  return key;
}

/**
 * As `authorizeKey`, but of another account's key that the caller may not use not even this is told: it is refused as if it
 * were not there.
 *
 * @param notThere - what a key that is not there is refused with
 */
export function authorizeUnlessHidden(
  caller: Caller,
  action: string,
  key: KmsKey,
  notThere: () => KmsRefusal,
): void {
  try {
    authorizeKey(caller, action, key);
  } catch (error) {
    throw error instanceof KmsRefusal && key.accountId !== caller.accountId ? notThere() : error;
  }
}

/**
 * Whether a gateway leads to a key or secret: a dedicated gateway does not to those of another KMS instance. What has no
 * instance is reached everywhere.
 */
export function isReachable(
  resource: Pick<KmsKey, 'instanceId'>,
  { instanceId }: Pick<Asking, 'instanceId'>,
): boolean {
  const of = resource.instanceId;
  return instanceId === undefined || of === undefined || of === instanceId;
}

/** The id of the key; empty if there cannot be one. */
function resolve(state: KmsState, callerAccountId: string, text: string): string {
  const name = parseArn(text) ?? {
    accountId: callerAccountId,
    resource: text.startsWith('alias/') ? text : `key/${text}`,
  };
  if (name === 'foreign') return '';
  const { accountId, resource } = name;
  if (resource.startsWith('alias/')) {
    const alias = state.aliases.get(aliasArn(accountId, resource));
    if (alias !== undefined) return alias.keyId;
    // Of another account not even this much is told.
    throw refusal(
      accountId === callerAccountId ? 'Forbidden.AliasNotFound' : 'Forbidden.KeyNotFound',
    );
  }
  const keyId = resource.startsWith('key/') ? resource.slice('key/'.length) : '';
  return state.keys.get(keyId)?.accountId === accountId ? keyId : '';
}

/**
 * Lets only an enabled key through, as every cryptographic operation must (help 44211).
 *
 * @throws KmsRefusal `Rejected.Disabled`, `Rejected.PendingDeletion`, `Rejected.PendingImport`
 */
export function assertEnabled(key: KmsKey): void {
  if (key.keyState !== 'Enabled') throw refusal(`Rejected.${key.keyState}`);
}
