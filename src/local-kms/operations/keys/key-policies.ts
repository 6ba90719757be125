import {
  assertNotPendingDeletion,
  changeKey,
  findKey,
  unaliasedKeyId,
} from '../../keys/key-lookup.ts';
import { defaultKeyPolicy, readKeyPolicy } from '../../keys/key-policy.ts';
import { invalidParameter, refusal } from '../../refusal.ts';
import { requiredText } from '../../request/read-parameter.ts';
import type { KmsKey } from '../../state/state.ts';
import type { OperationHandler } from '../operation.ts';

/** The one name that a key policy can have; it may be left out. */
const NAME = 'default';

/** Returns the policy of a key of a KMS instance as JSON text. */
export const getKeyPolicy: OperationHandler = (parameters, context) => {
  const keyId = unaliasedKeyId(parameters);
  const key = findKey(context, keyId, 'kms:GetKeyPolicy');
  assertInInstance(key);
  if ((parameters.get('PolicyName') ?? NAME) !== NAME) throw refusal('Forbidden.ResourceNotFound');
  return { Policy: JSON.stringify(key.policy?.document ?? defaultKeyPolicy(key.accountId)) };
};

/** Replaces the policy of a key of a KMS instance. It decides on the next call. */
export const setKeyPolicy: OperationHandler = async (parameters, context) => {
  const keyId = unaliasedKeyId(parameters);
  if ((parameters.get('PolicyName') ?? NAME) !== NAME) throw invalidParameter('PolicyName');
  requiredText(parameters, 'Policy');
  const policy = readKeyPolicy(parameters);
  if (policy === undefined) throw invalidParameter('Policy');
  await changeKey(context, keyId, 'kms:SetKeyPolicy', (key) => {
    assertInInstance(key);
    assertNotPendingDeletion(key);
    return { ...key, policy };
  });
  return {};
};

/** Only keys of KMS instances have a policy that can be read and set (page of SetKeyPolicy). */
function assertInInstance({ instanceId }: KmsKey): void {
  if (instanceId === undefined) throw refusal('UnsupportedOperation');
}
