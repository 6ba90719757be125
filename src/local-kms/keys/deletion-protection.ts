import type { JsonObject } from '../../base/json.ts';
import { refusal } from '../refusal.ts';
import type { KmsKey } from '../state/state.ts';

/** What DescribeKey says of the deletion protection of a KMS key. */
export function deletionProtectionFields({ deletionProtection }: KmsKey): JsonObject {
  if (deletionProtection === undefined) return { DeletionProtection: 'Disabled' };
  const { description } = deletionProtection;
  return {
    DeletionProtection: 'Enabled',
    ...(description !== '' && { DeletionProtectionDescription: description }),
  };
}

/**
 * The key with deletion protection, or without it.
 *
 * @param description - why it is protected; empty where nobody said
 */
export function withDeletionProtection(
  key: KmsKey,
  isProtected: boolean,
  description: string,
): KmsKey {
  const { deletionProtection: _, ...rest } = key;
  return isProtected ? { ...rest, deletionProtection: { description } } : rest;
}

/**
 * Refuses a key whose deletion cannot be scheduled: it is protected, or waits for its deletion already.
 *
 * @throws KmsRefusal `Rejected.StateModifiedFailed`
 */
export function assertDeletable({ keyState, deletionProtection }: KmsKey): void {
  if (keyState === 'PendingDeletion' || deletionProtection !== undefined) {
    throw refusal('Rejected.StateModifiedFailed');
  }
}
