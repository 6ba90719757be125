import { readKeyFilters } from '../keys/key-filters.ts';
import { pageOf } from '../request/page.ts';
import { authorize } from '../permissions/authorize.ts';
import { arnOf, keyArn } from '../resource-name.ts';
import type { Operation } from './operation.ts';

/** Lists the KMS keys of the account, in the order in which they were made. */
export const listKeys: Operation = {
  action: 'ListKeys',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, { store, caller }) => {
    const { accountId } = caller;
    authorize(caller, 'kms:ListKeys', { arn: arnOf({ accountId, resource: 'key' }), accountId });
    const passes = readKeyFilters(parameters, store.state);
    const own = [...store.state.keys.values()].filter((key) => key.accountId === accountId);
    const page = pageOf(parameters, own.filter(passes));
    const keys = page.items.map((key) => ({ KeyId: key.keyId, KeyArn: keyArn(key) }));
    return { Keys: { Key: keys }, ...page.fields };
  },
};
