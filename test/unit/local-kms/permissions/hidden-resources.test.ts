import { expect, test } from 'vitest';
import type { AccessKey } from '../../../../src/local-kms/state/state.ts';
import { newKeyId, refusalOf, succeed } from '../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';
import { withAccessKeys } from '../../../support/local-kms/ram-user.ts';

const STRANGER: AccessKey = {
  accessKeyId: 'LTAI5tstranger',
  accessKeySecret: 'secret',
  accountId: '1000000000000001',
  status: 'Active',
};
const AS_STRANGER = { accessKey: STRANGER };

async function start(): Promise<{ kms: TestGateway; accountId: string; KeyId: string }> {
  const kms = await startTestGateway((state) => withAccessKeys(state, STRANGER));
  const [key] = kms.state.keys.values();
  if (key === undefined) throw new Error('no key');
  return { kms, accountId: key.accountId, KeyId: key.keyId };
}

/** The answer without what differs with each call. */
async function answer(kms: TestGateway, action: string, query: Record<string, string>) {
  const { status, body } = await kms.call(action, query, AS_STRANGER);
  const { RequestId: _, Recommend: __, ...rest } = body;
  return { status, ...rest };
}

test.each(['DescribeKey', 'GenerateDataKey', 'ListKeyVersions'])(
  '%s answers for another account’s key and alias as if they were not there',
  async (action) => {
    const { kms, accountId, KeyId } = await start();
    const arn = `acs:kms:cn-local:${accountId}:`;
    const missing = '00000000-0000-4000-8000-000000000000';
    const notThere = await answer(kms, action, { KeyId: `${arn}key/${missing}` });
    expect(notThere).toMatchObject({ status: 404, Code: 'Forbidden.KeyNotFound' });
    for (const name of [`key/${KeyId}`, 'alias/rehearsal', 'alias/missing']) {
      expect([name, await answer(kms, action, { KeyId: `${arn}${name}` })]).toEqual([
        name,
        notThere,
      ]);
    }
  },
);

test('a dry run does not tell either', async () => {
  const { kms, accountId, KeyId } = await start();
  const arn = `acs:kms:cn-local:${accountId}:key/`;
  const query = (id: string) => ({ KeyId: `${arn}${id}`, DryRun: 'true' });
  expect(await answer(kms, 'GenerateDataKey', query(KeyId))).toEqual(
    await answer(kms, 'GenerateDataKey', query('missing')),
  );
});

test('a blob under another account’s key is a blob of nobody, whatever the state of the key', async () => {
  const { kms, KeyId } = await start();
  const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId });
  const blobOfNobody = Buffer.from(CiphertextBlob, 'base64').fill('0', 0, 36).toString('base64');
  const nobody = await answer(kms, 'Decrypt', { CiphertextBlob: blobOfNobody });
  expect(nobody).toMatchObject({ status: 400, Code: 'InvalidParameter' });
  expect(await answer(kms, 'Decrypt', { CiphertextBlob })).toEqual(nobody);
  await succeed(kms, 'DisableKey', { KeyId });
  expect(await answer(kms, 'Decrypt', { CiphertextBlob })).toEqual(nobody);
});

test('another account’s secret is not there', async () => {
  const { kms, accountId } = await start();
  const value = { SecretData: 'value', VersionId: 'v1' };
  await succeed(kms, 'CreateSecret', { SecretName: 'known', ...value });
  const arn = `acs:kms:cn-local:${accountId}:secret/`;
  for (const action of ['DescribeSecret', 'GetSecretValue']) {
    const known = await answer(kms, action, { SecretName: `${arn}known` });
    expect(known).toMatchObject({ status: 404, Code: 'Forbidden.ResourceNotFound' });
    expect(await answer(kms, action, { SecretName: `${arn}missing` })).toEqual(known);
  }
});

test('a key that its policy shares answers, for what is shared', async () => {
  const { kms, accountId } = await start();
  const statement = (ram: string, action: string): object => ({
    Effect: 'Allow',
    Principal: { RAM: [ram] },
    Action: [action],
    Resource: ['*'],
  });
  const Policy = JSON.stringify({
    Version: '1',
    Statement: [
      statement(`acs:ram::${accountId}:*`, 'kms:*'),
      statement(`acs:ram::${STRANGER.accountId}:*`, 'kms:DescribeKey'),
    ],
  });
  const KeyId = `acs:kms:cn-local:${accountId}:key/${await newKeyId(kms, { Policy })}`;
  expect(await refusalOf(kms, 'DescribeKey', { KeyId }, AS_STRANGER)).toBe('200');
  expect(await refusalOf(kms, 'GenerateDataKey', { KeyId }, AS_STRANGER)).toBe(
    '404 Forbidden.KeyNotFound',
  );
});
