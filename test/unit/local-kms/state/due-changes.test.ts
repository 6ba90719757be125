import { describe, expect, test } from 'vitest';
import type { StateStorage } from '../../../../src/local-kms/state/storage/state-storage.ts';
import type { KmsState } from '../../../../src/local-kms/state/state.ts';
import { keyMaterial, newKeyId, refusalOf, succeed } from '../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { answerOf, startTestGateway } from '../../../support/local-kms/test-kms.ts';

const DAY_MS = 86_400_000;
const FULL = Object.assign(new Error('no space left on a path that is nobody’s business'), {
  code: 'ENOSPC',
});

interface Disk {
  readonly kms: TestGateway;
  /** Whether nothing can be saved. */
  full: boolean;
  /** How often it was tried to save. */
  tries: number;
  saved: KmsState | undefined;
  time: number;
}

async function start(): Promise<Disk> {
  const disk = { full: false, tries: 0, time: Date.parse('2026-01-01T00:00:00Z') } as Disk;
  const storage: StateStorage = {
    load: () => Promise.resolve(undefined),
    save: (state) => {
      disk.tries += 1;
      if (disk.full) return Promise.reject(FULL);
      disk.saved = state;
      return Promise.resolve();
    },
    close: () => undefined,
  };
  const kms = await startTestGateway(undefined, undefined, () => new Date(disk.time), storage);
  return Object.assign(disk, { kms });
}

/** Makes a key that is to be deleted in seven days, with an alias. */
async function doomedKey(kms: TestGateway): Promise<string> {
  const KeyId = await newKeyId(kms);
  await succeed(kms, 'CreateAlias', { KeyId, AliasName: 'alias/doomed' });
  await succeed(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: '7' });
  return KeyId;
}

describe('where what is due cannot be saved', () => {
  test('calls go on, and the log says so without the message of the error', async () => {
    const disk = await start();
    const { kms } = disk;
    await doomedKey(kms);
    disk.time += 8 * DAY_MS;
    disk.full = true;
    expect(await refusalOf(kms, 'GenerateDataKey', { KeyId: 'alias/rehearsal' })).toBe('200');
    expect(await refusalOf(kms, 'CreateKey')).toBe('500 InternalFailure');
    expect(kms.log).toContain('2026-01-09T00:00:00.000Z - - - - unsaved Error(ENOSPC)');
    expect(kms.log.join('')).not.toContain('business');
  });

  test('a key whose deletion is due is gone all the same, and stays gone', async () => {
    const disk = await start();
    const { kms } = disk;
    const KeyId = await doomedKey(kms);
    const blob = await succeed(kms, 'GenerateDataKey', { KeyId: 'alias/rehearsal' });
    disk.time += 8 * DAY_MS;
    disk.full = true;
    for (let count = 0; count < 2; count += 1) {
      expect(await refusalOf(kms, 'DescribeKey', { KeyId })).toBe('404 Forbidden.KeyNotFound');
      expect(await refusalOf(kms, 'CancelKeyDeletion', { KeyId })).toBe(
        '404 Forbidden.KeyNotFound',
      );
      expect(await refusalOf(kms, 'DescribeKey', { KeyId: 'alias/doomed' })).toBe(
        '404 Forbidden.AliasNotFound',
      );
    }
    expect((await succeed(kms, 'ListKeys'))['TotalCount']).toBe(1);
    const { CiphertextBlob = '' } = blob;
    expect(await refusalOf(kms, 'Decrypt', { CiphertextBlob })).toBe('200');
    expect(disk.saved?.keys.has(KeyId)).toBe(true);
    disk.full = false;
    disk.time += 1_000;
    await succeed(kms, 'ListKeys');
    expect(disk.saved?.keys.has(KeyId)).toBe(false);
    expect(kms.log.filter((line) => line.includes(' deleted '))).toEqual([
      `2026-01-09T00:00:00.000Z - - - - deleted ${KeyId}`,
    ]);
  });

  test('material that has expired is gone all the same', async () => {
    const disk = await start();
    const { kms } = disk;
    const material = await keyMaterial(kms);
    const { KeyId = '' } = material;
    const KeyMaterialExpireUnix = String(disk.time / 1000 + 60);
    await succeed(kms, 'ImportKeyMaterial', { ...material, KeyMaterialExpireUnix });
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId });
    disk.time += DAY_MS;
    disk.full = true;
    expect(await refusalOf(kms, 'GenerateDataKey', { KeyId })).toBe('409 Rejected.PendingImport');
    expect(await refusalOf(kms, 'Decrypt', { CiphertextBlob })).toBe('409 Rejected.PendingImport');
    expect(kms.log).toContain(`2026-01-02T00:00:00.000Z - - - - material-deleted ${KeyId}`);
  });

  test('a key whose rotation is due encrypts under its old version', async () => {
    const disk = await start();
    const { kms } = disk;
    const rotation = { EnableAutomaticRotation: 'true', RotationInterval: '365d' };
    const KeyId = await newKeyId(kms, rotation);
    const before = await succeed(kms, 'GenerateDataKey', { KeyId });
    disk.time += 366 * DAY_MS;
    disk.full = true;
    const during = await succeed(kms, 'GenerateDataKey', { KeyId });
    expect(during['KeyVersionId']).toBe(before['KeyVersionId']);
    disk.full = false;
    disk.time += 1_000;
    const after = await succeed(kms, 'GenerateDataKey', { KeyId });
    expect(after['KeyVersionId']).not.toBe(before['KeyVersionId']);
  });

  test('it is tried again after one second, then after twice as long, up to a minute', async () => {
    const disk = await start();
    const { kms } = disk;
    await doomedKey(kms);
    disk.time += 8 * DAY_MS;
    disk.full = true;
    const begin = disk.time;
    const triedAt: number[] = [];
    for (; disk.time < begin + 250_000; disk.time += 500) {
      const { tries } = disk;
      await succeed(kms, 'DescribeRegions');
      if (disk.tries > tries) triedAt.push((disk.time - begin) / 1000);
    }
    expect(triedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  test('calls that come together try it once', async () => {
    const disk = await start();
    const { kms } = disk;
    await doomedKey(kms);
    disk.time += 8 * DAY_MS;
    disk.full = true;
    const { tries } = disk;
    const calls = Array.from({ length: 20 }, () => refusalOf(kms, 'DescribeRegions'));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['200']));
    expect(disk.tries - tries).toBe(1);
  });
});

test('a stranger makes nobody save', async () => {
  const disk = await start();
  const { kms } = disk;
  const KeyId = await doomedKey(kms);
  disk.time += 8 * DAY_MS;
  const { tries } = disk;
  const raw = { method: 'GET', target: '/', rawHeaders: ['host', 'a'], body: Buffer.alloc(0) };
  expect(answerOf(await kms.gateway.reply(raw)).httpStatus).toBe(400);
  expect(disk.tries).toBe(tries);
  await succeed(kms, 'DescribeRegions');
  expect(disk.tries).toBe(tries + 1);
  expect(disk.saved?.keys.has(KeyId)).toBe(false);
});
