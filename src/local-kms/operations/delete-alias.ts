import { requiredAliasName } from '../keys/alias-name.ts';
import { findKeyIn } from '../keys/key-lookup.ts';
import { authorize } from '../permissions/authorize.ts';
import { refusal } from '../refusal.ts';
import { aliasArn } from '../resource-name.ts';
import type { Operation } from './operation.ts';

const ACTION = 'kms:DeleteAlias';

/** Takes an alias away, whatever the state of its KMS key, which stays. */
export const deleteAlias: Operation = {
  action: 'DeleteAlias',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { store, caller } = context;
    const { accountId } = caller;
    const arn = aliasArn(accountId, requiredAliasName(parameters));
    authorize(caller, ACTION, { arn, accountId });
    await store.update((state) => {
      const alias = state.aliases.get(arn);
      if (alias === undefined) throw refusal('Forbidden.AliasNotFound');
      findKeyIn(state, context, alias.keyId, ACTION);
      const aliases = new Map(state.aliases);
      aliases.delete(arn);
      return [{ ...state, aliases }, undefined];
    });
    return {};
  },
};
