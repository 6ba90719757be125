import { beforeEach, describe, expect, test } from 'vitest';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

const START = Date.parse('2026-11-24T12:00:00.500Z');
const DAY_MS = 86_400_000;
const INSTANCE = { DKMSInstanceId: 'kst-1' };
const WEEKLY = { ...INSTANCE, EnableAutomaticRotation: 'true', RotationInterval: '7d' };

let time: number;
let kms: TestGateway;
beforeEach(async () => {
  time = START;
  kms = await startTestGateway(undefined, undefined, () => new Date(time));
});

async function call(
  action: string,
  query: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const { status, body } = await kms.call(action, query);
  return status === 200 ? body : { refused: `${status} ${String(body['Code'])}` };
}

async function create(query: Record<string, string>): Promise<string> {
  const { KeyMetadata } = await call('CreateKey', query);
  return (KeyMetadata as { KeyId: string }).KeyId;
}

async function describeKey(KeyId: string): Promise<Record<string, string>> {
  return (await call('DescribeKey', { KeyId }))['KeyMetadata'] as Record<string, string>;
}

async function versionsOf(KeyId: string): Promise<string[]> {
  const { KeyVersions } = await call('ListKeyVersions', { KeyId, PageSize: '100' });
  const { KeyVersion } = KeyVersions as { KeyVersion: { KeyVersionId: string }[] };
  return KeyVersion.map((version) => version.KeyVersionId);
}

describe('automatic rotation', () => {
  test('makes a new primary version at its time, and what older ones encrypted comes back', async () => {
    const KeyId = await create(WEEKLY);
    const blobs: string[] = [];
    for (let week = 0; week < 4; week += 1) {
      time = START + 7 * week * DAY_MS;
      const versions = await versionsOf(KeyId);
      expect(versions).toHaveLength(week + 1);
      const { CiphertextBlob, KeyVersionId } = await call('Encrypt', { KeyId, Plaintext: 'QQ==' });
      expect(KeyVersionId).toBe(versions.at(-1));
      blobs.push(String(CiphertextBlob));
      time += 7 * DAY_MS - 1;
      expect(await versionsOf(KeyId)).toEqual(versions);
      expect(await describeKey(KeyId)).toMatchObject({
        PrimaryKeyVersion: versions.at(-1),
        LastRotationDate: iso(START + 7 * week * DAY_MS),
        NextRotationDate: iso(START + 7 * (week + 1) * DAY_MS),
      });
    }
    const versions = await versionsOf(KeyId);
    for (const [week, CiphertextBlob] of blobs.entries()) {
      const opened = await call('Decrypt', { CiphertextBlob });
      expect(opened).toMatchObject({ KeyId, KeyVersionId: versions[week], Plaintext: 'QQ==' });
    }
  });

  test('makes one version however long nobody asked', async () => {
    const KeyId = await create(WEEKLY);
    time += 100 * DAY_MS;
    expect(await versionsOf(KeyId)).toHaveLength(2);
    expect(await describeKey(KeyId)).toMatchObject({
      LastRotationDate: iso(time),
      NextRotationDate: iso(time + 7 * DAY_MS),
    });
  });

  test('is suspended while the key is not enabled, and made up for after that', async () => {
    const KeyId = await create(WEEKLY);
    await call('DisableKey', { KeyId });
    time += 8 * DAY_MS;
    expect(await describeKey(KeyId)).toMatchObject({
      AutomaticRotation: 'Suspended',
      RotationInterval: '604800s',
      NextRotationDate: iso(START + 7 * DAY_MS),
    });
    expect(await versionsOf(KeyId)).toHaveLength(1);
    await call('EnableKey', { KeyId });
    expect(await versionsOf(KeyId)).toHaveLength(2);
    expect(await describeKey(KeyId)).toMatchObject({ AutomaticRotation: 'Enabled' });
  });

  test('of a key without instance is yearly', async () => {
    const KeyId = await create({ EnableAutomaticRotation: 'true', RotationInterval: '365d' });
    time += 365 * DAY_MS - 1;
    expect(await versionsOf(KeyId)).toHaveLength(1);
    time += 1;
    expect(await versionsOf(KeyId)).toHaveLength(2);
  });
});

describe('CreateKeyVersion', () => {
  test('makes a new primary version of a symmetric key of an instance, at once', async () => {
    const KeyId = await create(INSTANCE);
    await call('CreateAlias', { KeyId, AliasName: 'alias/rotated' });
    const before = await call('Encrypt', { KeyId, Plaintext: 'QQ==' });
    const { KeyVersion } = await call('CreateKeyVersion', { KeyId: 'alias/rotated' });
    const { KeyVersionId } = KeyVersion as { KeyVersionId: string };
    expect(KeyVersion).toEqual({ KeyId, KeyVersionId, CreationDate: iso(START) });
    expect(await describeKey(KeyId)).toMatchObject({ PrimaryKeyVersion: KeyVersionId });
    expect(await call('Encrypt', { KeyId, Plaintext: 'QQ==' })).toMatchObject({ KeyVersionId });
    const opened = await call('Decrypt', { CiphertextBlob: String(before['CiphertextBlob']) });
    expect(opened).toMatchObject({ KeyVersionId: before['KeyVersionId'], Plaintext: 'QQ==' });
  });

  test('is a rotation: the next automatic one counts from it', async () => {
    const KeyId = await create(WEEKLY);
    time += 3 * DAY_MS;
    await call('CreateKeyVersion', { KeyId });
    expect(await describeKey(KeyId)).toMatchObject({
      LastRotationDate: iso(START + 3 * DAY_MS),
      NextRotationDate: iso(START + 10 * DAY_MS),
    });
    time = START + 10 * DAY_MS - 1;
    expect(await versionsOf(KeyId)).toHaveLength(2);
    time += 1;
    expect(await versionsOf(KeyId)).toHaveLength(3);
  });

  test('makes one of an asymmetric key after seven days at the earliest', async () => {
    const KeyId = await create({ KeySpec: 'EC_P256' });
    const limit = { refused: '400 Rejected.LimitExceeded' };
    time += 7 * DAY_MS - 1;
    expect(await call('CreateKeyVersion', { KeyId })).toEqual(limit);
    time += 1;
    const { KeyVersion } = await call('CreateKeyVersion', { KeyId });
    const { KeyVersionId } = KeyVersion as { KeyVersionId: string };
    expect(await call('CreateKeyVersion', { KeyId })).toEqual(limit);
    const versions = await versionsOf(KeyId);
    expect(versions).toHaveLength(2);
    expect(versions[1]).toBe(KeyVersionId);
    const keys = await Promise.all(
      versions.map((id) => call('GetPublicKey', { KeyId, KeyVersionId: id })),
    );
    expect(new Set(keys.map((key) => key['PublicKey'])).size).toBe(2);
    expect(await describeKey(KeyId)).toMatchObject({ LastRotationDate: iso(time) });
  });

  test('stops at fifty versions', async () => {
    const KeyId = await create(INSTANCE);
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => call('CreateKeyVersion', { KeyId })),
    );
    expect(answers.filter((answer) => 'KeyVersion' in answer)).toHaveLength(49);
    expect(answers.filter((answer) => 'refused' in answer)).toEqual(
      Array.from({ length: 11 }, () => ({ refused: '400 Rejected.LimitExceeded' })),
    );
    expect(await versionsOf(KeyId)).toHaveLength(50);
  });

  test.each([
    {},
    { Origin: 'EXTERNAL' },
    { ...INSTANCE, KeySpec: 'EC_P256' },
    { ...INSTANCE, ProtectionLevel: 'HSM' },
  ])('is not for a key made with %j', async (query) => {
    const KeyId = await create(query);
    time += 8 * DAY_MS;
    const answer = await call('CreateKeyVersion', { KeyId });
    expect(answer).toEqual({ refused: '400 Rejected.UnsupportedOperation' });
  });

  test('needs a key that is there', async () => {
    expect(await call('CreateKeyVersion')).toEqual({ refused: '400 MissingParameter' });
    const answer = await call('CreateKeyVersion', { KeyId: 'none' });
    expect(answer).toEqual({ refused: '404 Forbidden.KeyNotFound' });
  });
});

test('a key vanishes when its time has come, with its aliases and what it encrypted', async () => {
  const KeyId = await create({});
  await call('CreateAlias', { KeyId, AliasName: 'alias/going' });
  const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: 'QQ==' });
  await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: '7' });
  time += 7 * DAY_MS - 1;
  const DeleteDate = iso(START + 7 * DAY_MS);
  expect(await describeKey('alias/going')).toMatchObject({
    KeyState: 'PendingDeletion',
    DeleteDate,
  });
  time += 1;
  expect(await call('DescribeKey', { KeyId })).toEqual({ refused: '404 Forbidden.KeyNotFound' });
  const byAlias = await call('DescribeKey', { KeyId: 'alias/going' });
  expect(byAlias).toEqual({ refused: '404 Forbidden.AliasNotFound' });
  const opened = await call('Decrypt', { CiphertextBlob: String(CiphertextBlob) });
  expect(opened).toEqual({ refused: '400 InvalidParameter' });
  expect(await call('ListKeys')).toMatchObject({ TotalCount: 1 });
  expect(await call('ListAliases')).toMatchObject({ TotalCount: 1 });
});

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
