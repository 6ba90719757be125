import type { OperationContext } from '../operations/operation.ts';
import { authorizeKey } from '../permissions/authorize.ts';
import type { Encryption } from '../permissions/access-request.ts';
import type { Caller } from '../permissions/caller.ts';
import { KmsRefusal, refusal } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredText } from '../request/read-parameter.ts';
import { aliasArn, parseArn } from '../resource-name.ts';
import type { KeyVersion, KmsKey, KmsState } from '../state/state.ts';
import { withKey } from '../state/state.ts';

/** Who calls, and at which gateway. */
type CallOrigin = Pick<OperationContext, 'caller' | 'instanceId'>;

/**
 * Finds the KMS key that a KeyId names (an id or `alias/NAME` of the caller's account, or the ARN of either in this
 * region) and checks that the caller may do this to it.
 *
 * @param action - as in policies: `kms:Decrypt`
 * @param encryption - of a cryptographic operation
 * @throws KmsRefusal `Forbidden.AliasNotFound`, `Forbidden.KeyNotFound`, `Forbidden.NoPermission`
 */
export function findKey(
  context: OperationContext,
  keyId: string,
  action: string,
  encryption?: Encryption,
): KmsKey {
  return findKeyIn(context.store.state, context, keyId, action, encryption);
}

/**
 * Changes the KMS key that a KeyId names, atomically.
 *
 * @param change - makes the new key from the old one, or throws and changes nothing
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

/** `findKey` in a given state. Another account's key that the caller may not use is reported as not found. */
export function findKeyIn(
  state: KmsState,
  origin: CallOrigin,
  keyId: string,
  action: string,
  encryption?: Encryption,
): KmsKey {
  const key = state.keys.get(resolveKeyId(state, origin.caller.accountId, keyId));
  if (key === undefined || !isReachable(key, origin)) throw refusal('Forbidden.KeyNotFound');
  const notFound = (): KmsRefusal => refusal('Forbidden.KeyNotFound');
  authorizeUnlessHidden(origin.caller, action, key, notFound, encryption);
  return key;
}

/**
 * Finds a version of a KMS key.
 *
 * @throws KmsRefusal `Forbidden.KeyVersionNotFound`
 */
export function findVersion(key: KmsKey, keyVersionId: string): KeyVersion {
  const version = key.versions.find((candidate) => candidate.keyVersionId === keyVersionId);
  if (version === undefined) throw refusal('Forbidden.KeyVersionNotFound');
  return version;
}

/**
 * `authorizeKey`, but another account's key that the caller may not use is refused as if it did not exist.
 *
 * @param notFound - makes the refusal of a key that does not exist
 */
export function authorizeUnlessHidden(
  caller: Caller,
  action: string,
  key: KmsKey,
  notFound: () => KmsRefusal,
  encryption?: Encryption,
): void {
  try {
    authorizeKey(caller, action, key, encryption);
  } catch (error) {
    throw error instanceof KmsRefusal && key.accountId !== caller.accountId ? notFound() : error;
  }
}

/**
 * Whether a gateway reaches a key or secret: a dedicated gateway does not reach those of another KMS instance. What
 * does not belong to an instance is reachable everywhere.
 */
export function isReachable(
  resource: Pick<KmsKey, 'instanceId'>,
  { instanceId }: Pick<CallOrigin, 'instanceId'>,
): boolean {
  const of = resource.instanceId;
  return instanceId === undefined || of === undefined || of === instanceId;
}

/** The id of the key; empty if it cannot exist. */
function resolveKeyId(state: KmsState, callerAccountId: string, text: string): string {
  const name = parseArn(text) ?? {
    accountId: callerAccountId,
    resource: text.startsWith('alias/') ? text : `key/${text}`,
  };
  if (name === 'foreign') return '';
  const { accountId, resource } = name;
  if (resource.startsWith('alias/')) {
    const alias = state.aliases.get(aliasArn(accountId, resource));
    if (alias !== undefined) return alias.keyId;
    // Another account's aliases are not revealed.
    throw refusal(
      accountId === callerAccountId ? 'Forbidden.AliasNotFound' : 'Forbidden.KeyNotFound',
    );
  }
  const keyId = resource.startsWith('key/') ? resource.slice('key/'.length) : '';
  return state.keys.get(keyId)?.accountId === accountId ? keyId : '';
}

/**
 * Refuses a key that is not enabled, as every cryptographic operation must (help 44211).
 *
 * @throws KmsRefusal `Rejected.Disabled`, `Rejected.PendingDeletion`, `Rejected.PendingImport`
 */
export function assertEnabled(key: KmsKey): void {
  if (key.keyState !== 'Enabled') throw refusal(`Rejected.${key.keyState}`);
}

/**
 * Refuses a key that waits for its deletion, as operations must that change what is known of a key (help 44211).
 *
 * @throws KmsRefusal `Rejected.PendingDeletion`
 */
export function assertNotPendingDeletion({ keyState }: KmsKey): void {
  if (keyState === 'PendingDeletion') throw refusal('Rejected.PendingDeletion');
}

/**
 * Reads the KeyId of an operation whose page in KMS's reference does not allow an alias: an id or the ARN of a key.
 *
 * @throws KmsRefusal `MissingParameter`; `Unsupported.Alias` for an alias and for the ARN of one
 */
export function unaliasedKeyId(parameters: Parameters): string {
  return unaliased(requiredText(parameters, 'KeyId'));
}

/**
 * The id or ARN of a key where no alias is allowed.
 *
 * @throws KmsRefusal `Unsupported.Alias` for an alias and for the ARN of one
 */
export function unaliased(keyId: string): string {
  if (keyId.includes('alias/')) throw refusal('Unsupported.Alias');
  return keyId;
}
