import { expect, test } from 'vitest';
import type { AccessKey } from '../../../../src/local-kms/state/state.ts';
import { newKeyId, refusalOf, succeed } from '../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';
import { ramUser, withAccessKeys } from '../../../support/local-kms/ram-user.ts';

const ACTIONS = ['kms:UpdateAlias', 'kms:DeleteAlias'];

/** A user who may change one alias and the aliases of some keys, and nothing else. */
function aliasUser(kms: TestGateway, ...keyIds: string[]): AccessKey {
  const Resource = ['alias/moving', ...keyIds.map((id) => `key/${id}`)].map(
    (name) => `acs:kms:*:*:${name}`,
  );
  return ramUser(kms.state, 'mover', [{ Effect: 'Allow', Action: ACTIONS, Resource }]);
}

test('an alias is neither moved nor taken away without permission on the key that it names', async () => {
  const kms = await startTestGateway();
  const from = await newKeyId(kms);
  const to = await newKeyId(kms);
  await succeed(kms, 'CreateAlias', { KeyId: from, AliasName: 'alias/moving' });
  const tried = async (action: string, ...keyIds: string[]): Promise<string> => {
    const accessKey = aliasUser(kms, ...keyIds);
    await kms.store.update((state) => [withAccessKeys(state, accessKey), undefined]);
    const query = { AliasName: 'alias/moving', ...(action === 'UpdateAlias' && { KeyId: to }) };
    return refusalOf(kms, action, query, { accessKey });
  };
  expect(await tried('UpdateAlias', to)).toBe('403 Forbidden.NoPermission');
  expect(await tried('UpdateAlias', from)).toBe('403 Forbidden.NoPermission');
  expect(await tried('DeleteAlias', to)).toBe('403 Forbidden.NoPermission');
  expect(await tried('UpdateAlias', from, to)).toBe('200');
  const { KeyMetadata } = await succeed(kms, 'DescribeKey', { KeyId: 'alias/moving' });
  expect(KeyMetadata).toMatchObject({ KeyId: to });
});
