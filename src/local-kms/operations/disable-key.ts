import { changeKey } from '../keys/key-lookup.ts';
import { assertSwitchable } from '../keys/key-state.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

/** Disables a KMS key: it does no cryptography until it is enabled again. */
export const disableKey: Operation = {
  action: 'DisableKey',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    await changeKey(context, unaliasedKeyId(parameters), 'kms:DisableKey', (key) => {
      assertSwitchable(key);
      return { ...key, keyState: 'Disabled' };
    });
    return {};
  },
};
