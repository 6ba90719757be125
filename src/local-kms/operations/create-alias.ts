import { findKey } from '../key-lookup.ts';
import { requiredText } from '../read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import { withAlias } from '../state/state.ts';
import type { Operation } from './operation.ts';

const ALIAS = /^alias\/(?!acs)[A-Za-z0-9_/-]+$/;
const MAX_ALIAS_LENGTH = 255;
const MAX_ALIASES = 50_000;

/** Gives a KMS key another name. */
export const createAlias: Operation = {
  action: 'CreateAlias',
  takesDryRun: false,
  run: async (parameters, { store }) => {
    const keyId = requiredText(parameters, 'KeyId');
    const aliasName = requiredText(parameters, 'AliasName');
    if (!ALIAS.test(aliasName) || aliasName.length > MAX_ALIAS_LENGTH) {
      throw invalidParameter('AliasName');
    }
    if (keyId.includes('alias/')) throw refusal('Unsupported.Alias');
    await store.update((state) => {
      const key = findKey(state, keyId);
      if (key.keyState === 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
      if (state.aliases.has(aliasName)) throw refusal('AliasAlreadyExists');
      if (state.aliases.size >= MAX_ALIASES) throw refusal('Rejected.LimitExceeded');
      return withAlias(state, aliasName, key.keyId);
    });
    return {};
  },
};
