import { listOfAliases } from '../keys/list-of-aliases.ts';
import { authorize } from '../permissions/authorize.ts';
import { arnOf } from '../resource-name.ts';
import type { Operation } from './operation.ts';

/** Lists the aliases of the account, in the order in which they were made. */
export const listAliases: Operation = {
  action: 'ListAliases',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, { store, caller }) => {
    const { accountId } = caller;
    const target = { arn: arnOf({ accountId, resource: 'alias' }), accountId };
    authorize(caller, 'kms:ListAliases', target);
    const own = [...store.state.aliases].filter(([, alias]) => alias.accountId === accountId);
    return listOfAliases(parameters, own);
  },
};
