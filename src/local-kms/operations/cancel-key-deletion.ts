import { changeKey } from '../keys/key-lookup.ts';
import { refusal } from '../refusal.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

/** Keeps a KMS key that was to vanish, and enables it; a key without material waits for that again. */
export const cancelKeyDeletion: Operation = {
  action: 'CancelKeyDeletion',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    await changeKey(context, unaliasedKeyId(parameters), 'kms:CancelKeyDeletion', (key) => {
      if (key.keyState !== 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
      const { deleteAt: _, ...kept } = key;
      return { ...kept, keyState: key.versions.length === 0 ? 'PendingImport' : 'Enabled' };
    });
    return {};
  },
};
