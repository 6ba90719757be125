import { beforeEach, describe, expect, test } from 'vitest';
import { newKeyId, newRsaKey, refusalOf, succeed } from '../../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

const START = Date.parse('2026-11-24T12:00:00Z');
const DAY_MS = 86_400_000;
const INSTANCE = { DKMSInstanceId: 'kst-1' };

let time: number;
let kms: TestGateway;
beforeEach(async () => {
  time = START;
  kms = await startTestGateway(undefined, undefined, () => new Date(time));
});

async function describeKey(KeyId: string): Promise<Record<string, string>> {
  const { KeyMetadata } = await succeed(kms, 'DescribeKey', { KeyId });
  return KeyMetadata as unknown as Record<string, string>;
}

async function pendingKeyId(): Promise<string> {
  const KeyId = await newKeyId(kms);
  await succeed(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: '7' });
  return KeyId;
}

describe('UpdateKeyDescription', () => {
  test('replaces the description, and removes it', async () => {
    const KeyId = await newKeyId(kms, { Description: 'first' });
    for (const Description of ['second', '密钥', 'x'.repeat(8192), '']) {
      await succeed(kms, 'UpdateKeyDescription', { KeyId, Description });
      expect((await describeKey(KeyId))['Description']).toBe(Description);
    }
  });

  test('needs a description of at most 8,192 characters and no alias', async () => {
    const KeyId = await newKeyId(kms);
    const refused = (query: Record<string, string>): Promise<string> =>
      refusalOf(kms, 'UpdateKeyDescription', query);
    expect(await refused({ KeyId })).toBe('400 MissingParameter');
    expect(await refused({ Description: 'x' })).toBe('400 MissingParameter');
    expect(await refused({ KeyId, Description: 'x'.repeat(8193) })).toBe('400 InvalidParameter');
    const alias = { KeyId: 'alias/rehearsal', Description: 'x' };
    expect(await refused(alias)).toBe('400 Unsupported.Alias');
    const none = { KeyId: KeyId.replace(/^./, 'z'), Description: 'x' };
    expect(await refused(none)).toBe('404 Forbidden.KeyNotFound');
  });

  test('is possible in every state but PendingDeletion (help 44211)', async () => {
    const disabled = await newKeyId(kms);
    await succeed(kms, 'DisableKey', { KeyId: disabled });
    const waiting = await newKeyId(kms, { Origin: 'EXTERNAL' });
    for (const KeyId of [disabled, waiting]) {
      await succeed(kms, 'UpdateKeyDescription', { KeyId, Description: 'x' });
    }
    const pending = { KeyId: await pendingKeyId(), Description: 'x' };
    expect(await refusalOf(kms, 'UpdateKeyDescription', pending)).toBe(
      '409 Rejected.PendingDeletion',
    );
  });
});

describe('SetDeletionProtection', () => {
  const on = { EnableDeletionProtection: 'true' };
  const window = { PendingWindowInDays: '7' };

  test('keeps a key from ScheduleKeyDeletion until it is turned off', async () => {
    const KeyId = await newKeyId(kms);
    const { Arn = '' } = await describeKey(KeyId);
    expect(await describeKey(KeyId)).toMatchObject({ DeletionProtection: 'Disabled' });
    await succeed(kms, 'SetDeletionProtection', {
      ProtectedResourceArn: Arn,
      ...on,
      DeletionProtectionDescription: 'the backups depend on it',
    });
    expect(await describeKey(KeyId)).toMatchObject({
      DeletionProtection: 'Enabled',
      DeletionProtectionDescription: 'the backups depend on it',
      KeyState: 'Enabled',
    });
    expect(await refusalOf(kms, 'ScheduleKeyDeletion', { KeyId, ...window })).toBe(
      '409 Rejected.StateModifiedFailed',
    );
    // It is still a key like any other.
    await succeed(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' });
    await succeed(kms, 'DisableKey', { KeyId });

    await succeed(kms, 'SetDeletionProtection', { KeyId, EnableDeletionProtection: 'false' });
    const described = await describeKey(KeyId);
    expect(described['DeletionProtection']).toBe('Disabled');
    expect(described).not.toHaveProperty('DeletionProtectionDescription');
    await succeed(kms, 'ScheduleKeyDeletion', { KeyId, ...window });
  });

  test('names the key by its ARN, by its id, or by both if they agree', async () => {
    const KeyId = await newKeyId(kms);
    const { Arn = '' } = await describeKey(KeyId);
    const { Arn: other = '' } = await describeKey(await newKeyId(kms));
    const set = (query: Record<string, string>): Promise<string> =>
      refusalOf(kms, 'SetDeletionProtection', { ...on, ...query });
    expect(await set({ KeyId, ProtectedResourceArn: Arn })).toBe('200');
    expect(await set({ KeyId: Arn })).toBe('200');
    expect(await set({ KeyId, ProtectedResourceArn: other })).toBe('400 InvalidParameter');
    expect(await set({ ProtectedResourceArn: KeyId })).toBe('400 InvalidParameter');
    expect(await set({})).toBe('400 MissingParameter');
    expect(await set({ KeyId: 'alias/rehearsal' })).toBe('400 Unsupported.Alias');
    expect(await set({ ProtectedResourceArn: `${Arn}0` })).toBe('404 Forbidden.KeyNotFound');
    expect(await set({ KmsInstanceId: 'kst-1' })).toBe('400 UnsupportedOperation');
  });

  test('needs to be told on or off, and a key that is not about to be deleted', async () => {
    const KeyId = await newKeyId(kms);
    const set = (query: Record<string, string>): Promise<string> =>
      refusalOf(kms, 'SetDeletionProtection', query);
    expect(await set({ KeyId })).toBe('400 MissingParameter');
    expect(await set({ KeyId, EnableDeletionProtection: 'on' })).toBe('400 InvalidParameter');
    expect(await set({ KeyId: await pendingKeyId(), ...on })).toBe('409 Rejected.PendingDeletion');
  });
});

describe('UpdateRotationPolicy', () => {
  const weekly = { EnableAutomaticRotation: 'true', RotationInterval: '7d' };

  test('turns rotation on, from the last rotation on, and off again', async () => {
    const KeyId = await newKeyId(kms, INSTANCE);
    time += 2 * DAY_MS;
    await succeed(kms, 'UpdateRotationPolicy', { KeyId, ...weekly });
    expect(await describeKey(KeyId)).toMatchObject({
      AutomaticRotation: 'Enabled',
      RotationInterval: '604800s',
      NextRotationDate: '2026-12-01T12:00:00Z',
    });
    const { KeyVersionId: first } = await succeed(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' });
    time = START + 7 * DAY_MS;
    const { KeyVersionId: second } = await succeed(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' });
    expect(second).not.toBe(first);

    await succeed(kms, 'UpdateRotationPolicy', { KeyId, EnableAutomaticRotation: 'false' });
    const described = await describeKey(KeyId);
    expect(described['AutomaticRotation']).toBe('Disabled');
    expect(described).not.toHaveProperty('NextRotationDate');
    expect(described).not.toHaveProperty('RotationInterval');
    time += 400 * DAY_MS;
    const { KeyVersionId: third } = await succeed(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' });
    expect(third).toBe(second);
  });

  test('rotates at the next call where the last rotation is longer ago than the interval', async () => {
    const KeyId = await newKeyId(kms, INSTANCE);
    const { PrimaryKeyVersion: first } = await describeKey(KeyId);
    time += 30 * DAY_MS;
    await succeed(kms, 'UpdateRotationPolicy', { KeyId, ...weekly });
    const described = await describeKey(KeyId);
    expect(described['PrimaryKeyVersion']).not.toBe(first);
    expect(described['LastRotationDate']).toBe('2026-12-24T12:00:00Z');
    expect(described['NextRotationDate']).toBe('2026-12-31T12:00:00Z');
  });

  test.each([
    [{}, '365d', '200'],
    [{}, '7d', '400 InvalidParameter'],
    [INSTANCE, '604800s', '200'],
    [INSTANCE, '168h', '200'],
    [INSTANCE, '365d', '200'],
    [INSTANCE, '6d', '400 InvalidParameter'],
    [INSTANCE, '366d', '400 InvalidParameter'],
    [INSTANCE, '7', '400 InvalidParameter'],
    [INSTANCE, '', '400 MissingParameter'],
  ])('of a key of %j every %s: %s', async (key, RotationInterval, expected) => {
    const query = { KeyId: await newKeyId(kms, key), EnableAutomaticRotation: 'true' };
    expect(await refusalOf(kms, 'UpdateRotationPolicy', { ...query, RotationInterval })).toBe(
      expected,
    );
  });

  test('is refused for keys that cannot rotate, and for keys that are not enabled', async () => {
    const set = (KeyId: string): Promise<string> =>
      refusalOf(kms, 'UpdateRotationPolicy', {
        KeyId,
        EnableAutomaticRotation: 'true',
        RotationInterval: '365d',
      });
    const hardware = await newKeyId(kms, { ...INSTANCE, ProtectionLevel: 'HSM' });
    const external = await newKeyId(kms, { Origin: 'EXTERNAL' });
    const { KeyId: rsa } = await newRsaKey(kms);
    for (const KeyId of [hardware, external, rsa]) {
      expect(await set(KeyId)).toBe('400 UnsupportedOperation');
    }
    const disabled = await newKeyId(kms);
    await succeed(kms, 'DisableKey', { KeyId: disabled });
    expect(await set(disabled)).toBe('409 Rejected.Disabled');
    expect(await set(await pendingKeyId())).toBe('409 Rejected.PendingDeletion');
    expect(await set('alias/rehearsal')).toBe('400 Unsupported.Alias');
    expect(await refusalOf(kms, 'UpdateRotationPolicy', { KeyId: rsa })).toBe(
      '400 MissingParameter',
    );
  });

  test('changes a key of a hardware instance that was made to rotate', async () => {
    const KeyId = await newKeyId(kms, {
      ...INSTANCE,
      ...weekly,
      ProtectionLevel: 'HSM',
      KeyStorageMechanism: 'HsmEncryptedDatabase',
    });
    await succeed(kms, 'UpdateRotationPolicy', { KeyId, ...weekly, RotationInterval: '30d' });
    expect((await describeKey(KeyId))['RotationInterval']).toBe('2592000s');
  });
});
