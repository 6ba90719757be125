import { findKey } from '../keys/key-lookup.ts';
import { listOfAliases } from '../keys/list-of-aliases.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
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
