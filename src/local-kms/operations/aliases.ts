import { withoutEntry } from '../state/entries.ts';
import type { JsonObject } from '../../base/json.ts';
import { findKey, findKeyIn, unaliasedKeyId } from '../keys/key-lookup.ts';
import { authorize } from '../permissions/authorize.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import { pageOf } from '../request/lists.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredText } from '../request/read-parameter.ts';
import { aliasArn, arnOf } from '../resource-name.ts';
import type { Alias } from '../state/state.ts';
import { withAlias } from '../state/state.ts';
import type { OperationHandler } from './operation.ts';

const ALIAS = /^alias\/[A-Za-z0-9_/-]+$/;
const MAX_ALIAS_LENGTH = 255;
const MAX_ALIASES = 50_000;

/** Gives a KMS key of the caller's account another name, which must not begin with `alias/acs`. */
export const createAlias: OperationHandler = async (parameters, context) => {
  const { store, caller } = context;
  const { accountId } = caller;
  const keyId = unaliasedKeyId(parameters);
  const aliasName = readAliasName(parameters);
  if (aliasName.startsWith('alias/acs')) throw invalidParameter('AliasName');
  const arn = aliasArn(accountId, aliasName);
  authorize(caller, 'kms:CreateAlias', { arn, accountId });
  await store.update((state) => {
    const key = findKeyIn(state, context, keyId, 'kms:CreateAlias');
    if (key.accountId !== accountId) throw refusal('Forbidden.KeyNotFound');
    if (key.keyState === 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
    if (state.aliases.has(arn)) throw refusal('AliasAlreadyExists');
    if (state.aliases.size >= MAX_ALIASES) throw refusal('Rejected.LimitExceeded');
    return [withAlias(state, arn, { accountId, aliasName, keyId: key.keyId }), undefined];
  });
  return {};
};

/**
 * Points an alias to another KMS key. The caller needs permission on the alias and on both keys; only the state of
 * the new key matters (help 44211).
 */
export const updateAlias: OperationHandler = async (parameters, context) => {
  const { store, caller } = context;
  const { accountId } = caller;
  const keyId = unaliasedKeyId(parameters);
  const aliasName = readAliasName(parameters);
  const arn = aliasArn(accountId, aliasName);
  authorize(caller, 'kms:UpdateAlias', { arn, accountId });
  await store.update((state) => {
    const alias = state.aliases.get(arn);
    if (alias === undefined) throw refusal('Forbidden.AliasNotFound');
    findKeyIn(state, context, alias.keyId, 'kms:UpdateAlias');
    const key = findKeyIn(state, context, keyId, 'kms:UpdateAlias');
    if (key.accountId !== accountId) throw refusal('Forbidden.KeyNotFound');
    if (key.keyState === 'PendingDeletion') throw refusal('Rejected.PendingDeletion');
    return [withAlias(state, arn, { accountId, aliasName, keyId: key.keyId }), undefined];
  });
  return {};
};

/** Deletes an alias, whatever the state of its KMS key, which stays. */
export const deleteAlias: OperationHandler = async (parameters, context) => {
  const { store, caller } = context;
  const { accountId } = caller;
  const arn = aliasArn(accountId, readAliasName(parameters));
  authorize(caller, 'kms:DeleteAlias', { arn, accountId });
  await store.update((state) => {
    const alias = state.aliases.get(arn);
    if (alias === undefined) throw refusal('Forbidden.AliasNotFound');
    findKeyIn(state, context, alias.keyId, 'kms:DeleteAlias');
    return [{ ...state, aliases: withoutEntry(state.aliases, arn) }, undefined];
  });
  return {};
};

/** Lists the aliases of the account, in the order in which they were made. */
export const listAliases: OperationHandler = (parameters, { store, caller }) => {
  const { accountId } = caller;
  const target = { arn: arnOf({ accountId, resource: 'alias' }), accountId };
  authorize(caller, 'kms:ListAliases', target);
  const own = [...store.state.aliases].filter(([, alias]) => alias.accountId === accountId);
  return pageOfAliases(parameters, own);
};

/** Lists the aliases of a KMS key, in the order in which they were made. */
export const listAliasesByKeyId: OperationHandler = (parameters, context) => {
  const { keyId } = findKey(context, unaliasedKeyId(parameters), 'kms:ListAliasesByKeyId');
  const own = [...context.store.state.aliases].filter(([, alias]) => alias.keyId === keyId);
  return pageOfAliases(parameters, own);
};

/** Reads `AliasName`: `alias/` and letters, digits, `/`, `_`, `-`; at most 255 characters. */
function readAliasName(parameters: Parameters): string {
  const aliasName = requiredText(parameters, 'AliasName');
  if (!ALIAS.test(aliasName) || aliasName.length > MAX_ALIAS_LENGTH) {
    throw invalidParameter('AliasName');
  }
  return aliasName;
}

function pageOfAliases(
  parameters: Parameters,
  aliases: readonly (readonly [arn: string, alias: Alias])[],
): JsonObject {
  const page = pageOf(parameters, aliases);
  const items = page.items.map(([arn, { aliasName, keyId }]) => ({
    KeyId: keyId,
    AliasName: aliasName,
    AliasArn: arn,
  }));
  return { Aliases: { Alias: items }, ...page.fields };
}
