import { changeKey } from '../keys/key-lookup.ts';
import { assertSwitchable } from '../keys/key-state.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

/** Enables a KMS key. An enabled key stays as it is. */
export const enableKey: Operation = {
  action: 'EnableKey',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    await changeKey(context, unaliasedKeyId(parameters), 'kms:EnableKey', (key) => {
      assertSwitchable(key);
      return { ...key, keyState: 'Enabled' };
    });
    return {};
  },
};
