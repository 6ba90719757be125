import { requiredAliasName } from '../keys/alias-name.ts';
import { findKeyIn } from '../keys/key-lookup.ts';
import { authorize } from '../permissions/authorize.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import { aliasArn } from '../resource-name.ts';
import { withAlias } from '../state/state.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

const ACTION = 'kms:CreateAlias';
const MAX_ALIASES = 50_000;

/** Gives a KMS key of the own account another name, which must not begin with `alias/acs`. */
export const createAlias: Operation = {
  action: 'CreateAlias',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { store, caller } = context;
    const { accountId } = caller;
    const keyId = unaliasedKeyId(parameters);
    const aliasName = requiredAliasName(parameters);
    if (aliasName.startsWith('alias/acs')) throw invalidParameter('AliasName');
    const arn = aliasArn(accountId, aliasName);
    authorize(caller, ACTION, { arn, accountId });
    await store.update((state) => {
      const key = findKeyIn(state, context, keyId, ACTION);
      if (key.accountId !== accountId) throw refusal('Forbidden.KeyNotFound');
      if (key.keyState === 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
      if (state.aliases.has(arn)) throw refusal('AliasAlreadyExists');
      if (state.aliases.size >= MAX_ALIASES) throw refusal('Rejected.LimitExceeded');
      return [withAlias(state, arn, { accountId, aliasName, keyId: key.keyId }), undefined];
    });
    return {};
  },
};
