import { withDeletionProtection } from '../../keys/deletion-protection.ts';
import { readDescription } from '../../keys/description.ts';
import {
  assertNotPendingDeletion,
  changeKey,
  unaliased,
  unaliasedKeyId,
} from '../../keys/key-lookup.ts';
import { withRotationPolicy } from '../../keys/rotation.ts';
import { invalidParameter, missingParameter, refusal } from '../../refusal.ts';
import type { Parameters } from '../../request/parameters.ts';
import { requiredBoolean } from '../../request/read-parameter.ts';
import { keyArn } from '../../resource-name.ts';
import type { OperationHandler } from '../operation.ts';

/** Replaces the description of a KMS key; an empty one removes it. */
export const updateKeyDescription: OperationHandler = async (parameters, context) => {
  const keyId = unaliasedKeyId(parameters);
  if (!parameters.has('Description')) throw missingParameter('Description');
  const description = readDescription(parameters, 'Description');
  await changeKey(context, keyId, 'kms:UpdateKeyDescription', (key) => {
    assertNotPendingDeletion(key);
    return { ...key, description };
  });
  return {};
};

/** Turns the automatic rotation of a symmetric KMS key on or off, or changes its interval. */
export const updateRotationPolicy: OperationHandler = async (parameters, context) => {
  const keyId = unaliasedKeyId(parameters);
  requiredBoolean(parameters, 'EnableAutomaticRotation');
  await changeKey(context, keyId, 'kms:UpdateRotationPolicy', (key) =>
    withRotationPolicy(key, parameters),
  );
  return {};
};

/** Turns deletion protection of a KMS key on or off. ScheduleKeyDeletion refuses a protected key. */
export const setDeletionProtection: OperationHandler = async (parameters, context) => {
  const [keyId, arn] = protectedKey(parameters);
  const isProtected = requiredBoolean(parameters, 'EnableDeletionProtection');
  const description = readDescription(parameters, 'DeletionProtectionDescription');
  await changeKey(context, keyId, 'kms:SetDeletionProtection', (key) => {
    if (arn !== undefined && arn !== keyArn(key)) throw invalidParameter('ProtectedResourceArn');
    assertNotPendingDeletion(key);
    return withDeletionProtection(key, isProtected, description);
  });
  return {};
};

/**
 * Reads which key to protect: by its ARN, by its id, as the newest SDKs do, or by both, which must agree. A KMS instance
 * cannot be protected here.
 */
function protectedKey(parameters: Parameters): [keyId: string, arn: string | undefined] {
  if (parameters.has('KmsInstanceId')) throw refusal('UnsupportedOperation');
  const arn = parameters.get('ProtectedResourceArn');
  const keyId = parameters.get('KeyId') ?? arn;
  if (keyId === undefined) throw missingParameter('ProtectedResourceArn');
  if (arn !== undefined && !arn.startsWith('acs:')) throw invalidParameter('ProtectedResourceArn');
  return [unaliased(keyId), arn];
}
