import { beforeEach, describe, expect, test } from 'vitest';
import { refusalOf, succeed } from '../../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

const START = Date.parse('2026-11-24T12:00:00Z');
const DAY_MS = 86_400_000;
const NAME = { SecretName: 'db/password' };
const VALUE = { VersionId: 'v1', SecretData: 'one' };

let time: number;
let kms: TestGateway;
beforeEach(async () => {
  time = START;
  kms = await startTestGateway(undefined, undefined, () => new Date(time));
  await succeed(kms, 'CreateSecret', { ...NAME, ...VALUE });
});

describe('DeleteSecret and RestoreSecret', () => {
  test('refuse a deleted secret everywhere until it is restored', async () => {
    const { RequestId: _, ...answer } = await succeed(kms, 'DeleteSecret', NAME);
    const planned = { PlannedDeleteTime: '2026-12-24T12:00:00Z' };
    expect(answer).toEqual({ ...NAME, ...planned });

    for (const [action, query] of [
      ['GetSecretValue', NAME],
      ['PutSecretValue', { ...NAME, ...VALUE, VersionId: 'v2' }],
      ['ListSecretVersionIds', NAME],
      ['UpdateSecret', { ...NAME, Description: 'x' }],
      ['UpdateSecretVersionStage', { ...NAME, VersionStage: 'x', MoveToVersion: 'v1' }],
      ['DeleteSecret', NAME],
    ] as const) {
      const refused = await refusalOf(kms, action, query);
      expect([action, refused]).toEqual([action, '404 Forbidden.ResourceNotFound']);
    }
    expect(await refusalOf(kms, 'CreateSecret', { ...NAME, ...VALUE })).toBe(
      '409 Rejected.ResourceExist',
    );
    // It is still shown, with the time when it goes.
    expect(await succeed(kms, 'DescribeSecret', NAME)).toMatchObject(planned);
    const { SecretList } = await succeed(kms, 'ListSecrets');
    expect(SecretList).toMatchObject({ Secret: [{ ...NAME, ...planned }] });

    time += 30 * DAY_MS - 1000;
    expect(await succeed(kms, 'RestoreSecret', NAME)).toMatchObject(NAME);
    expect(await succeed(kms, 'GetSecretValue', NAME)).toMatchObject({ SecretData: 'one' });
    expect(await succeed(kms, 'DescribeSecret', NAME)).not.toHaveProperty('PlannedDeleteTime');
    time += 60 * DAY_MS;
    expect(await refusalOf(kms, 'GetSecretValue', NAME)).toBe('200');
  });

  test('delete it for good after the window, and its name is free', async () => {
    await succeed(kms, 'DeleteSecret', { ...NAME, RecoveryWindowInDays: '7' });
    time += 7 * DAY_MS;
    for (const action of ['RestoreSecret', 'DescribeSecret', 'GetSecretValue', 'DeleteSecret']) {
      expect(await refusalOf(kms, action, NAME)).toBe('404 Forbidden.ResourceNotFound');
    }
    expect(kms.store.state.secrets.size).toBe(0);
    await succeed(kms, 'CreateSecret', { ...NAME, ...VALUE, SecretData: 'two' });
    expect(await succeed(kms, 'GetSecretValue', NAME)).toMatchObject({ SecretData: 'two' });
  });

  test('delete it at once if forced to, even within its window', async () => {
    const forced = { ...NAME, ForceDeleteWithoutRecovery: 'true' };
    expect(await succeed(kms, 'DeleteSecret', forced)).toMatchObject({
      PlannedDeleteTime: '2026-11-24T12:00:00Z',
    });
    expect(await refusalOf(kms, 'RestoreSecret', NAME)).toBe('404 Forbidden.ResourceNotFound');
    await succeed(kms, 'CreateSecret', { ...NAME, ...VALUE });
    await succeed(kms, 'DeleteSecret', { ...NAME, ForceDeleteWithoutRecovery: 'false' });
    await succeed(kms, 'DeleteSecret', forced);
    expect(kms.store.state.secrets.size).toBe(0);
  });

  test('restore nothing that was not deleted', async () => {
    expect(await refusalOf(kms, 'RestoreSecret', NAME)).toBe('409 Rejected.ResourceInUse');
    expect(await refusalOf(kms, 'RestoreSecret')).toBe('400 MissingParameter');
  });

  test.each([
    { RecoveryWindowInDays: '6' },
    { RecoveryWindowInDays: '31' },
    { RecoveryWindowInDays: '' },
    { ForceDeleteWithoutRecovery: 'yes' },
  ])('refuse %j', async (query) => {
    expect(await refusalOf(kms, 'DeleteSecret', { ...NAME, ...query })).toBe(
      '400 InvalidParameter',
    );
    expect(await refusalOf(kms, 'GetSecretValue', NAME)).toBe('200');
  });
});

describe('UpdateSecret', () => {
  test('replaces the description; without one nothing changes', async () => {
    time += DAY_MS;
    await succeed(kms, 'UpdateSecret', { ...NAME, Description: 'of the database' });
    const described = await succeed(kms, 'DescribeSecret', NAME);
    expect(described).toMatchObject({
      Description: 'of the database',
      CreateTime: '2026-11-24T12:00:00Z',
      UpdateTime: '2026-11-25T12:00:00Z',
    });
    time += DAY_MS;
    const before = kms.store.state;
    expect(await succeed(kms, 'UpdateSecret', NAME)).toMatchObject(NAME);
    expect(kms.store.state).toBe(before);
    await succeed(kms, 'UpdateSecret', { ...NAME, Description: '' });
    expect(await succeed(kms, 'DescribeSecret', NAME)).toMatchObject({ Description: '' });
  });

  test('refuses what a generic secret does not have', async () => {
    const refused = (query: Record<string, string>): Promise<string> =>
      refusalOf(kms, 'UpdateSecret', { ...NAME, ...query });
    expect(await refused({ 'ExtendedConfig.CustomData': '{}' })).toBe('400 UnsupportedOperation');
    expect(await refused({ ExtendedConfig: '{}' })).toBe('400 UnsupportedOperation');
    expect(await refused({ Description: 'x'.repeat(257) })).toBe('400 InvalidParameter');
    expect(await refused({ SecretName: 'none' })).toBe('404 Forbidden.ResourceNotFound');
  });
});
