import { findKeyIn } from '../key-lookup.ts';
import { authorize } from '../permissions/authorize.ts';
import { requiredText } from '../read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import { aliasArn } from '../resource-name.ts';
import { withAlias } from '../state/state.ts';
import type { Operation } from './operation.ts';

const ALIAS = /^alias\/(?!acs)[A-Za-z0-9_/-]+$/;
const MAX_ALIAS_LENGTH = 255;
const MAX_ALIASES = 50_000;

/** Gives a KMS key another name. */
export const createAlias: Operation = {
  action: 'CreateAlias',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { store, caller } = context;
    const keyId = requiredText(parameters, 'KeyId');
    const aliasName = requiredText(parameters, 'AliasName');
    if (!ALIAS.test(aliasName) || aliasName.length > MAX_ALIAS_LENGTH) {
      throw invalidParameter('AliasName');
    }
    if (keyId.includes('alias/')) throw refusal('Unsupported.Alias');
    const { accountId } = caller;
    const arn = aliasArn(accountId, aliasName);
    authorize(caller, 'kms:CreateAlias', { arn, accountId });
    await store.update((state) => {
      const key = findKeyIn(state, context, keyId, 'kms:CreateAlias');
      if (key.keyState === 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
      if (state.aliases.has(arn)) throw refusal('AliasAlreadyExists');
      if (state.aliases.size >= MAX_ALIASES) throw refusal('Rejected.LimitExceeded');
      return [withAlias(state, arn, { accountId, aliasName, keyId: key.keyId }), undefined];
    });
    return {};
  },
};
