import { readKeyFilters } from '../key-filters.ts';
import { pageOf } from '../page.ts';
import { keyArn } from '../resource-name.ts';
import type { Operation } from './operation.ts';

/** Lists the KMS keys of the account, in the order in which they were made. */
export const listKeys: Operation = {
  action: 'ListKeys',
  takesDryRun: false,
  run: (parameters, { store: { state } }) => {
    const passes = readKeyFilters(parameters);
    const page = pageOf(parameters, [...state.keys.values()].filter(passes));
    const keys = page.items.map(({ keyId }) => ({ KeyId: keyId, KeyArn: keyArn(state, keyId) }));
    return { Keys: { Key: keys }, ...page.fields };
  },
};
