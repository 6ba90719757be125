import { changeKey } from '../key-lookup.ts';
import { assertSwitchable } from '../key-state.ts';
import { unaliasedKeyId } from '../unaliased-key-id.ts';
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
