import { beforeEach, describe, expect, test } from 'vitest';
import { refusalOf, succeed } from '../../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

const NAME = { SecretName: 'db/password' };

let kms: TestGateway;
/** v1 has no label, v2 is ACSPrevious, v3 ACSCurrent, v4 `next`. */
beforeEach(async () => {
  kms = await startTestGateway();
  await succeed(kms, 'CreateSecret', { ...NAME, VersionId: 'v1', SecretData: 'value of v1' });
  for (const [version, stage] of [
    ['v2', 'ACSCurrent'],
    ['v3', 'ACSCurrent'],
    ['v4', 'next'],
  ] as const) {
    await succeed(kms, 'PutSecretValue', {
      ...NAME,
      VersionId: version,
      SecretData: `value of ${version}`,
      VersionStages: JSON.stringify([stage]),
    });
  }
});

interface Listed {
  readonly VersionId: string;
  readonly CreateTime: string;
  readonly VersionStages: { readonly VersionStage: readonly string[] };
}

async function listed(query: Record<string, string> = {}): Promise<Record<string, string[]>> {
  const { VersionIds } = await succeed(kms, 'ListSecretVersionIds', { ...NAME, ...query });
  const { VersionId } = VersionIds as unknown as { VersionId: Listed[] };
  return Object.fromEntries(
    VersionId.map((version) => [version.VersionId, [...version.VersionStages.VersionStage]]),
  );
}

const all = (): Promise<Record<string, string[]>> => listed({ IncludeDeprecated: 'true' });
const move = (query: Record<string, string>): Promise<string> =>
  refusalOf(kms, 'UpdateSecretVersionStage', { ...NAME, ...query });

describe('ListSecretVersionIds', () => {
  test('lists the versions that have a label, or all of them', async () => {
    expect(await listed()).toEqual({ v2: ['ACSPrevious'], v3: ['ACSCurrent'], v4: ['next'] });
    expect(Object.keys(await all())).toEqual(['v1', 'v2', 'v3', 'v4']);
    expect((await all())['v1']).toEqual([]);
  });

  test('gives no value away, and pages of 20 by default', async () => {
    const { body } = await kms.call('ListSecretVersionIds', NAME);
    expect(body).toMatchObject({ ...NAME, TotalCount: 3, PageNumber: 1, PageSize: 20 });
    expect(JSON.stringify(body)).not.toContain('value of');
    expect(Object.keys(await listed({ PageSize: '2', PageNumber: '2' }))).toEqual(['v4']);
  });

  test('refuses what is malformed or not there', async () => {
    const refused = (query: Record<string, string>): Promise<string> =>
      refusalOf(kms, 'ListSecretVersionIds', { ...NAME, ...query });
    expect(await refused({ SecretName: '' })).toBe('400 MissingParameter');
    expect(await refused({ IncludeDeprecated: 'yes' })).toBe('400 InvalidParameter');
    expect(await refused({ PageSize: '0' })).toBe('400 InvalidParameter');
    expect(await refused({ SecretName: 'none' })).toBe('404 Forbidden.ResourceNotFound');
  });
});

describe('UpdateSecretVersionStage', () => {
  test('makes another version the current one; the one before becomes ACSPrevious', async () => {
    expect(await move({ VersionStage: 'ACSCurrent', MoveToVersion: 'v1' })).toBe('200');
    expect(await all()).toEqual({ v1: ['ACSCurrent'], v2: [], v3: ['ACSPrevious'], v4: ['next'] });
    expect(await succeed(kms, 'GetSecretValue', NAME)).toMatchObject({ SecretData: 'value of v1' });
    // Back again: the two change places.
    const back = { VersionStage: 'ACSCurrent', MoveToVersion: 'v3', RemoveFromVersion: 'v1' };
    expect(await move(back)).toBe('200');
    expect(await all()).toEqual({ v1: ['ACSPrevious'], v2: [], v3: ['ACSCurrent'], v4: ['next'] });
  });

  test('adds, moves and removes labels of the caller', async () => {
    expect(await move({ VersionStage: 'old', MoveToVersion: 'v1' })).toBe('200');
    expect(await move({ VersionStage: 'next', MoveToVersion: 'v1' })).toBe('200');
    expect(await all()).toMatchObject({ v1: ['old', 'next'], v4: [] });
    expect(await move({ VersionStage: 'old', RemoveFromVersion: 'v1' })).toBe('200');
    const both = { VersionStage: 'next', RemoveFromVersion: 'v1', MoveToVersion: 'v3' };
    expect(await move(both)).toBe('200');
    expect(await all()).toEqual({
      v1: [],
      v2: ['ACSPrevious'],
      v3: ['ACSCurrent', 'next'],
      v4: [],
    });
    const again = kms.store.state;
    expect(await move({ VersionStage: 'next', MoveToVersion: 'v3' })).toBe('200');
    expect(kms.store.state).toBe(again);
  });

  test.each([
    [{}, '400 MissingParameter'],
    [{ VersionStage: 'next' }, '400 MissingParameter'],
    [{ VersionStage: 'ACSCurrent', RemoveFromVersion: 'v3' }, '400 MissingParameter'],
    [{ VersionStage: 'ACSPrevious', RemoveFromVersion: 'v2' }, '400 MissingParameter'],
    [{ VersionStage: 'a b', MoveToVersion: 'v1' }, '400 InvalidParameter'],
    [{ VersionStage: 'next', MoveToVersion: '' }, '400 InvalidParameter'],
    [
      { VersionStage: 'next', MoveToVersion: 'v4', RemoveFromVersion: 'v4' },
      '400 InvalidParameter',
    ],
    [{ VersionStage: 'next', RemoveFromVersion: 'v1' }, '400 InvalidParameter'],
    [{ VersionStage: 'ACSPrevious', MoveToVersion: 'v3' }, '400 InvalidParameter'],
    [{ VersionStage: 'next', MoveToVersion: 'v9' }, '404 Forbidden.ResourceNotFound'],
    [{ VersionStage: 'next', RemoveFromVersion: 'v9' }, '404 Forbidden.ResourceNotFound'],
    [
      { SecretName: 'none', VersionStage: 'next', MoveToVersion: 'v1' },
      '404 Forbidden.ResourceNotFound',
    ],
  ])('refuses %j', async (query, expected) => {
    const before = kms.store.state;
    expect(await move(query)).toBe(expected);
    expect(kms.store.state).toBe(before);
  });

  test('gives a secret at most eight labels', async () => {
    for (let label = 0; label < 5; label += 1) {
      expect(await move({ VersionStage: `label${label}`, MoveToVersion: 'v1' })).toBe('200');
    }
    expect(await move({ VersionStage: 'ninth', MoveToVersion: 'v1' })).toBe(
      '400 Rejected.LimitExceeded',
    );
  });
});
