import { beforeEach, describe, expect, test } from 'vitest';
import { newKeyId, refusalOf, succeed } from '../../../../support/local-kms/calls.ts';
import type { AccessKey } from '../../../../../src/local-kms/state/state.ts';
import { allow, ramUser, withAccessKeys } from '../../../../support/local-kms/ram-user.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

const PARTNER = '6543210987654321';

let kms: TestGateway;
let KeyId: string;
let users: { user: AccessKey; reader: AccessKey; partner: AccessKey };
beforeEach(async () => {
  kms = await startTestGateway((state) => {
    users = {
      user: ramUser(state, 'User', [allow('ecs:*')]),
      reader: ramUser(state, 'Reader', [allow('kms:GetKeyPolicy')]),
      partner: { ...ramUser(state, 'Partner', [allow('kms:Encrypt')]), accountId: PARTNER },
    };
    return withAccessKeys(state, ...Object.values(users));
  });
  KeyId = await newKeyId(kms, { DKMSInstanceId: 'kst-1' });
});

/** A key policy with one statement. */
function policy(effect: string, principal: string, ...actions: string[]): string {
  const statement = {
    Sid: 'one',
    Effect: effect,
    Principal: { RAM: [principal] },
    Action: actions,
    Resource: ['*'],
  };
  return JSON.stringify({ Version: '1', Statement: [statement] });
}

const set = (Policy: string): Promise<unknown> => succeed(kms, 'SetKeyPolicy', { KeyId, Policy });
const encryptAs = (accessKey: AccessKey, keyId = KeyId): Promise<string> =>
  refusalOf(kms, 'Encrypt', { KeyId: keyId, Plaintext: 'QQ==' }, { accessKey });

describe('SetKeyPolicy', () => {
  test('sets the policy by which the next call is decided', async () => {
    const me = `acs:ram::${users.user.accountId}:user/User`;
    expect(await encryptAs(users.user)).toBe('403 Forbidden.NoPermission');
    await set(policy('Allow', me, 'kms:Encrypt'));
    expect(await encryptAs(users.user)).toBe('200');
    await set(policy('Allow', me, 'kms:Decrypt'));
    expect(await encryptAs(users.user)).toBe('403 Forbidden.NoPermission');
  });

  test('lets in a user of another account, and shuts out the account itself', async () => {
    const arn = `acs:kms:cn-local:${users.user.accountId}:key/${KeyId}`;
    expect(await encryptAs(users.partner, arn)).toBe('404 Forbidden.KeyNotFound');
    await set(policy('Allow', `acs:ram::${PARTNER}:user/Partner`, 'kms:Encrypt'));
    expect(await encryptAs(users.partner, arn)).toBe('200');
    await set(policy('Deny', `acs:ram::${users.user.accountId}:root`, 'kms:Encrypt'));
    expect(await refusalOf(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' })).toBe(
      '403 Forbidden.NoPermission',
    );
  });

  test('replaces the policy that the key was made with', async () => {
    const made = policy('Allow', `acs:ram::${users.user.accountId}:*`, 'kms:*');
    const keyId = await newKeyId(kms, { DKMSInstanceId: 'kst-1', Policy: made });
    expect(await encryptAs(users.user, keyId)).toBe('200');
    const Policy = policy('Allow', `acs:ram::${users.user.accountId}:root`, 'kms:*');
    await succeed(kms, 'SetKeyPolicy', { KeyId: keyId, Policy, PolicyName: 'default' });
    expect(await encryptAs(users.user, keyId)).toBe('403 Forbidden.NoPermission');
  });

  test.each([
    ['', '400 MissingParameter'],
    ['{', '400 InvalidParameter'],
    ['[]', '400 InvalidParameter'],
    ['{"Version":"1","Statement":[]}', '400 InvalidParameter'],
    ['{"Version":"2","Statement":[{}]}', '400 InvalidParameter'],
    [policy('Allow', 'acs:ram::1:nobody', 'kms:*'), '400 InvalidParameter'],
    [policy('Allow', 'acs:ram::1:root', 'ecs:*'), '400 InvalidParameter'],
    [`${policy('Allow', 'acs:ram::1:root', 'kms:*')}${' '.repeat(32_768)}`, '400 InvalidParameter'],
  ])('refuses the policy %.40s', async (Policy, expected) => {
    const before = kms.store.state;
    expect(await refusalOf(kms, 'SetKeyPolicy', { KeyId, Policy })).toBe(expected);
    expect(kms.store.state).toBe(before);
  });

  test('is refused for another name, a key of no instance, an alias and a key to be deleted', async () => {
    const Policy = policy('Allow', 'acs:ram::1:root', 'kms:*');
    const refused = (query: Record<string, string>): Promise<string> =>
      refusalOf(kms, 'SetKeyPolicy', { KeyId, Policy, ...query });
    expect(await refused({ PolicyName: 'other' })).toBe('400 InvalidParameter');
    expect(await refused({ KeyId: await newKeyId(kms) })).toBe('400 UnsupportedOperation');
    expect(await refused({ KeyId: 'alias/rehearsal' })).toBe('400 Unsupported.Alias');
    await succeed(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: '7' });
    expect(await refused({})).toBe('409 Rejected.PendingDeletion');
  });
});

describe('GetKeyPolicy', () => {
  test('gives back what was set, word for word but for blanks', async () => {
    const Policy = policy('Allow', `acs:ram::${PARTNER}:role/auditor`, 'kms:Get*');
    await set(JSON.stringify(JSON.parse(Policy), undefined, 2));
    const answer = await succeed(kms, 'GetKeyPolicy', { KeyId, PolicyName: 'default' });
    expect(answer['Policy']).toBe(Policy);
  });

  test('gives a policy of which nothing changes when it is set', async () => {
    const { Policy = '' } = await succeed(
      kms,
      'GetKeyPolicy',
      { KeyId },
      { accessKey: users.reader },
    );
    expect(JSON.parse(Policy)).toMatchObject({
      Version: '1',
      Statement: [{ Sid: 'kms default key policy', Effect: 'Allow', Action: ['kms:*'] }],
    });
    await set(Policy);
    expect(await encryptAs(users.user)).toBe('403 Forbidden.NoPermission');
    expect(await refusalOf(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' })).toBe('200');
    expect((await succeed(kms, 'GetKeyPolicy', { KeyId }))['Policy']).toBe(Policy);
  });

  test('knows no other policy, and none of a key outside an instance', async () => {
    const refused = (query: Record<string, string>): Promise<string> =>
      refusalOf(kms, 'GetKeyPolicy', { KeyId, ...query });
    expect(await refused({ PolicyName: 'other' })).toBe('404 Forbidden.ResourceNotFound');
    expect(await refused({ KeyId: await newKeyId(kms) })).toBe('400 UnsupportedOperation');
    expect(await refused({ KeyId: 'none' })).toBe('404 Forbidden.KeyNotFound');
  });
});
