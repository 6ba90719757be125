import { readFilters } from '../request/filters.ts';
import { pageOf } from '../request/page.ts';
import { authorize } from '../permissions/authorize.ts';
import { optionalBoolean } from '../request/read-parameter.ts';
import { arnOf } from '../resource-name.ts';
import { SECRET_PROPERTIES } from '../secrets/secret-filters.ts';
import { secretSummary } from '../secrets/secret-metadata.ts';
import type { Operation } from './operation.ts';

/** Lists the secrets of the account, in the order in which they were made. */
export const listSecrets: Operation = {
  action: 'ListSecrets',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, { store, caller }) => {
    const { accountId } = caller;
    const container = arnOf({ accountId, resource: 'secret' });
    authorize(caller, 'kms:ListSecrets', { arn: container, accountId });
    const withTags = optionalBoolean(parameters, 'FetchTags');
    const passes = readFilters(parameters, SECRET_PROPERTIES);
    const own = [...store.state.secrets.values()].filter(
      (secret) => secret.accountId === accountId,
    );
    const page = pageOf(parameters, own.filter(passes));
    const secrets = page.items.map((secret) => secretSummary(secret, withTags));
    return { SecretList: { Secret: secrets }, ...page.fields };
  },
};
