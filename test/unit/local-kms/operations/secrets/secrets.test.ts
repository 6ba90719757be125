import { beforeEach, describe, expect, test } from 'vitest';
import type { AccessKey } from '../../../../../src/local-kms/state/state.ts';
import { newKeyId, newRsaKey, refusalOf, succeed } from '../../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';
import { allow, ramUser, withAccessKeys } from '../../../../support/local-kms/ram-user.ts';

let kms: TestGateway;
let users: { reader: AccessKey; readerOfKey: AccessKey; writer: AccessKey };
let accountId: string;

beforeEach(async () => {
  kms = await startTestGateway((state) => {
    users = {
      reader: ramUser(state, 'Reader', [allow('kms:GetSecretValue')]),
      readerOfKey: ramUser(state, 'ReaderOfKey', [allow('kms:GetSecretValue', 'kms:Decrypt')]),
      writer: ramUser(state, 'Writer', [allow('kms:CreateSecret', 'kms:PutSecretValue')]),
    };
    return withAccessKeys(state, ...Object.values(users));
  });
  accountId = users.reader.accountId;
});

const SecretName = 'db/credentials';
const first = { SecretName, VersionId: 'v1', SecretData: 'one' };

const put = (version: string, more: Record<string, string> = {}): Promise<Record<string, string>> =>
  succeed(kms, 'PutSecretValue', {
    SecretName,
    VersionId: version,
    SecretData: `value of ${version}`,
    ...more,
  });

/** The labels of a version, or how asking for it was refused. */
async function stagesOf(VersionId: string): Promise<unknown> {
  const query = { SecretName, VersionId };
  const { status, body } = await kms.call('GetSecretValue', query);
  if (status !== 200) return `${status} ${String(body['Code'])}`;
  return (body['VersionStages'] as Record<string, unknown>)['VersionStage'];
}

describe('CreateSecret', () => {
  test('makes a generic secret whose first version is ACSCurrent', async () => {
    const { RequestId, ...made } = await succeed(kms, 'CreateSecret', {
      ...first,
      SecretType: 'Generic',
      EnableAutomaticRotation: 'false',
      RotationInterval: '7d',
      ExtendedConfig: '{"ignored":"for a generic secret"}',
    });
    expect(RequestId).toBeTypeOf('string');
    expect(made).toEqual({
      Arn: `acs:kms:cn-local:${accountId}:secret/${SecretName}`,
      SecretName,
      VersionId: 'v1',
      SecretType: 'Generic',
    });
    const {
      RequestId: _,
      CreateTime,
      ...value
    } = await succeed(kms, 'GetSecretValue', {
      SecretName,
      FetchExtendedConfig: 'true',
    });
    expect(CreateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(value).toEqual({
      SecretName,
      SecretType: 'Generic',
      VersionId: 'v1',
      VersionStages: { VersionStage: ['ACSCurrent'] },
      SecretData: 'one',
      SecretDataType: 'text',
    });
  });

  test.each([
    ['text', 'Pässwörter: 密码'],
    ['text', 'x'.repeat(30_720)],
    ['text', 'ä'.repeat(15_360)],
    ['binary', Buffer.alloc(23_040, 7).toString('base64')],
  ])('keeps a value of type %s as it is', async (SecretDataType, SecretData) => {
    await succeed(kms, 'CreateSecret', { ...first, SecretDataType, SecretData });
    const value = await succeed(kms, 'GetSecretValue', { SecretName });
    expect(value).toMatchObject({ SecretDataType, SecretData });
  });

  test.each(['SecretName', 'VersionId', 'SecretData'])('needs %s', async (name) => {
    const { status, body } = await kms.call('CreateSecret', { ...first, [name]: '' });
    expect([status, body['Message']]).toEqual([
      400,
      `The parameter "${name}" is needed but not provided.`,
    ]);
  });

  test.each([
    ['SecretName', 'x'.repeat(193)],
    ['SecretName', 'with space'],
    ['SecretName', 'acs/ecs/name'],
    ['SecretName', 'naïve'],
    ['SecretName', '$Auto'],
    ['VersionId', 'x'.repeat(65)],
    ['VersionId', 'with space'],
    ['SecretData', 'x'.repeat(30_721)],
    ['SecretData', 'ä'.repeat(15_361)],
    ['SecretDataType', 'json'],
    ['SecretDataType', ''],
    ['SecretType', 'Other'],
    ['EnableAutomaticRotation', 'yes'],
    ['Description', 'x'.repeat(257)],
    ['Tags', '{}'],
    ['Tags', '[{"TagKey":"acs:x","TagValue":"y"}]'],
    ['Tags', '[{"TagKey":"a","TagValue":"1"},{"TagKey":"a","TagValue":"2"}]'],
  ])('refuses %s=%s', async (name, value) => {
    const { status, body } = await kms.call('CreateSecret', { ...first, [name]: value });
    expect([status, body['Code'], body['Message']]).toEqual([
      400,
      'InvalidParameter',
      `The specified parameter "${name}" is not valid.`,
    ]);
    expect(kms.store.state.secrets.size).toBe(0);
  });

  test('refuses binary data that is no base64', async () => {
    const query = { ...first, SecretDataType: 'binary', SecretData: 'one' };
    expect(await refusalOf(kms, 'CreateSecret', query)).toBe('400 InvalidParameter');
  });

  test.each([
    ...['Rds', 'Redis', 'RAMCredentials', 'ECS', 'PolarDB'].map((type) => ({ SecretType: type })),
    { EnableAutomaticRotation: 'true', RotationInterval: '7d' },
    { Policy: '{"Version":"1","Statement":[]}' },
  ])('does not offer %j', async (change) => {
    const query = { ...first, ...change };
    expect(await refusalOf(kms, 'CreateSecret', query)).toBe('400 UnsupportedOperation');
  });

  test('refuses a name that is taken', async () => {
    await succeed(kms, 'CreateSecret', { ...first, SecretName: 'x'.repeat(192) });
    await succeed(kms, 'CreateSecret', first);
    expect(await refusalOf(kms, 'CreateSecret', first)).toBe('409 Rejected.ResourceExist');
    const answers = await Promise.all(
      [1, 2, 3].map((data) =>
        refusalOf(kms, 'CreateSecret', { ...first, SecretName: 'once', SecretData: `${data}` }),
      ),
    );
    expect(answers.sort()).toEqual([
      '200',
      '409 Rejected.ResourceExist',
      '409 Rejected.ResourceExist',
    ]);
  });
});

describe('PutSecretValue', () => {
  beforeEach(() => succeed(kms, 'CreateSecret', first));

  test('makes the new version ACSCurrent and the one before ACSPrevious', async () => {
    const { RequestId, ...answer } = await put('v2');
    expect(RequestId).toBeTypeOf('string');
    expect(answer).toEqual({
      SecretName,
      VersionId: 'v2',
      VersionStages: { VersionStage: ['ACSCurrent'] },
    });
    expect([await stagesOf('v1'), await stagesOf('v2')]).toEqual([['ACSPrevious'], ['ACSCurrent']]);
    await put('v3');
    expect([await stagesOf('v1'), await stagesOf('v2'), await stagesOf('v3')]).toEqual([
      [],
      ['ACSPrevious'],
      ['ACSCurrent'],
    ]);
    const value = await succeed(kms, 'GetSecretValue', { SecretName });
    expect(value).toMatchObject({ VersionId: 'v3', SecretData: 'value of v3' });
  });

  test('moves the caller’s own labels, and only with ACSCurrent the current version', async () => {
    await put('v2', { VersionStages: '["next","blue"]' });
    expect([await stagesOf('v1'), await stagesOf('v2')]).toEqual([
      ['ACSCurrent'],
      ['next', 'blue'],
    ]);
    await put('v3', { VersionStages: '["ACSCurrent","next"]' });
    expect([await stagesOf('v1'), await stagesOf('v2'), await stagesOf('v3')]).toEqual([
      ['ACSPrevious'],
      ['blue'],
      ['ACSCurrent', 'next'],
    ]);
  });

  test('ignores the same version with the same value, and refuses it with another', async () => {
    await put('v2');
    const before = kms.store.state;
    const { VersionStages } = await put('v2', { VersionStages: '["next"]' });
    expect(VersionStages).toEqual({ VersionStage: ['ACSCurrent'] });
    expect(kms.store.state).toBe(before);
    const other = { SecretName, VersionId: 'v2', SecretData: 'other' };
    expect(await refusalOf(kms, 'PutSecretValue', other)).toBe('409 Rejected.ResourceExist');
    expect(kms.store.state).toBe(before);
  });

  test('keeps ten versions, and deletes the earliest that has no label', async () => {
    await put('kept', { VersionStages: '["mine"]' });
    for (let version = 2; version <= 12; version += 1) await put(`v${version}`);
    const names = [...Array(12).keys()].map((index) => `v${index + 1}`);
    const stages = await Promise.all(['kept', ...names].map(stagesOf));
    const gone = '404 Forbidden.ResourceNotFound';
    const none: string[] = [];
    expect(stages).toEqual([
      ['mine'],
      gone,
      gone,
      gone,
      ...Array.from({ length: 7 }, () => none),
      ['ACSPrevious'],
      ['ACSCurrent'],
    ]);
  });

  test('lets a secret have eight labels', async () => {
    await put('v2', { VersionStages: '["a","b","c","d","e","f","g"]' });
    const query = { SecretName, VersionId: 'v3', SecretData: 'x', VersionStages: '["h"]' };
    expect(await refusalOf(kms, 'PutSecretValue', query)).toBe('400 Rejected.LimitExceeded');
    await put('v3', { VersionStages: '["g"]' });
    expect(await stagesOf('v2')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test.each([
    '[]',
    '["a","a"]',
    '[""]',
    '[1]',
    '["with space"]',
    '["ACSPrevious"]',
    '{"VersionStage":["ACSCurrent"]}',
    'ACSCurrent',
    '',
  ])('refuses VersionStages=%s', async (VersionStages) => {
    const query = { SecretName, VersionId: 'v2', SecretData: 'x', VersionStages };
    expect(await refusalOf(kms, 'PutSecretValue', query)).toBe('400 InvalidParameter');
  });

  test('refuses a secret that is not there', async () => {
    const query = { SecretName: 'none', VersionId: 'v2', SecretData: 'x' };
    expect(await refusalOf(kms, 'PutSecretValue', query)).toBe('404 Forbidden.ResourceNotFound');
  });
});

describe('GetSecretValue', () => {
  beforeEach(async () => {
    await succeed(kms, 'CreateSecret', first);
    await put('v2');
  });

  test.each([
    [{}, 'v2'],
    [{ VersionStage: 'ACSPrevious' }, 'v1'],
    [{ VersionId: 'v1' }, 'v1'],
    [{ VersionId: 'v1', VersionStage: 'ACSPrevious' }, 'v1'],
  ])('finds what %j asks for', async (asked, VersionId) => {
    const value = await succeed(kms, 'GetSecretValue', { SecretName, ...asked });
    expect(value['VersionId']).toBe(VersionId);
  });

  test.each([
    [{ VersionId: 'none' }, '404 Forbidden.ResourceNotFound'],
    [{ VersionStage: 'none' }, '404 Forbidden.ResourceNotFound'],
    [{ VersionId: 'v1', VersionStage: 'ACSCurrent' }, '404 Forbidden.ResourceNotFound'],
    [{ VersionId: '' }, '400 InvalidParameter'],
    [{ VersionStage: '' }, '400 InvalidParameter'],
    [{ FetchExtendedConfig: '1' }, '400 InvalidParameter'],
    [{ SecretName: 'none' }, '404 Forbidden.ResourceNotFound'],
    [{ SecretName: '' }, '400 MissingParameter'],
  ])('refuses %j', async (asked, refusal) => {
    expect(await refusalOf(kms, 'GetSecretValue', { SecretName, ...asked })).toBe(refusal);
  });

  test('takes the ARN of a secret of this region', async () => {
    const value = await succeed(kms, 'GetSecretValue', {
      SecretName: `acs:kms:cn-local:${accountId}:secret/${SecretName}`,
    });
    expect(value['SecretName']).toBe(SecretName);
    for (const arn of [
      `acs:kms:cn-hangzhou:${accountId}:secret/${SecretName}`,
      `acs:kms:cn-local:1000000000000001:secret/${SecretName}`,
      `acs:kms:cn-local:${accountId}:key/${SecretName}`,
      `acs:kms:cn-local:${accountId}:secret`,
    ]) {
      expect(await refusalOf(kms, 'GetSecretValue', { SecretName: arn })).toBe(
        '404 Forbidden.ResourceNotFound',
      );
    }
  });
});

describe('The KMS key of a secret', () => {
  test('is shown, must be enabled, and the caller must be allowed to use it', async () => {
    const KeyId = await newKeyId(kms);
    await succeed(kms, 'CreateSecret', { ...first, EncryptionKeyId: KeyId });
    const described = await succeed(kms, 'DescribeSecret', { SecretName });
    expect(described['EncryptionKeyId']).toBe(KeyId);

    const tried = (accessKey: AccessKey): Promise<string> =>
      refusalOf(kms, 'GetSecretValue', { SecretName }, { accessKey });
    expect(await tried(users.reader)).toBe('403 Forbidden.NoPermission');
    expect(await tried(users.readerOfKey)).toBe('200');

    await succeed(kms, 'DisableKey', { KeyId });
    const next = { ...first, VersionId: 'v2' };
    expect(await refusalOf(kms, 'GetSecretValue', { SecretName })).toBe('409 Rejected.Disabled');
    expect(await refusalOf(kms, 'PutSecretValue', next)).toBe('409 Rejected.Disabled');
    await succeed(kms, 'DescribeSecret', { SecretName });
    await succeed(kms, 'EnableKey', { KeyId });
    await succeed(kms, 'GetSecretValue', { SecretName });
  });

  test('needs kms:GenerateDataKey to store a value', async () => {
    const EncryptionKeyId = await newKeyId(kms);
    const how = { accessKey: users.writer };
    const withKey = { ...first, EncryptionKeyId };
    expect(await refusalOf(kms, 'CreateSecret', withKey, how)).toBe('403 Forbidden.NoPermission');
    await succeed(kms, 'CreateSecret', { ...first, SecretName: 'without' }, how);
    await succeed(kms, 'CreateSecret', withKey);
    const next = { VersionId: 'v2', SecretData: 'two' };
    const denied = { SecretName, ...next };
    expect(await refusalOf(kms, 'PutSecretValue', denied, how)).toBe('403 Forbidden.NoPermission');
    await succeed(kms, 'PutSecretValue', { SecretName: 'without', ...next }, how);
  });

  test('is a symmetric one that is enabled, given by its id or ARN', async () => {
    const KeyId = await newKeyId(kms);
    const { KeyMetadata } = await succeed(kms, 'DescribeKey', { KeyId });
    const { Arn = '' } = KeyMetadata as unknown as Record<string, string>;
    const rsa = await newRsaKey(kms);
    const disabled = await newKeyId(kms);
    await succeed(kms, 'DisableKey', { KeyId: disabled });
    for (const [EncryptionKeyId, refusal] of [
      [rsa.KeyId, '400 UnsupportedOperation'],
      [disabled, '409 Rejected.Disabled'],
      ['none', '404 Forbidden.KeyNotFound'],
      ['', '404 Forbidden.KeyNotFound'],
      ['alias/rehearsal', '400 Unsupported.Alias'],
      [Arn, '200'],
    ] as const) {
      const query = { ...first, EncryptionKeyId };
      expect([EncryptionKeyId, await refusalOf(kms, 'CreateSecret', query)]).toEqual([
        EncryptionKeyId,
        refusal,
      ]);
    }
    const described = await succeed(kms, 'DescribeSecret', { SecretName });
    expect(described['EncryptionKeyId']).toBe(KeyId);
  });

  test('belongs to the KMS instance of the secret', async () => {
    const DKMSInstanceId = 'kst-one';
    const inInstance = await newKeyId(kms, { DKMSInstanceId });
    const outside = await newKeyId(kms);
    for (const [change, refusal] of [
      [{ DKMSInstanceId }, '400 MissingParameter'],
      [{ DKMSInstanceId, EncryptionKeyId: outside }, '400 InvalidParameter'],
      [{ DKMSInstanceId: 'kst-two', EncryptionKeyId: inInstance }, '400 InvalidParameter'],
      [{ EncryptionKeyId: inInstance }, '400 InvalidParameter'],
    ] as const) {
      expect(await refusalOf(kms, 'CreateSecret', { ...first, ...change })).toBe(refusal);
    }
    const query = { ...first, DKMSInstanceId, EncryptionKeyId: inInstance };
    const made = await succeed(kms, 'CreateSecret', query);
    expect(made['DKMSInstanceId']).toBe(DKMSInstanceId);
    const described = await succeed(kms, 'DescribeSecret', { SecretName });
    expect(described).toMatchObject({ DKMSInstanceId, EncryptionKeyId: inInstance });

    const host = (instance: string): string => `${instance}.cryptoservice.kms.aliyuncs.com`;
    const tried = (instance: string): Promise<string> =>
      refusalOf(kms, 'GetSecretValue', { SecretName }, { host: host(instance) });
    expect(await tried('kst-one')).toBe('200');
    expect(await tried('kst-two')).toBe('404 Forbidden.ResourceNotFound');
    for (const action of ['CreateSecret', 'PutSecretValue', 'DescribeSecret', 'ListSecrets']) {
      const how = { host: host('kst-one') };
      expect(await refusalOf(kms, action, first, how)).toBe('400 UnsupportedOperation');
    }
  });
});

describe('DescribeSecret and ListSecrets', () => {
  const Tags = '[{"TagKey":"team","TagValue":"a"},{"TagKey":"stage","TagValue":"test"}]';
  const tagList = {
    Tag: [
      { TagKey: 'team', TagValue: 'a' },
      { TagKey: 'stage', TagValue: 'test' },
    ],
  };

  beforeEach(async () => {
    await succeed(kms, 'CreateSecret', { ...first, Description: 'of the database', Tags });
    for (const name of ['b', 'c']) {
      await succeed(kms, 'CreateSecret', { ...first, SecretName: name });
    }
  });

  test('show what is known, but not the value', async () => {
    const { RequestId: _, ...described } = await succeed(kms, 'DescribeSecret', { SecretName });
    const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
    const summary = { SecretName, SecretType: 'Generic', CreateTime: date, UpdateTime: date };
    expect(described).toEqual({
      Arn: `acs:kms:cn-local:${accountId}:secret/${SecretName}`,
      Description: 'of the database',
      ...summary,
    });
    const query = { SecretName, FetchTags: 'true' };
    expect((await succeed(kms, 'DescribeSecret', query))['Tags']).toEqual(tagList);

    const listed = await succeed(kms, 'ListSecrets', { PageSize: '1' });
    expect(listed).toMatchObject({ TotalCount: 3, PageNumber: 1, PageSize: 1 });
    expect(listed['SecretList']).toEqual({ Secret: [summary] });
    const tagged = await succeed(kms, 'ListSecrets', { PageSize: '1', FetchTags: 'true' });
    expect(tagged['SecretList']).toEqual({ Secret: [{ ...summary, Tags: tagList }] });
  });

  async function names(query: Record<string, string>): Promise<string[]> {
    const { SecretList } = await succeed(kms, 'ListSecrets', query);
    const { Secret } = SecretList as unknown as { Secret: Record<string, string>[] };
    return Secret.map((secret) => secret['SecretName'] ?? '');
  }

  test('come in pages', async () => {
    expect(await names({})).toEqual([SecretName, 'b', 'c']);
    expect(await names({ PageNumber: '2', PageSize: '2' })).toEqual(['c']);
    expect(await names({ PageNumber: '3', PageSize: '2' })).toEqual([]);
    for (const query of [{ PageSize: '101' }, { PageNumber: '0' }, { FetchTags: 'yes' }]) {
      expect(await refusalOf(kms, 'ListSecrets', query)).toBe('400 InvalidParameter');
    }
  });

  test.each([
    [[{ Key: 'SecretName', Values: ['b', 'c'] }], ['b', 'c']],
    [[{ Key: 'Description', Values: ['of the database'] }], [SecretName]],
    [[{ Key: 'TagKey', Values: ['stage'] }], [SecretName]],
    [[{ Key: 'TagValue', Values: ['a', 'none'] }], [SecretName]],
    [[{ Key: 'SecretType', Values: ['Rds'] }], []],
    [[{ Key: 'DKMSInstanceId', Values: ['kst-one'] }], []],
    [
      [
        { Key: 'SecretType', Values: ['Generic'] },
        { Key: 'SecretName', Values: ['b'] },
        { Key: 'SecretName', Values: ['c'] },
      ],
      ['b', 'c'],
    ],
    [
      [
        { Key: 'SecretName', Values: ['b'] },
        { Key: 'TagKey', Values: ['team'] },
      ],
      [],
    ],
    [[], [SecretName, 'b', 'c']],
  ])('are filtered by %j', async (filters, expected) => {
    expect(await names({ Filters: JSON.stringify(filters) })).toEqual(expected);
  });

  test('are filtered by who made them', async () => {
    const filter = (value: string): string => JSON.stringify([{ Key: 'Creator', Values: [value] }]);
    expect(await names({ Filters: filter(accountId) })).toHaveLength(3);
    expect(await names({ Filters: filter('1') })).toEqual([]);
  });

  test.each([
    '',
    '{}',
    '[{}]',
    '[{"Key":"Other","Values":["a"]}]',
    '[{"Key":"SecretName","Values":[]}]',
    '[{"Key":"SecretName","Values":[1]}]',
    '[{"Key":"SecretType","Values":["Other"]}]',
    JSON.stringify(Array.from({ length: 11 }, () => ({ Key: 'SecretName', Values: ['b'] }))),
  ])('refuse Filters=%s', async (Filters) => {
    expect(await refusalOf(kms, 'ListSecrets', { Filters })).toBe('400 InvalidParameter');
  });

  test('are those of the caller’s account', async () => {
    const { secrets } = kms.store.state;
    const [secret] = secrets.values();
    if (secret === undefined) throw new Error('no secret');
    const foreign = { ...secret, accountId: '1000000000000001', secretName: 'foreign' };
    const arn = 'acs:kms:cn-local:1000000000000001:secret/foreign';
    await kms.store.update((state) => [
      { ...state, secrets: new Map([...state.secrets, [arn, foreign]]) },
      undefined,
    ]);
    expect(await names({})).toEqual([SecretName, 'b', 'c']);
    expect(await refusalOf(kms, 'GetSecretValue', { SecretName: 'foreign' })).toBe(
      '404 Forbidden.ResourceNotFound',
    );
    // Not even that it is there is told.
    expect(await refusalOf(kms, 'GetSecretValue', { SecretName: arn })).toBe(
      '404 Forbidden.ResourceNotFound',
    );
  });
});
