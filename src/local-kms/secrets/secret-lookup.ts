import { WITHOUT_CONTEXT } from '../encryption/encryption-context.ts';
import { assertEnabled, authorizeUnlessHidden, isReachable } from '../keys/key-lookup.ts';
import type { OperationContext } from '../operations/operation.ts';
import { authorize } from '../permissions/authorize.ts';
import type { KmsRefusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import { arnOf, parseArn, secretArn } from '../resource-name.ts';
import type { KmsState, Secret } from '../state/state.ts';
import { withSecret } from '../state/state.ts';

/**
 * Finds the secret that a SecretName names (a name of the caller's account or an ARN of this region) and checks that the
 * caller may do this to it. A deleted secret is reported as not found.
 *
 * @param action - as in policies: `kms:GetSecretValue`
 * @throws KmsRefusal `Forbidden.ResourceNotFound`, `Forbidden.NoPermission`
 */
export function findSecretIn(
  state: KmsState,
  context: OperationContext,
  secretName: string,
  action: string,
): Secret {
  const secret = findAnySecretIn(state, context, secretName, action);
  if (secret.deleteAt !== undefined) throw refusal('Forbidden.ResourceNotFound');
  return secret;
}

/**
 * Changes the secret that a SecretName names, atomically.
 *
 * @param change - makes the new secret from the old one, or throws and changes nothing
 * @returns the new secret, which is saved
 * @throws KmsRefusal as `findSecretIn`, and what `change` and the storage throw
 */
export async function changeSecret(
  context: OperationContext,
  secretName: string,
  action: string,
  change: (secret: Secret) => Secret,
): Promise<Secret> {
  return context.store.update((state) => {
    const secret = findSecretIn(state, context, secretName, action);
    const changed = change(secret);
    return [changed === secret ? state : withSecret(state, changed), changed];
  });
}

/** `findSecretIn` for a secret that may be deleted, as long as it can be restored. */
export function findAnySecretIn(
  state: KmsState,
  context: OperationContext,
  secretName: string,
  action: string,
): Secret {
  const { caller } = context;
  const name = parseArn(secretName) ?? {
    accountId: caller.accountId,
    resource: `secret/${secretName}`,
  };
  const secret = name === 'foreign' ? undefined : state.secrets.get(arnOf(name));
  // No policy grants access to another account's secret: it is reported as not found.
  const isOwn = secret?.accountId === caller.accountId;
  if (secret === undefined || !isOwn || !isReachable(secret, context)) {
    throw refusal('Forbidden.ResourceNotFound');
  }
  const { accountId, tags } = secret;
  authorize(caller, action, { arn: secretArn(accountId, secret.secretName), accountId, tags });
  return secret;
}

/**
 * Checks that the caller may use the KMS key that was chosen for a secret, if any, and that it is enabled.
 *
 * @param action - `kms:Decrypt` to read a value, `kms:GenerateDataKey` to store one
 * @throws KmsRefusal `Forbidden.KeyNotFound`, `Forbidden.NoPermission`, `Rejected.STATE`
 */
export function assertEncryptionKeyUsable(
  state: KmsState,
  { caller }: OperationContext,
  { encryptionKeyId }: Secret,
  action: string,
): void {
  if (encryptionKeyId === undefined) return;
  const key = state.keys.get(encryptionKeyId);
  if (key === undefined) throw refusal('Forbidden.KeyNotFound');
  const notFound = (): KmsRefusal => refusal('Forbidden.KeyNotFound');
  authorizeUnlessHidden(caller, action, key, notFound, WITHOUT_CONTEXT);
  assertEnabled(key);
}
