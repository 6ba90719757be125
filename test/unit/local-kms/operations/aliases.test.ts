import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestKms } from '../../../support/local-kms/test-kms.ts';

let kms: TestKms;
beforeEach(async () => {
  kms = await TestKms.start();
});
afterEach(() => kms.close());

async function expectRefusal(
  action: string,
  query: Record<string, string>,
  status: number,
  code: string,
): Promise<void> {
  const answer = await kms.call(action, query);
  expect({ status: answer.status, code: answer.body['Code'] }).toEqual({ status, code });
}

async function createKey(): Promise<string> {
  const { body } = await kms.call('CreateKey');
  return (body['KeyMetadata'] as { KeyId: string }).KeyId;
}

async function describeKey(KeyId: string): Promise<Record<string, string>> {
  const { body } = await kms.call('DescribeKey', { KeyId });
  return body['KeyMetadata'] as Record<string, string>;
}

describe('CreateAlias', () => {
  test('gives a key another name, which then works', async () => {
    expect(
      await kms.succeed('CreateAlias', { KeyId: kms.keyId, AliasName: 'alias/second/Name_-1' }),
    ).toEqual({ RequestId: expect.any(String) as string });
    const KeyId = 'alias/second/Name_-1';
    expect(await kms.succeed('GenerateDataKey', { KeyId })).toMatchObject({ KeyId: kms.keyId });
  });

  test('refuses a name that is taken', () =>
    expectRefusal(
      'CreateAlias',
      { KeyId: kms.keyId, AliasName: 'alias/rehearsal' },
      400,
      'AliasAlreadyExists',
    ));

  test.each([
    'rehearsal',
    'alias/',
    'Alias/a',
    'alias/acs',
    'alias/acs/kms',
    'alias/a b',
    'alias/ä',
    'alias/a\n',
    `alias/${'a'.repeat(250)}`,
  ])('refuses the name %.40j', (AliasName) =>
    expectRefusal('CreateAlias', { KeyId: kms.keyId, AliasName }, 400, 'InvalidParameter'),
  );

  test('takes a name of 255 characters', () =>
    kms.succeed('CreateAlias', { KeyId: kms.keyId, AliasName: `alias/${'a'.repeat(249)}` }));

  test('takes no alias for a KeyId, and no key that is not there', async () => {
    const AliasName = 'alias/new';
    await expectRefusal(
      'CreateAlias',
      { KeyId: 'alias/rehearsal', AliasName },
      400,
      'Unsupported.Alias',
    );
    await expectRefusal('CreateAlias', { KeyId: 'none', AliasName }, 404, 'Forbidden.KeyNotFound');
    await expectRefusal('CreateAlias', { KeyId: kms.keyId }, 400, 'MissingParameter');
    await expectRefusal('CreateAlias', { AliasName }, 400, 'MissingParameter');
  });

  test('of two calls for one name at once, one wins', async () => {
    const query = { KeyId: kms.keyId, AliasName: 'alias/race' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => kms.call('CreateAlias', query)),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });
});

describe('UpdateAlias', () => {
  test('moves an alias to another key, and back', async () => {
    const KeyId = await createKey();
    const AliasName = 'alias/rehearsal';
    const { RequestId } = await kms.succeed('UpdateAlias', { AliasName, KeyId });
    expect(RequestId).toBeDefined();
    expect((await describeKey(AliasName))['KeyId']).toBe(KeyId);
    const { Arn = '' } = await describeKey(kms.keyId);
    await kms.succeed('UpdateAlias', { AliasName, KeyId: Arn });
    expect((await describeKey(AliasName))['KeyId']).toBe(kms.keyId);
    expect((await kms.call('ListAliases')).body['TotalCount']).toBe(1);
  });

  test('heeds the state of the new key only', async () => {
    const KeyId = await createKey();
    const AliasName = 'alias/rehearsal';
    await kms.succeed('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: '7' });
    await expectRefusal('UpdateAlias', { AliasName, KeyId }, 409, 'Rejected.PendingDeletion');
    await kms.succeed('ScheduleKeyDeletion', { KeyId: kms.keyId, PendingWindowInDays: '7' });
    const other = await createKey();
    await kms.succeed('DisableKey', { KeyId: other });
    await kms.succeed('UpdateAlias', { AliasName, KeyId: other });
  });

  test('refuses what is not there, no name, and an alias as KeyId', async () => {
    const AliasName = 'alias/rehearsal';
    const KeyId = kms.keyId;
    const alias = { KeyId: 'alias/rehearsal', AliasName };
    await expectRefusal(
      'UpdateAlias',
      { AliasName: 'alias/none', KeyId },
      404,
      'Forbidden.AliasNotFound',
    );
    await expectRefusal('UpdateAlias', { AliasName, KeyId: 'none' }, 404, 'Forbidden.KeyNotFound');
    await expectRefusal('UpdateAlias', { AliasName: 'rehearsal', KeyId }, 400, 'InvalidParameter');
    await expectRefusal('UpdateAlias', { AliasName }, 400, 'MissingParameter');
    await expectRefusal('UpdateAlias', { KeyId }, 400, 'MissingParameter');
    await expectRefusal('UpdateAlias', alias, 400, 'Unsupported.Alias');
  });
});

describe('DeleteAlias', () => {
  test('takes an alias away, whatever the state of its key, which stays', async () => {
    await kms.succeed('CreateAlias', { KeyId: kms.keyId, AliasName: 'alias/other' });
    await kms.succeed('ScheduleKeyDeletion', { KeyId: kms.keyId, PendingWindowInDays: '7' });
    await kms.succeed('DeleteAlias', { AliasName: 'alias/rehearsal' });
    await expectRefusal(
      'DescribeKey',
      { KeyId: 'alias/rehearsal' },
      404,
      'Forbidden.AliasNotFound',
    );
    expect((await describeKey('alias/other'))['KeyId']).toBe(kms.keyId);
  });

  test('refuses what is not there, and no name', async () => {
    await expectRefusal('DeleteAlias', { AliasName: 'alias/none' }, 404, 'Forbidden.AliasNotFound');
    await expectRefusal('DeleteAlias', { AliasName: 'none' }, 400, 'InvalidParameter');
    await expectRefusal('DeleteAlias', {}, 400, 'MissingParameter');
  });
});

describe('ListAliasesByKeyId', () => {
  test('lists the aliases of one key, by pages', async () => {
    const KeyId = await createKey();
    for (const name of ['a', 'b', 'c']) {
      await kms.succeed('CreateAlias', { KeyId, AliasName: `alias/${name}` });
    }
    const { body } = await kms.call('ListAliasesByKeyId', {
      KeyId,
      PageNumber: '2',
      PageSize: '2',
    });
    const { Creator = '' } = await describeKey(KeyId);
    expect(body).toMatchObject({ TotalCount: 3, PageNumber: 2, PageSize: 2 });
    expect(body['Aliases']).toEqual({
      Alias: [{ KeyId, AliasName: 'alias/c', AliasArn: `acs:kms:cn-local:${Creator}:alias/c` }],
    });
  });

  test('refuses an unknown key, an alias as KeyId, and a page of nothing', async () => {
    const action = 'ListAliasesByKeyId';
    await expectRefusal(action, { KeyId: 'none' }, 404, 'Forbidden.KeyNotFound');
    await expectRefusal(action, { KeyId: 'alias/rehearsal' }, 400, 'Unsupported.Alias');
    await expectRefusal(action, { KeyId: kms.keyId, PageSize: '0' }, 400, 'InvalidParameter');
    await expectRefusal(action, {}, 400, 'MissingParameter');
  });
});
