import { requiredAliasName } from '../keys/alias-name.ts';
import { findKeyIn } from '../keys/key-lookup.ts';
import { authorize } from '../permissions/authorize.ts';
import { refusal } from '../refusal.ts';
import { aliasArn } from '../resource-name.ts';
import { withAlias } from '../state/state.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

const ACTION = 'kms:UpdateAlias';

/**
 * Lets an alias name another KMS key. The caller needs permission on the alias and on both keys; only the state of the new
 * key matters (help 44211).
 */
export const updateAlias: Operation = {
  action: 'UpdateAlias',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { store, caller } = context;
    const { accountId } = caller;
    const keyId = unaliasedKeyId(parameters);
    const aliasName = requiredAliasName(parameters);
    const arn = aliasArn(accountId, aliasName);
    authorize(caller, ACTION, { arn, accountId });
    await store.update((state) => {
      const alias = state.aliases.get(arn);
      if (alias === undefined) throw refusal('Forbidden.AliasNotFound');
      findKeyIn(state, context, alias.keyId, ACTION);
      const key = findKeyIn(state, context, keyId, ACTION);
      if (key.accountId !== accountId) throw refusal('Forbidden.KeyNotFound');
      if (key.keyState === 'PendingDeletion') throw refusal('Rejected.PendingDeletion');
      return [withAlias(state, arn, { accountId, aliasName, keyId: key.keyId }), undefined];
    });
    return {};
  },
};
