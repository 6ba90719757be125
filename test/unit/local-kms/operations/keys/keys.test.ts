import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestKms } from '../../../../support/local-kms/test-kms.ts';

let kms: TestKms;
beforeEach(async () => {
  kms = await TestKms.start();
});
afterEach(() => kms.close());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

async function expectRefusal(
  action: string,
  query: Record<string, string>,
  status: number,
  code: string,
): Promise<void> {
  const answer = await kms.call(action, query);
  expect({ status: answer.status, code: answer.body['Code'] }).toEqual({ status, code });
}

async function create(query: Record<string, string> = {}): Promise<Record<string, string>> {
  const answer = await kms.call('CreateKey', query);
  expect(answer.status).toBe(200);
  return answer.body['KeyMetadata'] as Record<string, string>;
}

async function accountId(): Promise<string> {
  const { body } = await kms.call('DescribeKey', { KeyId: kms.keyId });
  return (body['KeyMetadata'] as { Creator: string }).Creator;
}

test('a fresh server announces one access key and one KMS key', () => {
  expect(kms.announcement).toEqual({
    Endpoint: `http://127.0.0.1:${kms.port}`,
    Region: 'cn-local',
    AccessKeyId: expect.stringMatching(/^LTAI[A-Za-z0-9]{20}$/) as string,
    AccessKeySecret: expect.stringMatching(/^[A-Za-z0-9]{30}$/) as string,
    Keys: [
      {
        KeyId: expect.stringMatching(UUID) as string,
        Aliases: ['alias/rehearsal'],
        KeySpec: 'Aliyun_AES_256',
      },
    ],
  });
});

test('every answer says what it comes from, and is JSON with a RequestId', async () => {
  for (const answer of [await kms.call('ListKeys'), await kms.call('Nope')]) {
    expect(answer.headers).toMatchObject({
      'x-kmsx-embedded-kms': '1',
      'content-type': 'application/json;charset=utf-8',
      'x-acs-request-id': answer.body['RequestId'],
    });
    expect(answer.body['RequestId']).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  }
});

test('an error has the shape of the gateway', async () => {
  const { body } = await kms.call('DescribeKey', { KeyId: 'none' });
  expect(body).toEqual({
    RequestId: expect.any(String) as string,
    HostId: `127.0.0.1:${kms.port}`,
    Code: 'Forbidden.KeyNotFound',
    Message: 'The specified Key is not found.',
    Recommend: `https://api.aliyun.com/troubleshoot?q=Forbidden.KeyNotFound&product=Kms&requestId=${String(body['RequestId'])}`,
  });
});

describe('DescribeKey', () => {
  test('shows all that KMS shows', async () => {
    const { body } = await kms.call('DescribeKey', { KeyId: kms.keyId });
    const metadata = body['KeyMetadata'] as Record<string, string>;
    expect(metadata).toEqual({
      CreationDate: expect.stringMatching(DATE) as string,
      Description: expect.any(String) as string,
      KeyId: kms.keyId,
      KeySpec: 'Aliyun_AES_256',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT/DECRYPT',
      PrimaryKeyVersion: expect.stringMatching(UUID) as string,
      DeleteDate: '',
      Creator: expect.stringMatching(/^[1-9]\d{15}$/) as string,
      Arn: `acs:kms:cn-local:${metadata['Creator'] ?? ''}:key/${kms.keyId}`,
      Origin: 'Aliyun_KMS',
      MaterialExpireTime: '',
      ProtectionLevel: 'SOFTWARE',
      LastRotationDate: metadata['CreationDate'],
      AutomaticRotation: 'Disabled',
      DeletionProtection: 'Disabled',
    });
  });

  test('finds a key by id, alias, ARN and the ARN of an alias', async () => {
    const arn = `acs:kms:cn-local:${await accountId()}`;
    for (const KeyId of [
      kms.keyId,
      'alias/rehearsal',
      `${arn}:key/${kms.keyId}`,
      `${arn}:alias/rehearsal`,
    ]) {
      const { body } = await kms.call('DescribeKey', { KeyId });
      expect(body['KeyMetadata']).toMatchObject({ KeyId: kms.keyId });
    }
  });

  test('does not find what is not there, not here, or not this account', async () => {
    const account = await accountId();
    for (const KeyId of [
      '00000000-0000-4000-8000-000000000000',
      kms.keyId.toUpperCase(),
      `${kms.keyId} `,
      `key/${kms.keyId}`,
      `acs:kms:cn-hangzhou:${account}:key/${kms.keyId}`,
      `acs:kms:cn-local:1234567890123456:key/${kms.keyId}`,
      `acs:kms:cn-local:1234567890123456:alias/rehearsal`,
      `acs:ram:cn-local:${account}:key/${kms.keyId}`,
      `acs:kms:cn-local:${account}:${kms.keyId}`,
      `acs:kms:cn-local:${account}:key/`,
      'acs:',
      '__proto__',
    ]) {
      await expectRefusal('DescribeKey', { KeyId }, 404, 'Forbidden.KeyNotFound');
    }
    for (const KeyId of ['alias/none', 'alias/', `acs:kms:cn-local:${account}:alias/none`]) {
      await expectRefusal('DescribeKey', { KeyId }, 404, 'Forbidden.AliasNotFound');
    }
  });

  test('needs a KeyId', () => expectRefusal('DescribeKey', {}, 400, 'MissingParameter'));
});

describe('CreateKey', () => {
  test('makes a symmetric key that works at once', async () => {
    const metadata = await create({ Description: 'my key é' });
    expect(metadata).toMatchObject({ Description: 'my key é', KeySpec: 'Aliyun_AES_256' });
    expect(metadata).not.toHaveProperty('DeletionProtection');
    const { KeyId = '' } = metadata;
    const made = await kms.succeed('GenerateDataKey', { KeyId });
    const { CiphertextBlob = '' } = made;
    expect(await kms.succeed('Decrypt', { CiphertextBlob })).toMatchObject({
      KeyId,
      Plaintext: made['Plaintext'],
    });
  });

  test.each([
    ['RSA_2048', 2048],
    ['RSA_3072', 3072],
  ] as const)('makes %s, whose public half GetPublicKey gives out', async (KeySpec, bits) => {
    const metadata = await create({ KeySpec, KeyUsage: 'ENCRYPT/DECRYPT' });
    const { KeyId = '' } = metadata;
    expect(metadata).toMatchObject({ KeySpec, PrimaryKeyVersion: '' });
    const versions = await kms.call('ListKeyVersions', { KeyId });
    const list = versions.body['KeyVersions'] as { KeyVersion: { KeyVersionId: string }[] };
    const KeyVersionId = list.KeyVersion[0]?.KeyVersionId ?? '';
    expect(list.KeyVersion).toEqual([
      { KeyId, KeyVersionId, CreationDate: metadata['CreationDate'] },
    ]);

    const answer = await kms.succeed('GetPublicKey', { KeyId, KeyVersionId });
    expect(answer).toMatchObject({ KeyId, KeyVersionId });
    const publicKey = createPublicKey(answer['PublicKey'] ?? '');
    expect(publicKey.asymmetricKeyDetails).toEqual({ modulusLength: bits, publicExponent: 65537n });
    const query = { KeyId, KeyVersionId };
    await expectRefusal('GetPublicKey', { ...query, DryRun: 'true' }, 400, 'DryRunOperationError');

    for (const [action, more] of [
      ['GenerateDataKey', {}],
      ['Encrypt', { Plaintext: 'QQ==' }],
    ] as const) {
      await expectRefusal(action, { KeyId, ...more }, 400, 'UnsupportedOperation');
    }
    await expectRefusal('GetPublicKey', { KeyId }, 400, 'MissingParameter');
    await expectRefusal(
      'GetPublicKey',
      { KeyId, KeyVersionId: kms.keyId },
      404,
      'Forbidden.KeyVersionNotFound',
    );
    const blob = Buffer.concat([Buffer.from(KeyVersionId, 'ascii'), Buffer.alloc(60)]);
    const CiphertextBlob = blob.toString('base64');
    await expectRefusal('Decrypt', { CiphertextBlob }, 400, 'InvalidParameter');
  });

  test('has no public key for a symmetric key', async () => {
    const { PrimaryKeyVersion: KeyVersionId = '', KeyId = '' } = await create();
    await expectRefusal('GetPublicKey', { KeyId, KeyVersionId }, 400, 'UnsupportedOperation');
  });

  test.each([
    ['EC_P256', 'prime256v1'],
    ['EC_P256K', 'secp256k1'],
  ] as const)('makes %s, which signs', async (KeySpec, namedCurve) => {
    const metadata = await create({ KeySpec });
    const { KeyId = '' } = metadata;
    expect(metadata).toMatchObject({ KeySpec, KeyUsage: 'SIGN/VERIFY', PrimaryKeyVersion: '' });
    const { body } = await kms.call('ListKeyVersions', { KeyId });
    const [version] = (body['KeyVersions'] as { KeyVersion: { KeyVersionId: string }[] })
      .KeyVersion;
    const KeyVersionId = version?.KeyVersionId ?? '';
    const { PublicKey = '' } = await kms.succeed('GetPublicKey', { KeyId, KeyVersionId });
    expect(createPublicKey(PublicKey).asymmetricKeyDetails).toEqual({ namedCurve });
  });

  test('lets an RSA key sign unless it is told otherwise', async () => {
    expect(await create({ KeySpec: 'RSA_2048' })).toMatchObject({ KeyUsage: 'SIGN/VERIFY' });
  });

  test('makes a key that waits for its material', async () => {
    const metadata = await create({ Origin: 'EXTERNAL' });
    expect(metadata).toMatchObject({
      Origin: 'EXTERNAL',
      KeyState: 'PendingImport',
      PrimaryKeyVersion: '',
      LastRotationDate: '',
    });
    const { KeyId = '' } = metadata;
    const versions = await kms.call('ListKeyVersions', { KeyId });
    expect(versions.body).toMatchObject({ TotalCount: 0, KeyVersions: { KeyVersion: [] } });
    await expectRefusal('GenerateDataKey', { KeyId }, 409, 'Rejected.PendingImport');
  });

  test('remembers the protection level', async () => {
    const { KeyId = '' } = await create({ ProtectionLevel: 'HSM' });
    const { body } = await kms.call('DescribeKey', { KeyId });
    expect(body['KeyMetadata']).toMatchObject({ ProtectionLevel: 'HSM' });
  });

  test('makes a key of a KMS instance, with an id of its own kind', async () => {
    const DKMSInstanceId = 'kst-hzz62ee817bvyyr5x';
    const metadata = await create({ DKMSInstanceId });
    const { KeyId = '' } = metadata;
    expect(KeyId).toMatch(/^key-[a-z0-9]{21}$/);
    expect(metadata).toMatchObject({ DKMSInstanceId });
    const { body } = await kms.call('DescribeKey', { KeyId });
    expect(body['KeyMetadata']).toMatchObject({ KeyId, DKMSInstanceId });
  });

  test('of a hardware instance, too, can wait for its material', async () => {
    const hardware = { DKMSInstanceId: 'kst-1', ProtectionLevel: 'HSM', Origin: 'EXTERNAL' };
    expect(await create(hardware)).toMatchObject({ KeyState: 'PendingImport' });
  });

  test.each([
    ['365d', '31536000s', {}],
    ['8760h', '31536000s', {}],
    ['525600m', '31536000s', {}],
    ['31536000s', '31536000s', {}],
    ['7d', '604800s', { DKMSInstanceId: 'kst-1' }],
    [
      '604801s',
      '604801s',
      {
        DKMSInstanceId: 'kst-1',
        ProtectionLevel: 'HSM',
        KeyStorageMechanism: 'HsmEncryptedDatabase',
      },
    ],
  ])('reads the rotation interval %s as %s', async (RotationInterval, seconds, more) => {
    const metadata = await create({ EnableAutomaticRotation: 'true', RotationInterval, ...more });
    expect(metadata).toMatchObject({ AutomaticRotation: 'Enabled', RotationInterval: seconds });
    const next = Date.parse(metadata['NextRotationDate'] ?? '');
    const last = Date.parse(metadata['LastRotationDate'] ?? '');
    expect(next - last).toBe(1000 * Number.parseInt(seconds));
  });

  test('keeps tags and the key policy', async () => {
    const Tags = JSON.stringify([
      { TagKey: 'a/b', TagValue: 'c' },
      { TagKey: 'd', TagValue: '' },
    ]);
    const Policy = JSON.stringify({
      Version: '1',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { RAM: [`acs:ram::${await accountId()}:*`] },
          Action: ['kms:Encrypt'],
          Resource: ['*'],
        },
      ],
    });
    const { KeyId = '' } = await create({ Tags, Policy });
    const filter = JSON.stringify([{ Key: 'TagKey', Values: ['a/b'] }]);
    const { body } = await kms.call('ListKeys', { Filters: filter });
    expect(body['Keys']).toMatchObject({ Key: [{ KeyId }] });
    await kms.succeed('GenerateDataKey', { KeyId });
    await expectRefusal('Encrypt', { KeyId, Plaintext: 'QQ==' }, 403, 'Forbidden.NoPermission');
  });

  test.each([
    { KeySpec: 'RSA_2048', Origin: 'EXTERNAL' },
    { DKMSInstanceId: 'kst-1', Origin: 'EXTERNAL' },
    { KeySpec: 'RSA_2048', EnableAutomaticRotation: 'true', RotationInterval: '365d' },
    { Origin: 'EXTERNAL', EnableAutomaticRotation: 'true', RotationInterval: '365d' },
    {
      DKMSInstanceId: 'kst-1',
      ProtectionLevel: 'HSM',
      EnableAutomaticRotation: 'true',
      RotationInterval: '365d',
    },
  ])('does not offer %j', async (query) => {
    await expectRefusal('CreateKey', query, 400, 'UnsupportedOperation');
    expect((await kms.call('ListKeys')).body['TotalCount']).toBe(1);
  });

  const tags = (...list: unknown[]): { Tags: string } => ({ Tags: JSON.stringify(list) });
  const every = (RotationInterval: string): Record<string, string> => ({
    EnableAutomaticRotation: 'true',
    RotationInterval,
  });

  test.each([
    { KeySpec: 'AES_256' },
    { KeySpec: '' },
    { KeyUsage: 'ENCRYPT' },
    { KeyUsage: 'SIGN/VERIFY' },
    { KeySpec: 'EC_P256', KeyUsage: 'ENCRYPT/DECRYPT' },
    { Origin: 'external' },
    { ProtectionLevel: 'software' },
    { EnableAutomaticRotation: '1' },
    every('30d'),
    every('366d'),
    every('365'),
    every('0d'),
    every('0365d'),
    every('365 d'),
    every('1y'),
    { ...every('6d'), DKMSInstanceId: 'kst-1' },
    { ...every('604799s'), DKMSInstanceId: 'kst-1' },
    { DKMSInstanceId: '' },
    { DKMSInstanceId: 'kst-' },
    { DKMSInstanceId: 'kst-A' },
    { DKMSInstanceId: 'hsm-1' },
    { KeyStorageMechanism: 'Hsm' },
    { Description: 'x'.repeat(8193) },
    { Policy: '' },
    { Policy: '[]' },
    { Policy: '{}' },
    { Policy: '{"Version":"1","Version":"1","Statement":[]}' },
    { Policy: `{"Version":"1","Statement":[${' '.repeat(32_768)}]}` },
    { Tags: 'null' },
    { Tags: '{}' },
    { Tags: '[' },
    tags(1),
    tags({ TagKey: 'a' }),
    tags({ TagKey: '', TagValue: 'a' }),
    tags({ TagKey: 'a b', TagValue: 'a' }),
    tags({ TagKey: 'a', TagValue: 'ä' }),
    tags({ TagKey: 'aliyun1', TagValue: 'a' }),
    tags({ TagKey: 'acs:a', TagValue: 'a' }),
    tags({ TagKey: 'a', TagValue: '1' }, { TagKey: 'a', TagValue: '2' }),
    tags({ TagKey: 'a'.repeat(129), TagValue: '' }),
    tags({ TagKey: 'a', TagValue: 'a'.repeat(129) }),
    tags(...Array.from({ length: 21 }, (_, index) => ({ TagKey: `k${index}`, TagValue: '' }))),
  ])('refuses %.80j', (query) => expectRefusal('CreateKey', query, 400, 'InvalidParameter'));

  test('takes twenty tags of the greatest length', () =>
    create(
      tags(
        ...Array.from({ length: 20 }, (_, index) => ({
          TagKey: `${index}`.padEnd(128, '/\\_-.+=:@'),
          TagValue: 'v'.repeat(128),
        })),
      ),
    ));

  test('needs an interval to rotate', () =>
    expectRefusal('CreateKey', { EnableAutomaticRotation: 'true' }, 400, 'MissingParameter'));

  test('takes what says the defaults, and ignores an interval without rotation', () =>
    create({
      KeySpec: 'Aliyun_AES_256',
      KeyUsage: 'ENCRYPT/DECRYPT',
      Origin: 'Aliyun_KMS',
      ProtectionLevel: 'SOFTWARE',
      EnableAutomaticRotation: 'false',
      RotationInterval: 'never',
      KeyStorageMechanism: 'HsmInternal',
    }));
});

describe('DescribeKeyVersion', () => {
  test('shows what ListKeyVersions shows', async () => {
    const { KeyId = '', PrimaryKeyVersion: KeyVersionId = '', CreationDate } = await create();
    const { body } = await kms.call('DescribeKeyVersion', { KeyId, KeyVersionId });
    expect(body['KeyVersion']).toEqual({ KeyId, KeyVersionId, CreationDate });
  });

  test('finds no version of another key', async () => {
    const { PrimaryKeyVersion: KeyVersionId = '' } = await create();
    const query = { KeyId: kms.keyId, KeyVersionId };
    await expectRefusal('DescribeKeyVersion', query, 404, 'Forbidden.KeyVersionNotFound');
    await expectRefusal('DescribeKeyVersion', { KeyId: kms.keyId }, 400, 'MissingParameter');
    await expectRefusal('DescribeKeyVersion', { KeyVersionId }, 400, 'MissingParameter');
  });
});

test('DescribeRegions knows this one', async () => {
  const { body } = await kms.call('DescribeRegions');
  expect(body['Regions']).toEqual({ Region: [{ RegionId: 'cn-local' }] });
});

describe('ListKeys and ListAliases', () => {
  beforeEach(async () => {
    for (let index = 0; index < 11; index += 1) {
      const { KeyId = '' } = await create();
      await kms.succeed('CreateAlias', { KeyId, AliasName: `alias/k${index}` });
    }
  });

  test('show ten at a time, in the order in which they were made', async () => {
    const first = await kms.call('ListKeys');
    expect(first.body).toMatchObject({ TotalCount: 12, PageNumber: 1, PageSize: 10 });
    const keys = (first.body['Keys'] as { Key: { KeyId: string; KeyArn: string }[] }).Key;
    expect(keys).toHaveLength(10);
    expect(keys[0]).toEqual({
      KeyId: kms.keyId,
      KeyArn: `acs:kms:cn-local:${await accountId()}:key/${kms.keyId}`,
    });
    const aliases = await kms.call('ListAliases', { PageNumber: '2', PageSize: '10' });
    expect(aliases.body).toMatchObject({ TotalCount: 12, PageNumber: 2, PageSize: 10 });
    const list = (aliases.body['Aliases'] as { Alias: { AliasName: string }[] }).Alias;
    expect(list.map((alias) => alias.AliasName)).toEqual(['alias/k9', 'alias/k10']);
    expect(list[0]).toEqual({
      AliasName: 'alias/k9',
      AliasArn: `acs:kms:cn-local:${await accountId()}:alias/k9`,
      KeyId: expect.stringMatching(UUID) as string,
    });
  });

  test('have an empty page after the last, and up to a hundred on one', async () => {
    const beyond = await kms.call('ListKeys', { PageNumber: '2147483647', PageSize: '100' });
    expect(beyond.body).toMatchObject({ Keys: { Key: [] }, TotalCount: 12 });
    const all = await kms.call('ListKeys', { PageSize: '100' });
    expect((all.body['Keys'] as { Key: unknown[] }).Key).toHaveLength(12);
  });

  test.each([{ PageNumber: '0' }, { PageSize: '0' }, { PageSize: '101' }, { PageSize: 'ten' }])(
    'refuse %j',
    async (query) => {
      await expectRefusal('ListKeys', query, 400, 'InvalidParameter');
      await expectRefusal('ListAliases', query, 400, 'InvalidParameter');
    },
  );

  test('filter keys', async () => {
    await create({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT/DECRYPT' });
    const count = async (filters: unknown): Promise<unknown> =>
      (await kms.call('ListKeys', { Filters: JSON.stringify(filters) })).body['TotalCount'];
    expect(await count([])).toBe(13);
    expect(await count([{ Key: 'KeySpec', Values: ['RSA_2048'] }])).toBe(1);
    expect(await count([{ Key: 'KeySpec', Values: ['RSA_2048', 'Aliyun_AES_256'] }])).toBe(13);
    expect(
      await count([
        { Key: 'KeySpec', Values: ['RSA_2048'] },
        { Key: 'KeySpec', Values: ['Aliyun_AES_256'] },
        { Key: 'KeyState', Values: ['Enabled'] },
      ]),
    ).toBe(13);
    expect(
      await count([
        { Key: 'KeySpec', Values: ['RSA_2048'] },
        { Key: 'KeyState', Values: ['Disabled'] },
      ]),
    ).toBe(0);
    expect(await count([{ Key: 'CreatorType', Values: ['User'] }])).toBe(13);
    expect(await count([{ Key: 'KeyUsage', Values: ['SIGN/VERIFY'] }])).toBe(0);
    expect(await count([{ Key: 'ProtectionLevel', Values: ['SOFTWARE'] }])).toBe(13);
    expect(await count([{ Key: 'CreatorType', Values: ['Service'] }])).toBe(0);
    expect(await count([{ Key: 'Creator', Values: [await accountId()] }])).toBe(13);
    expect(await count([{ Key: 'Creator', Values: ['1'] }])).toBe(0);
    expect(await count([{ Key: 'keyId', Values: [kms.keyId, 'none'] }])).toBe(1);
    expect(await count([{ Key: 'KeyId', Values: [kms.keyId] }])).toBe(1);
    expect(await count([{ Key: 'AliasName', Values: ['alias/k1', 'alias/k2', 'k3'] }])).toBe(2);
    expect(await count([{ Key: 'DKMSInstanceId', Values: ['kst-1'] }])).toBe(0);
    await create({
      DKMSInstanceId: 'kst-1',
      Tags: '[{"TagKey":"a","TagValue":"1"},{"TagKey":"b","TagValue":"2"}]',
    });
    expect(await count([{ Key: 'DKMSInstanceId', Values: ['kst-1'] }])).toBe(1);
    expect(await count([{ Key: 'TagKey', Values: ['b'] }])).toBe(1);
    expect(await count([{ Key: 'TagValue', Values: ['b'] }])).toBe(0);
    expect(
      await count([
        { Key: 'TagKey', Values: ['a'] },
        { Key: 'TagValue', Values: ['1'] },
      ]),
    ).toBe(1);
  });

  test.each([
    'KeyState',
    '{}',
    '[1]',
    '[{"Key":"KeyState"}]',
    '[{"Key":"KeyState","Values":[]}]',
    '[{"Key":"KeyState","Values":[1]}]',
    '[{"Key":"Nope","Values":["a"]}]',
    '[{"Key":"__proto__","Values":["a"]}]',
    '[{"Key":"KeySpec","Values":["AES"]}]',
    '[{"Key":"KeyState","Values":["enabled"]}]',
    'null',
    JSON.stringify(Array.from({ length: 11 }, () => ({ Key: 'KeyState', Values: ['Enabled'] }))),
  ])('refuse the filter %.40s', (Filters) =>
    expectRefusal('ListKeys', { Filters }, 400, 'InvalidParameter'),
  );
});

describe('the protocol', () => {
  test.each(['2016-01-21', '2016-1-20', 'latest'])('refuses API version %s', async (version) => {
    const answer = await kms.call('ListKeys', {}, { headers: { 'x-acs-version': version } });
    expect([answer.status, answer.body['Code']]).toEqual([400, 'InvalidVersion']);
  });

  test.each(['Nope', 'listKeys', '__proto__', 'constructor'])('knows no operation %s', (action) =>
    expectRefusal(action, {}, 404, 'InvalidAction.NotFound'),
  );

  test('takes Action and Version as parameters too, if they agree with the headers', async () => {
    await kms.succeed('ListKeys', { Action: 'ListKeys', Version: '2016-01-20' });
    await expectRefusal('ListKeys', { Action: 'ListAliases' }, 400, 'InvalidParameter');
    await expectRefusal('ListKeys', { Version: '2015-01-20' }, 400, 'InvalidParameter');
  });

  test('ignores parameters that no operation knows, as KMS does', () =>
    kms.succeed('ListKeys', { RegionId: 'cn-local', 'EncryptionContext.a': 'b', Other: '1' }));

  test('takes a parameter once, in the query or in the form', async () => {
    const answer = await kms.call(
      'GenerateDataKey',
      { KeyId: kms.keyId },
      { form: { KeyId: kms.keyId } },
    );
    expect([answer.status, answer.body['Code']]).toEqual([400, 'InvalidParameter']);
  });
});
