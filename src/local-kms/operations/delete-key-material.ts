import { changeKey } from '../keys/key-lookup.ts';
import { withoutMaterial } from '../keys/key-state.ts';
import { refusal } from '../refusal.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

/** Deletes the imported material of a KMS key. The key stays and takes the same material again. */
export const deleteKeyMaterial: Operation = {
  action: 'DeleteKeyMaterial',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    await changeKey(context, unaliasedKeyId(parameters), 'kms:DeleteKeyMaterial', (key) => {
      if (key.origin !== 'EXTERNAL') throw refusal('Unsupported.Origin');
      return withoutMaterial(key);
    });
    return {};
  },
};
