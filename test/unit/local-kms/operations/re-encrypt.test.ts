import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AccessKey } from '../../../../src/local-kms/state/state.ts';
import { newKeyId, newRsaKey, refusalOf, succeed } from '../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';
import { allow, ramUser, withAccessKeys } from '../../../support/local-kms/ram-user.ts';

let kms: TestGateway;
let users: { from: AccessKey; to: AccessKey; both: AccessKey };
let KeyId: string;
let DestinationKeyId: string;

beforeAll(async () => {
  kms = await startTestGateway((state) => {
    users = {
      from: ramUser(state, 'From', [allow('kms:ReEncryptFrom', 'kms:Decrypt')]),
      to: ramUser(state, 'To', [allow('kms:ReEncryptTo', 'kms:Encrypt')]),
      both: ramUser(state, 'Both', [allow('kms:ReEncrypt*')]),
    };
    return withAccessKeys(state, ...Object.values(users));
  });
  KeyId = await newKeyId(kms);
  DestinationKeyId = await newKeyId(kms);
});

describe('ReEncrypt of a symmetric key’s ciphertext', () => {
  test('carries a data key to the other key, and names the key that decrypted', async () => {
    const made = await succeed(kms, 'GenerateDataKey', { KeyId });
    const { CiphertextBlob = '', Plaintext = '' } = made;
    const moved = await succeed(kms, 'ReEncrypt', { CiphertextBlob, DestinationKeyId });
    expect(Object.keys(moved).sort()).toEqual(
      ['CiphertextBlob', 'KeyId', 'KeyVersionId', 'RequestId'].sort(),
    );
    expect(moved).toMatchObject({ KeyId, KeyVersionId: made['KeyVersionId'] });
    const blob = { CiphertextBlob: moved['CiphertextBlob'] ?? '' };
    const opened = await succeed(kms, 'Decrypt', blob);
    expect(opened).toMatchObject({ KeyId: DestinationKeyId, Plaintext });
    expect((await succeed(kms, 'Decrypt', { CiphertextBlob }))['Plaintext']).toBe(Plaintext);
  });

  test('takes 6 KB, and the same key again under another context', async () => {
    const Plaintext = Buffer.alloc(6144, 7).toString('base64');
    const { CiphertextBlob = '' } = await succeed(kms, 'Encrypt', { KeyId, Plaintext });
    const DestinationEncryptionContext = '{"b":"2","a":"1"}';
    const query = { CiphertextBlob, DestinationKeyId: KeyId, DestinationEncryptionContext };
    const moved = await succeed(kms, 'ReEncrypt', query);
    const blob = { CiphertextBlob: moved['CiphertextBlob'] ?? '' };
    const context = { EncryptionContext: '{"a":"1","b":"2"}' };
    expect((await succeed(kms, 'Decrypt', { ...blob, ...context }))['Plaintext']).toBe(Plaintext);
    expect(await refusalOf(kms, 'Decrypt', blob)).toBe('400 InvalidParameter');
  });

  test('does not take the source’s context over to the destination', async () => {
    const context = '{"a":"1"}';
    const made = await succeed(kms, 'GenerateDataKey', { KeyId, EncryptionContext: context });
    const { CiphertextBlob = '' } = made;
    const query = { CiphertextBlob, DestinationKeyId, SourceEncryptionContext: context };
    const moved = await succeed(kms, 'ReEncrypt', query);
    const blob = { CiphertextBlob: moved['CiphertextBlob'] ?? '' };
    expect((await succeed(kms, 'Decrypt', blob))['Plaintext']).toBe(made['Plaintext']);
    const kept = { ...blob, EncryptionContext: context };
    expect(await refusalOf(kms, 'Decrypt', kept)).toBe('400 InvalidParameter');
  });

  test('tells a wrong context and a damaged blob apart from nothing', async () => {
    const EncryptionContext = '{"a":"1"}';
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', {
      KeyId,
      EncryptionContext,
    });
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    const SourceEncryptionContext = EncryptionContext;
    for (const change of [
      {},
      { SourceEncryptionContext: '{"a":"2"}' },
      { SourceEncryptionContext, CiphertextBlob: bytes.toString('base64') },
      { SourceEncryptionContext, CiphertextBlob: 'AAAA' },
    ]) {
      const query = { CiphertextBlob, DestinationKeyId, ...change };
      const { status, body } = await kms.call('ReEncrypt', query);
      expect([status, body['Code'], body['Message']]).toEqual([
        400,
        'InvalidParameter',
        'The specified parameter is not valid.',
      ]);
    }
  });

  test('needs a ciphertext and a symmetric destination that is enabled', async () => {
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId });
    expect(await refusalOf(kms, 'ReEncrypt', { DestinationKeyId })).toBe('400 MissingParameter');
    expect(await refusalOf(kms, 'ReEncrypt', { CiphertextBlob })).toBe('400 MissingParameter');
    const rsa = await newRsaKey(kms);
    const disabled = await newKeyId(kms);
    await succeed(kms, 'DisableKey', { KeyId: disabled });
    for (const [destination, refusal] of [
      [rsa.KeyId, '400 UnsupportedOperation'],
      [disabled, '409 Rejected.Disabled'],
      ['alias/none', '404 Forbidden.AliasNotFound'],
    ] as const) {
      const query = { CiphertextBlob, DestinationKeyId: destination };
      expect(await refusalOf(kms, 'ReEncrypt', query)).toBe(refusal);
    }
  });

  test('refuses a source that is not enabled', async () => {
    const source = await newKeyId(kms);
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId: source });
    await succeed(kms, 'ScheduleKeyDeletion', { KeyId: source, PendingWindowInDays: '7' });
    const query = { CiphertextBlob, DestinationKeyId };
    expect(await refusalOf(kms, 'ReEncrypt', query)).toBe('409 Rejected.PendingDeletion');
  });

  test('needs kms:ReEncryptFrom on the one key and kms:ReEncryptTo on the other', async () => {
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId });
    const query = { CiphertextBlob, DestinationKeyId };
    const tried = async (accessKey: AccessKey): Promise<string> => {
      const { status, body } = await kms.call('ReEncrypt', query, { accessKey });
      return status === 200 ? '200' : `${status} ${String(body['Message'])}`;
    };
    expect(await tried(users.both)).toBe('200');
    expect(await tried(users.from)).toMatch(`key/${DestinationKeyId} is forbidden`);
    expect(await tried(users.to)).toMatch(`key/${KeyId} is forbidden`);
  });

  test('opens nothing for a caller who may not use the destination', async () => {
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId });
    const damaged = Buffer.from(CiphertextBlob, 'base64');
    damaged.writeUInt8(damaged.readUInt8(60) ^ 1, 60);
    const query = { CiphertextBlob: damaged.toString('base64'), DestinationKeyId };
    const how = { accessKey: users.from };
    expect(await refusalOf(kms, 'ReEncrypt', query, how)).toBe('403 Forbidden.NoPermission');
    expect(await refusalOf(kms, 'ReEncrypt', query)).toBe('400 InvalidParameter');
  });

  test('is not offered by a dedicated gateway', async () => {
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId });
    const query = { CiphertextBlob, DestinationKeyId };
    const host = 'kst-test.cryptoservice.kms.aliyuncs.com';
    expect(await refusalOf(kms, 'ReEncrypt', query, { host })).toBe('400 UnsupportedOperation');
    await succeed(kms, 'Decrypt', { CiphertextBlob }, { host });
  });
});

describe('ReEncrypt of an asymmetric key’s ciphertext', () => {
  let rsa: Awaited<ReturnType<typeof newRsaKey>>;
  let source: Record<string, string>;

  beforeAll(async () => {
    rsa = await newRsaKey(kms);
    const { PublicKey = '' } = await succeed(kms, 'GetPublicKey', rsa);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const blob = publicEncrypt(
      { key: createPublicKey(PublicKey), padding, oaepHash: 'sha1' },
      Buffer.from('secret'),
    );
    source = {
      CiphertextBlob: blob.toString('base64'),
      SourceKeyId: rsa.KeyId,
      SourceKeyVersionId: rsa.KeyVersionId,
      SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
    };
  });

  test('brings under a symmetric key what came under the public one', async () => {
    const DestinationEncryptionContext = '{"a":"1"}';
    const query = { ...source, DestinationKeyId, DestinationEncryptionContext };
    const moved = await succeed(kms, 'ReEncrypt', query);
    expect(moved).toMatchObject(rsa);
    const { Plaintext = '', KeyId: opener } = await succeed(kms, 'Decrypt', {
      CiphertextBlob: moved['CiphertextBlob'] ?? '',
      EncryptionContext: DestinationEncryptionContext,
    });
    expect(Buffer.from(Plaintext, 'base64').toString()).toBe('secret');
    expect(opener).toBe(DestinationKeyId);
  });

  test.each(['SourceKeyId', 'SourceKeyVersionId', 'SourceEncryptionAlgorithm'])(
    'needs %s beside the other two',
    async (name) => {
      const { [name]: _, ...rest } = source;
      const { status, body } = await kms.call('ReEncrypt', { ...rest, DestinationKeyId });
      expect([status, body['Message']]).toEqual([
        400,
        `The parameter "${name}" is needed but not provided.`,
      ]);
    },
  );

  test.each([
    ['the other hash', { SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }, '400 InvalidParameter'],
    ['the algorithm of SM2', { SourceEncryptionAlgorithm: 'SM2PKE' }, '400 InvalidParameter'],
    ['an unknown algorithm', { SourceEncryptionAlgorithm: 'none' }, '400 InvalidParameter'],
    ['an unknown version', { SourceKeyVersionId: 'x' }, '404 Forbidden.KeyVersionNotFound'],
    ['an unknown key', { SourceKeyId: 'x' }, '404 Forbidden.KeyNotFound'],
    ['a symmetric key', { SourceKeyId: 'alias/rehearsal' }, '400 UnsupportedOperation'],
    ['a source context', { SourceEncryptionContext: '{"a":"1"}' }, '400 InvalidParameter'],
  ])('refuses %s', async (_what, change, refusal) => {
    const query = { ...source, DestinationKeyId, ...change };
    expect(await refusalOf(kms, 'ReEncrypt', query)).toBe(refusal);
  });

  test('needs kms:ReEncryptFrom, not kms:AsymmetricDecrypt', async () => {
    const query = { ...source, DestinationKeyId };
    expect(await refusalOf(kms, 'ReEncrypt', query, { accessKey: users.both })).toBe('200');
    expect(await refusalOf(kms, 'ReEncrypt', query, { accessKey: users.to })).toBe(
      '403 Forbidden.NoPermission',
    );
  });
});
