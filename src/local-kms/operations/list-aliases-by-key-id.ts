import { findKey } from '../key-lookup.ts';
import { listOfAliases } from '../list-of-aliases.ts';
import { unaliasedKeyId } from '../unaliased-key-id.ts';
import type { Operation } from './operation.ts';

/** Lists the aliases of a KMS key, in the order in which they were made. */
export const listAliasesByKeyId: Operation = {
  action: 'ListAliasesByKeyId',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, context) => {
    const { keyId } = findKey(context, unaliasedKeyId(parameters), 'kms:ListAliasesByKeyId');
    const own = [...context.store.state.aliases].filter(([, alias]) => alias.keyId === keyId);
    return listOfAliases(parameters, own);
  },
};
