/* The specs that only keys of a KMS instance have, and what an HMAC key is not for. */
import { createPublicKey, publicEncrypt, constants } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { KEY_SPECS, needsInstance } from '../../../../../src/local-kms/state/key-spec.ts';
import {
  newKeyId,
  refusalOf,
  succeed,
  wrappingParameters,
} from '../../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

const INSTANCE = { DKMSInstanceId: 'kst-1' };
const OF_INSTANCES = [
  ...['Aliyun_AES_192', 'Aliyun_AES_128', 'RSA_4096'],
  ...['HMAC_SM3', 'HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512'],
];

let kms: TestGateway;
beforeAll(async () => {
  kms = await startTestGateway();
});

async function describeKey(KeyId: string): Promise<Record<string, string>> {
  const { KeyMetadata } = await succeed(kms, 'DescribeKey', { KeyId });
  return KeyMetadata as unknown as Record<string, string>;
}

describe('a default key', () => {
  test.each(OF_INSTANCES)('cannot be of the spec %s', async (KeySpec) => {
    expect(await refusalOf(kms, 'CreateKey', { KeySpec })).toBe('400 UnsupportedOperation');
  });

  test('can be of every other', () => {
    expect(KEY_SPECS.filter(needsInstance)).toEqual(OF_INSTANCES);
  });
});

describe.each([['Aliyun_AES_192'], ['Aliyun_AES_128']])('a key of the spec %s', (KeySpec) => {
  test('is of a hardware instance', async () => {
    const KeyId = await newKeyId(kms, { ...INSTANCE, KeySpec });
    expect(await describeKey(KeyId)).toMatchObject({
      KeySpec,
      KeyUsage: 'ENCRYPT/DECRYPT',
      ProtectionLevel: 'HSM',
      ...INSTANCE,
    });
    const soft = { ...INSTANCE, KeySpec, ProtectionLevel: 'SOFTWARE' };
    expect(await refusalOf(kms, 'CreateKey', soft)).toBe('400 UnsupportedOperation');
  });

  test('generates data keys that it opens again, under their context alone', async () => {
    const KeyId = await newKeyId(kms, { ...INSTANCE, KeySpec });
    const EncryptionContext = '{"purpose":"payments"}';
    const made = await succeed(kms, 'GenerateDataKey', { KeyId, EncryptionContext });
    const { CiphertextBlob = '' } = made;
    const opened = await succeed(kms, 'Decrypt', { CiphertextBlob, EncryptionContext });
    expect(opened).toMatchObject({ KeyId, Plaintext: made['Plaintext'] });
    expect(await refusalOf(kms, 'Decrypt', { CiphertextBlob })).toBe('400 InvalidParameter');
    expect(
      await refusalOf(kms, 'GenerateAndExportDataKey', { KeyId, ...wrappingParameters() }),
    ).toBe('200');
  });
});

test('a key of the spec RSA_4096 decrypts what was encrypted under its public half', async () => {
  const KeyId = await newKeyId(kms, {
    ...INSTANCE,
    KeySpec: 'RSA_4096',
    KeyUsage: 'ENCRYPT/DECRYPT',
  });
  const { KeyVersions } = await succeed(kms, 'ListKeyVersions', { KeyId });
  const { KeyVersion } = KeyVersions as unknown as { KeyVersion: { KeyVersionId: string }[] };
  const version = { KeyId, KeyVersionId: KeyVersion[0]?.KeyVersionId ?? '' };
  const { PublicKey = '' } = await succeed(kms, 'GetPublicKey', version);
  const key = createPublicKey(PublicKey);
  expect(key.asymmetricKeyDetails?.modulusLength).toBe(4096);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const plaintext = Buffer.alloc(446, 7);
  const CiphertextBlob = publicEncrypt({ key, padding, oaepHash: 'sha256' }, plaintext);
  const opened = await succeed(kms, 'AsymmetricDecrypt', {
    ...version,
    Algorithm: 'RSAES_OAEP_SHA_256',
    CiphertextBlob: CiphertextBlob.toString('base64'),
  });
  expect(opened['Plaintext']).toBe(plaintext.toString('base64'));
});

describe('an HMAC key', () => {
  test('is found, listed and filtered, and is for MACs alone', async () => {
    const KeyId = await newKeyId(kms, { ...INSTANCE, KeySpec: 'HMAC_SHA_256' });
    expect(await describeKey(KeyId)).toMatchObject({
      KeySpec: 'HMAC_SHA_256',
      KeyUsage: 'GENERATE/VERIFY',
      KeyState: 'Enabled',
    });
    const Filters = JSON.stringify([{ Key: 'KeyUsage', Values: ['GENERATE/VERIFY'] }]);
    const { Keys } = await succeed(kms, 'ListKeys', { Filters });
    expect(Keys).toMatchObject({ Key: [{ KeyId }] });
    const forOther = { ...INSTANCE, KeySpec: 'HMAC_SM3', KeyUsage: 'ENCRYPT/DECRYPT' };
    expect(await refusalOf(kms, 'CreateKey', forOther)).toBe('400 InvalidParameter');
  });

  test.each([
    ['GenerateAndExportDataKey', wrappingParameters()],
    ['GenerateDataKey', {}],
    ['GenerateDataKeyWithoutPlaintext', {}],
    ['Encrypt', { Plaintext: 'QQ==' }],
    ['AsymmetricEncrypt', { Algorithm: 'RSAES_OAEP_SHA_256', Plaintext: 'QQ==' }],
    ['AsymmetricDecrypt', { Algorithm: 'RSAES_OAEP_SHA_256', CiphertextBlob: 'QQ==' }],
    ['GetPublicKey', {}],
    ['CreateKeyVersion', {}],
    [
      'GetParametersForImport',
      { WrappingKeySpec: 'RSA_2048', WrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
    ],
  ])('is refused by %s', async (action, query) => {
    const KeyId = await newKeyId(kms, { ...INSTANCE, KeySpec: 'HMAC_SM3' });
    const { PrimaryKeyVersion: KeyVersionId = '' } = await describeKey(KeyId);
    expect(await refusalOf(kms, action, { KeyId, KeyVersionId, ...query })).toMatch(
      /^400 (?:Rejected\.)?Unsupported(?:Operation|\.Origin)$/,
    );
  });

  test.each([{ Origin: 'EXTERNAL' }, { EnableAutomaticRotation: 'true', RotationInterval: '30d' }])(
    'is made by KMS and does not rotate: %j',
    async (query) => {
      const hmac = { ...INSTANCE, KeySpec: 'HMAC_SHA_512', ...query };
      expect(await refusalOf(kms, 'CreateKey', hmac)).toBe('400 UnsupportedOperation');
    },
  );
});
