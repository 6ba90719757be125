import { beforeEach, describe, expect, test } from 'vitest';
import { newKeyId, refusalOf, succeed } from '../../../../support/local-kms/calls.ts';
import type { AccessKey } from '../../../../../src/local-kms/state/state.ts';
import type { Statement } from '../../../../support/local-kms/ram-user.ts';
import { ramUser, withAccessKeys } from '../../../../support/local-kms/ram-user.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

type Fields = Record<string, string>;

const SECRET = { SecretName: 'db/password', VersionId: 'v1', SecretData: 'x' };
const KEYS = { RegionId: 'cn-local', ResourceType: 'key' };
const SECRETS = { RegionId: 'cn-local', ResourceType: 'secret' };

let kms: TestGateway;
let KeyId: string;
let apollo: AccessKey;
beforeEach(async () => {
  kms = await startTestGateway((state) => {
    const statement = {
      Effect: 'Allow',
      Action: ['kms:*'],
      Resource: ['*'],
      Condition: { StringEquals: { 'kms:tag/Project': 'Apollo' } },
    } as const satisfies Statement & { Condition: object };
    apollo = ramUser(state, 'Apollo', [statement]);
    return withAccessKeys(state, apollo);
  });
  KeyId = await newKeyId(kms);
});

const tags = (count: number, from = 0): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, index) => ({ TagKey: `k${from + index}`, TagValue: 'v' })),
  );

async function tagsOf(keyId = KeyId): Promise<Fields> {
  const { Tags } = await succeed(kms, 'ListResourceTags', { KeyId: keyId });
  const { Tag } = Tags as unknown as { Tag: Fields[] };
  for (const tag of Tag) expect(tag['KeyId']).toBe(keyId);
  return Object.fromEntries(Tag.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
}

async function tagsOfSecret(): Promise<Fields> {
  const { SecretName } = SECRET;
  const { Tags } = await succeed(kms, 'DescribeSecret', { SecretName, FetchTags: 'true' });
  const { Tag } = Tags as unknown as { Tag: Fields[] };
  return Object.fromEntries(Tag.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
}

describe('TagResource and UntagResource', () => {
  test('add, replace and remove the tags of a key', async () => {
    expect(await tagsOf()).toEqual({});
    await succeed(kms, 'TagResource', {
      KeyId,
      Tags: '[{"TagKey":"Project","TagValue":"Apollo"},{"TagKey":"Stage","TagValue":""}]',
    });
    expect(await tagsOf()).toEqual({ Project: 'Apollo', Stage: '' });
    await succeed(kms, 'TagResource', { KeyId, Tags: '[{"TagKey":"Stage","TagValue":"test"}]' });
    expect(await tagsOf()).toEqual({ Project: 'Apollo', Stage: 'test' });
    await succeed(kms, 'UntagResource', { KeyId, TagKeys: '["Project","Unknown"]' });
    expect(await tagsOf()).toEqual({ Stage: 'test' });
    const filter = JSON.stringify([{ Key: 'TagKey', Values: ['Stage'] }]);
    expect(await succeed(kms, 'ListKeys', { Filters: filter })).toMatchObject({ TotalCount: 1 });
  });

  test('do so of a secret', async () => {
    await succeed(kms, 'CreateSecret', SECRET);
    const { SecretName } = SECRET;
    await succeed(kms, 'TagResource', { SecretName, Tags: tags(2) });
    expect(await tagsOfSecret()).toEqual({ k0: 'v', k1: 'v' });
    await succeed(kms, 'UntagResource', { SecretName, TagKeys: '["k0"]' });
    expect(await tagsOfSecret()).toEqual({ k1: 'v' });
    await succeed(kms, 'DeleteSecret', { SecretName });
    for (const [action, query] of [
      ['TagResource', { Tags: tags(1) }],
      ['UntagResource', { TagKeys: '["k1"]' }],
    ] as const) {
      expect(await refusalOf(kms, action, { SecretName, ...query })).toBe(
        '404 Forbidden.ResourceNotFound',
      );
    }
  });

  test('change what the condition kms:tag sees', async () => {
    const decrypt = (): Promise<string> =>
      refusalOf(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' }, { accessKey: apollo });
    expect(await decrypt()).toBe('403 Forbidden.NoPermission');
    await succeed(kms, 'TagResource', {
      KeyId,
      Tags: '[{"TagKey":"Project","TagValue":"Apollo"}]',
    });
    expect(await decrypt()).toBe('200');
    // The user may now take away what lets it in.
    const untag = { KeyId, TagKeys: '["Project"]' };
    expect(await refusalOf(kms, 'UntagResource', untag, { accessKey: apollo })).toBe('200');
    expect(await refusalOf(kms, 'UntagResource', untag, { accessKey: apollo })).toBe(
      '403 Forbidden.NoPermission',
    );
    expect(await decrypt()).toBe('403 Forbidden.NoPermission');
  });

  test('add at most ten tags at once, and 20 in all', async () => {
    expect(await refusalOf(kms, 'TagResource', { KeyId, Tags: tags(11) })).toBe(
      '400 InvalidParameter',
    );
    await succeed(kms, 'TagResource', { KeyId, Tags: tags(10) });
    await succeed(kms, 'TagResource', { KeyId, Tags: tags(10, 10) });
    expect(await refusalOf(kms, 'TagResource', { KeyId, Tags: tags(1, 20) })).toBe(
      '400 Rejected.LimitExceeded',
    );
    await succeed(kms, 'TagResource', { KeyId, Tags: tags(10, 5) });
    expect(Object.keys(await tagsOf())).toHaveLength(20);
  });

  test.each([
    ['TagResource', { Tags: '[]' }, '400 InvalidParameter'],
    ['TagResource', { Tags: '' }, '400 MissingParameter'],
    ['TagResource', { Tags: '[{"TagKey":"acs:a","TagValue":"b"}]' }, '400 InvalidParameter'],
    ['TagResource', { Tags: '[{"Key":"a","Value":"b"}]' }, '400 InvalidParameter'],
    ['UntagResource', {}, '400 MissingParameter'],
    ['UntagResource', { TagKeys: 'a,b' }, '400 InvalidParameter'],
    ['UntagResource', { TagKeys: '[]' }, '400 InvalidParameter'],
    ['UntagResource', { TagKeys: '[""]' }, '400 InvalidParameter'],
    ['UntagResource', { TagKeys: '[1]' }, '400 InvalidParameter'],
    ['UntagResource', { TagKeys: '["aliyun.a"]' }, '400 InvalidParameter'],
  ])('%s refuses %j', async (action, query, expected) => {
    expect(await refusalOf(kms, action, { KeyId, ...query })).toBe(expected);
  });

  test('name one resource, which is a key or a secret', async () => {
    const Tags = tags(1);
    const tag = (query: Fields): Promise<string> =>
      refusalOf(kms, 'TagResource', { Tags, ...query });
    expect(await tag({})).toBe('400 MissingParameter');
    expect(await tag({ KeyId, SecretName: 'x' })).toBe('400 InvalidParameter');
    expect(await tag({ CertificateId: 'x' })).toBe('400 UnsupportedOperation');
    expect(await tag({ KeyId: 'alias/rehearsal' })).toBe('400 Unsupported.Alias');
    expect(await tag({ KeyId: 'none' })).toBe('404 Forbidden.KeyNotFound');
    expect(await tag({ SecretName: 'none' })).toBe('404 Forbidden.ResourceNotFound');
    await succeed(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: '7' });
    expect(await tag({ KeyId })).toBe('409 Rejected.PendingDeletion');
    expect(await tagsOf()).toEqual({});
  });
});

describe('TagResources and UntagResources', () => {
  test('change several keys, or none', async () => {
    const second = await newKeyId(kms);
    const both = { ...KEYS, 'ResourceId.1': KeyId, 'ResourceId.2': second };
    const added = { 'Tag.1.Key': 'a', 'Tag.1.Value': '1', 'Tag.2.Key': 'b' };
    await succeed(kms, 'TagResources', { ...both, ...added });
    expect(await tagsOf()).toEqual({ a: '1', b: '' });
    expect(await tagsOf(second)).toEqual({ a: '1', b: '' });

    const oneUnknown = { ...both, 'ResourceId.3': 'none' };
    expect(
      await refusalOf(kms, 'TagResources', { ...oneUnknown, 'Tag.1.Key': 'c', 'Tag.1.Value': '' }),
    ).toBe('404 Forbidden.KeyNotFound');
    expect(await refusalOf(kms, 'UntagResources', { ...oneUnknown, 'TagKey.1': 'a' })).toBe(
      '404 Forbidden.KeyNotFound',
    );
    expect(await tagsOf()).toEqual({ a: '1', b: '' });

    await succeed(kms, 'UntagResources', {
      ...both,
      'TagKey.1': 'a',
      'TagKey.2': 'z',
      All: 'true',
    });
    expect(await tagsOf(second)).toEqual({ b: '' });
    await succeed(kms, 'UntagResources', { ...both, All: 'true' });
    expect(await tagsOf()).toEqual({});
    expect(await tagsOf(second)).toEqual({});
  });

  test('change secrets', async () => {
    await succeed(kms, 'CreateSecret', SECRET);
    const one = { ...SECRETS, 'ResourceId.1': SECRET.SecretName };
    await succeed(kms, 'TagResources', { ...one, 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' });
    expect(await tagsOfSecret()).toEqual({ a: 'b' });
    await succeed(kms, 'UntagResources', { ...one, 'TagKey.1': 'a' });
    expect(await tagsOfSecret()).toEqual({});
  });

  const one = { ...KEYS, 'ResourceId.1': '' };
  const tag = { 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' };
  test.each([
    ['TagResources', { ...one, ...tag, RegionId: '' }, '400 MissingParameter'],
    ['TagResources', { ...one, ...tag, RegionId: 'cn-hangzhou' }, '400 InvalidParameter'],
    ['TagResources', { ...one, ...tag, ResourceType: 'alias' }, '400 InvalidParameter'],
    ['TagResources', { ...KEYS, ...tag }, '400 MissingParameter'],
    ['TagResources', one, '400 MissingParameter'],
    ['TagResources', { ...one, ...tag, 'Tag.3.Key': 'c' }, '400 InvalidParameter'],
    ['TagResources', { ...one, ...tag, 'Tag.2.Key': 'a' }, '400 InvalidParameter'],
    ['TagResources', { ...one, ...tag, 'Tag.01.Key': 'c' }, '400 InvalidParameter'],
    ['TagResources', { ...one, ...tag, 'Tag.1.Name': 'c' }, '400 InvalidParameter'],
    ['TagResources', { ...one, 'Tag.1.Value': 'c' }, '400 InvalidParameter'],
    ['TagResources', { ...one, 'Tag.1.Key': 'acs:a' }, '400 InvalidParameter'],
    ['TagResources', { ...one, ...tag, 'ResourceId.x': 'c' }, '400 InvalidParameter'],
    ['TagResources', { ...one, ...tag, 'ResourceId.2': '' }, '400 InvalidParameter'],
    ['UntagResources', one, '400 MissingParameter'],
    ['UntagResources', { ...KEYS, All: 'true' }, '400 MissingParameter'],
    ['UntagResources', { ...one, All: 'yes' }, '400 InvalidParameter'],
    ['UntagResources', { ...one, 'TagKey.1': 'acs:a' }, '400 InvalidParameter'],
  ])('%s refuses %j', async (action, query, expected) => {
    const withKey = 'ResourceId.1' in query ? { ...query, 'ResourceId.1': KeyId } : query;
    expect(await refusalOf(kms, action, withKey)).toBe(expected);
    expect(await tagsOf()).toEqual({});
  });

  test('name at most 50 resources and 20 tags', async () => {
    const numbered = (name: string, count: number, value: (n: number) => string): Fields =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          name.replace('N', String(index + 1)),
          value(index),
        ]),
      );
    const ids = (count: number): Fields => numbered('ResourceId.N', count, () => KeyId);
    const keys = (count: number): Fields => numbered('Tag.N.Key', count, (n) => `k${n}`);
    const refused = (...parts: Fields[]): Promise<string> =>
      refusalOf(kms, 'TagResources', Object.assign({}, KEYS, ...parts) as Fields);
    expect(await refused(ids(50), keys(20))).toBe('200');
    expect(await refused(ids(51), keys(1))).toBe('400 InvalidParameter');
    expect(await refused(ids(1), keys(21))).toBe('400 InvalidParameter');
  });
});

describe('ListTagResources', () => {
  async function rows(query: Fields): Promise<string[]> {
    const answer = await succeed(kms, 'ListTagResources', query);
    const { TagResource } = answer['TagResources'] as unknown as { TagResource: Fields[] };
    for (const { ResourceType } of TagResource) expect(ResourceType).toBe(query['ResourceType']);
    return TagResource.map(
      ({ ResourceId = '', TagKey = '', TagValue = '' }) => `${ResourceId} ${TagKey}=${TagValue}`,
    );
  }

  test('lists the tags of keys: of all, of some, and of those that have certain tags', async () => {
    const second = await newKeyId(kms);
    const tag = (keyId: string, key: string, value: string): Promise<unknown> =>
      succeed(kms, 'TagResource', {
        KeyId: keyId,
        Tags: JSON.stringify([{ TagKey: key, TagValue: value }]),
      });
    await tag(KeyId, 'a', '1');
    await tag(KeyId, 'b', '2');
    await tag(second, 'a', '3');
    expect(await rows(KEYS)).toEqual([`${KeyId} a=1`, `${KeyId} b=2`, `${second} a=3`]);
    expect(await rows(SECRETS)).toEqual([]);
    expect(await rows({ ...KEYS, 'ResourceId.1': second, 'ResourceId.2': second })).toEqual([
      `${second} a=3`,
    ]);
    expect(await rows({ ...KEYS, 'Tag.1.Key': 'a' })).toEqual([`${KeyId} a=1`, `${second} a=3`]);
    expect(await rows({ ...KEYS, 'Tag.1.Key': 'a', 'Tag.1.Value': '3' })).toEqual([
      `${second} a=3`,
    ]);
    expect(await rows({ ...KEYS, 'Tag.1.Key': 'a', 'Tag.2.Key': 'b' })).toEqual([
      `${KeyId} a=1`,
      `${KeyId} b=2`,
    ]);
  });

  test('does not list a deleted secret', async () => {
    await succeed(kms, 'CreateSecret', { ...SECRET, Tags: tags(1) });
    const { SecretName } = SECRET;
    expect(await rows(SECRETS)).toEqual([`${SecretName} k0=v`]);
    await succeed(kms, 'DeleteSecret', { SecretName });
    expect(await rows(SECRETS)).toEqual([]);
    expect(
      await refusalOf(kms, 'ListTagResources', { ...SECRETS, 'ResourceId.1': SecretName }),
    ).toBe('404 Forbidden.ResourceNotFound');
  });

  test('gives 200 tags a page and a token for the next', async () => {
    const ids = [KeyId, ...(await Promise.all(Array.from({ length: 10 }, () => newKeyId(kms))))];
    for (const keyId of ids) {
      await succeed(kms, 'TagResource', { KeyId: keyId, Tags: tags(10) });
      await succeed(kms, 'TagResource', { KeyId: keyId, Tags: tags(10, 10) });
    }
    const { NextToken = '' } = await succeed(kms, 'ListTagResources', KEYS);
    expect(NextToken).toMatch(/^[0-9a-f]{32}$/);
    const first = await rows(KEYS);
    const rest = await rows({ ...KEYS, NextToken });
    expect([first.length, rest.length]).toEqual([200, 20]);
    expect(new Set([...first, ...rest]).size).toBe(220);
    const last = await succeed(kms, 'ListTagResources', { ...KEYS, NextToken });
    expect(last['NextToken']).toBe('');
    for (const token of ['x', '0', 'f'.repeat(32)]) {
      expect(await refusalOf(kms, 'ListTagResources', { ...KEYS, NextToken: token })).toBe(
        '400 InvalidParameter',
      );
    }
  });
});
