import { pageOf } from '../page.ts';
import { aliasArn } from '../resource-name.ts';
import type { Operation } from './operation.ts';

/** Lists the aliases of the account, in the order in which they were made. */
export const listAliases: Operation = {
  action: 'ListAliases',
  takesDryRun: false,
  run: (parameters, { store: { state } }) => {
    const page = pageOf(parameters, [...state.aliases]);
    const aliases = page.items.map(([aliasName, keyId]) => ({
      KeyId: keyId,
      AliasName: aliasName,
      AliasArn: aliasArn(state, aliasName),
    }));
    return { Aliases: { Alias: aliases }, ...page.fields };
  },
};
