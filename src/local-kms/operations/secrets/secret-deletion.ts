import { withoutEntry } from '../../state/entries.ts';
import { formatDate } from '../../keys/key-metadata.ts';
import { refusal } from '../../refusal.ts';
import { optionalChoice, optionalInteger, requiredText } from '../../request/read-parameter.ts';
import { secretArn } from '../../resource-name.ts';
import { findAnySecretIn } from '../../secrets/secret-lookup.ts';
import { withSecret } from '../../state/state.ts';
import type { OperationHandler } from '../operation.ts';

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 30;

/**
 * Deletes a secret: at once with `ForceDeleteWithoutRecovery`, else after a window of 7 to 30 days (30 by default), in
 * which it can be restored. A secret in its window can still be deleted at once.
 */
export const deleteSecret: OperationHandler = async (parameters, context) => {
  const secretName = requiredText(parameters, 'SecretName');
  const days = optionalInteger(parameters, 'RecoveryWindowInDays', 7, 30) ?? WINDOW_DAYS;
  const isForced =
    optionalChoice(parameters, 'ForceDeleteWithoutRecovery', ['true', 'false']) === 'true';
  const now = context.now();
  const deleteAt = isForced ? now : new Date(now.getTime() + days * DAY_MS);
  const deleted = await context.store.update((state) => {
    const secret = findAnySecretIn(state, context, secretName, 'kms:DeleteSecret');
    if (!isForced) {
      if (secret.deleteAt !== undefined) throw refusal('Forbidden.ResourceNotFound');
      return [withSecret(state, { ...secret, deleteAt }), secret];
    }
    const arn = secretArn(secret.accountId, secret.secretName);
    return [{ ...state, secrets: withoutEntry(state.secrets, arn) }, secret];
  });
  return { SecretName: deleted.secretName, PlannedDeleteTime: formatDate(deleteAt) };
};

/** Keeps a deleted secret, within its window. */
export const restoreSecret: OperationHandler = async (parameters, context) => {
  const secretName = requiredText(parameters, 'SecretName');
  const restored = await context.store.update((state) => {
    const secret = findAnySecretIn(state, context, secretName, 'kms:RestoreSecret');
    const { deleteAt, ...kept } = secret;
    if (deleteAt === undefined) throw refusal('Rejected.ResourceInUse');
    return [withSecret(state, kept), kept];
  });
  return { SecretName: restored.secretName };
};
