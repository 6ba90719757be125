/* KMS keys of the specs Aliyun_SM4 and EC_SM2: what other keys of their kind can, they can. */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { encryptSm2, readSm2Point } from '../../../../../src/local-kms/encryption/sm2.ts';
import { findWrappingAlgorithm } from '../../../../../src/wrapping/algorithms.ts';
import { keyFacts } from '../../../../../src/wrapping/key-facts.ts';
import { sm2UnwrappingKey } from '../../../../../src/wrapping/sm2/private-key.ts';
import { newKeyId, refusalOf, succeed } from '../../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';
import { testKey } from '../../../../support/wrapping/wrapping-keys.ts';

const SM4 = { KeySpec: 'Aliyun_SM4' };
const SM2 = { KeySpec: 'EC_SM2', KeyUsage: 'ENCRYPT/DECRYPT' };
const SM2PKE = { Algorithm: 'SM2PKE' };
const CONTEXT = { EncryptionContext: '{"b":"2","a":"1"}' };

let kms: TestGateway;
let aes: string;
let sm4: string;
let sm2: { KeyId: string; KeyVersionId: string };
let publicKey: string;

beforeAll(async () => {
  kms = await startTestGateway();
  aes = await newKeyId(kms);
  sm4 = await newKeyId(kms, SM4);
  const KeyId = await newKeyId(kms, SM2);
  const { KeyVersions } = await succeed(kms, 'ListKeyVersions', { KeyId });
  const { KeyVersion } = KeyVersions as unknown as { KeyVersion: { KeyVersionId: string }[] };
  sm2 = { KeyId, KeyVersionId: KeyVersion[0]?.KeyVersionId ?? '' };
  ({ PublicKey: publicKey = '' } = await succeed(kms, 'GetPublicKey', sm2));
});

async function describeKey(KeyId: string): Promise<Record<string, string>> {
  const { KeyMetadata } = await succeed(kms, 'DescribeKey', { KeyId });
  return KeyMetadata as unknown as Record<string, string>;
}

/** Encrypts under a public key as somebody does who has nothing else. */
function encryptOutside(plaintext: Buffer): string {
  const spki = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  const ciphertext = encryptSm2(plaintext, readSm2Point(spki) ?? '');
  if (ciphertext === undefined) throw new Error('no point');
  return ciphertext.toString('base64');
}

describe('the keys', () => {
  test.each([
    [SM4, 'ENCRYPT/DECRYPT'],
    [{ KeySpec: 'EC_SM2' }, 'SIGN/VERIFY'],
    [SM2, 'ENCRYPT/DECRYPT'],
  ])('%j are of a managed HSM, and have the usage %s', async (query, KeyUsage) => {
    const made = await describeKey(await newKeyId(kms, query));
    expect(made).toMatchObject({
      ...query,
      KeyUsage,
      ProtectionLevel: 'HSM',
      Origin: 'Aliyun_KMS',
    });
    const stated = await newKeyId(kms, { ...query, ProtectionLevel: 'HSM' });
    expect(await describeKey(stated)).toMatchObject({ ProtectionLevel: 'HSM' });
    const software = { ...query, ProtectionLevel: 'SOFTWARE' };
    expect(await refusalOf(kms, 'CreateKey', software)).toBe('400 UnsupportedOperation');
  });

  test.each([
    [{ ...SM4, KeyUsage: 'SIGN/VERIFY' }, '400 InvalidParameter'],
    [{ ...SM2, Origin: 'EXTERNAL' }, '400 UnsupportedOperation'],
    [
      { ...SM2, EnableAutomaticRotation: 'true', RotationInterval: '365d' },
      '400 UnsupportedOperation',
    ],
  ])('%j is refused', async (query, refusal) => {
    expect(await refusalOf(kms, 'CreateKey', query)).toBe(refusal);
  });

  test.each([SM4, SM2])('%j is found by its spec', async (query) => {
    const KeyId = await newKeyId(kms, query);
    const Filters = JSON.stringify([{ Key: 'KeySpec', Values: [query.KeySpec] }]);
    const { Keys } = await succeed(kms, 'ListKeys', { Filters, PageSize: '100' });
    const { Key } = Keys as unknown as { Key: { KeyId: string }[] };
    expect(Key.map((key) => key.KeyId)).toContain(KeyId);
    expect(Key.map((key) => key.KeyId)).not.toContain(aes);
  });
});

describe('an Aliyun_SM4 key', () => {
  test('makes data keys, and opens them with their context and no other', async () => {
    const made = await succeed(kms, 'GenerateDataKey', { KeyId: sm4, ...CONTEXT });
    const { CiphertextBlob = '', KeyVersionId = '' } = made;
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    expect(bytes.toString('latin1', 0, 36)).toBe(KeyVersionId);
    expect(bytes).toHaveLength(36 + 16 + 32 + 32);
    const opened = await succeed(kms, 'Decrypt', {
      CiphertextBlob,
      EncryptionContext: '{"a":"1","b":"2"}',
    });
    expect(opened).toMatchObject({ KeyId: sm4, KeyVersionId, Plaintext: made['Plaintext'] });
    for (const context of [{}, { EncryptionContext: '{"a":"1"}' }]) {
      const refused = refusalOf(kms, 'Decrypt', { CiphertextBlob, ...context });
      expect(await refused).toBe('400 InvalidParameter');
    }
  });

  test('opens no blob with the id of another key version', async () => {
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId: sm4 });
    const other = await newKeyId(kms, SM4);
    for (const KeyId of [other, aes]) {
      const { PrimaryKeyVersion = '' } = await describeKey(KeyId);
      const bytes = Buffer.from(CiphertextBlob, 'base64');
      bytes.write(PrimaryKeyVersion, 'latin1');
      const moved = { CiphertextBlob: bytes.toString('base64') };
      expect(await refusalOf(kms, 'Decrypt', moved)).toBe('400 InvalidParameter');
    }
  });

  test('takes 6 KB, and its blobs move to and from AES keys', async () => {
    const Plaintext = randomBytes(6144).toString('base64');
    let blob = (await succeed(kms, 'Encrypt', { KeyId: sm4, Plaintext }))['CiphertextBlob'] ?? '';
    for (const DestinationKeyId of [aes, sm4]) {
      const query = { CiphertextBlob: blob, DestinationKeyId };
      blob = (await succeed(kms, 'ReEncrypt', query))['CiphertextBlob'] ?? '';
      const opened = await succeed(kms, 'Decrypt', { CiphertextBlob: blob });
      expect(opened).toMatchObject({ KeyId: DestinationKeyId, Plaintext });
    }
  });

  test('exports data keys', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const wrapping = {
      PublicKeyBlob: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    };
    const query = { KeyId: sm4, ...wrapping, ...CONTEXT };
    const made = await succeed(kms, 'GenerateAndExportDataKey', query);
    const { CiphertextBlob = '' } = made;
    const again = await succeed(kms, 'ExportDataKey', { CiphertextBlob, ...wrapping, ...CONTEXT });
    const { Plaintext } = await succeed(kms, 'Decrypt', { CiphertextBlob, ...CONTEXT });
    for (const { ExportedDataKey = '' } of [made, again]) {
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const opened = privateDecrypt(
        { key: pair.privateKey, padding, oaepHash: 'sha256' },
        Buffer.from(ExportedDataKey, 'base64'),
      );
      expect(opened.toString('base64')).toBe(Plaintext);
    }
  });

  test('keeps a secret', async () => {
    const query = { SecretName: 'sm4', SecretData: 'value', VersionId: 'v1' };
    await succeed(kms, 'CreateSecret', { ...query, EncryptionKeyId: sm4 });
    expect(await succeed(kms, 'GetSecretValue', { SecretName: 'sm4' })).toMatchObject({
      SecretData: 'value',
    });
  });

  test.each(['RSAES_PKCS1_V1_5', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'])(
    'takes material of 16 bytes by %s, and no other',
    async (WrappingAlgorithm) => {
      const KeyId = await newKeyId(kms, { ...SM4, Origin: 'EXTERNAL' });
      const given = await succeed(kms, 'GetParametersForImport', {
        KeyId,
        WrappingKeySpec: 'RSA_2048',
        WrappingAlgorithm,
      });
      const { PublicKey = '', ImportToken = '' } = given;
      const der = Buffer.from(PublicKey, 'base64');
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
      const importing = (material: Buffer): Record<string, string> => ({
        KeyId,
        ImportToken,
        KeyMaterialExpireUnix: '0',
        EncryptedKeyMaterial: publicEncrypt(
          WrappingAlgorithm === 'RSAES_PKCS1_V1_5'
            ? { key, padding: constants.RSA_PKCS1_PADDING }
            : {
                key,
                padding: constants.RSA_PKCS1_OAEP_PADDING,
                oaepHash: WrappingAlgorithm.endsWith('256') ? 'sha256' : 'sha1',
              },
          material,
        ).toString('base64'),
      });
      for (const length of [1, 15, 17, 32]) {
        const query = importing(Buffer.alloc(length, 7));
        const refused = refusalOf(kms, 'ImportKeyMaterial', query);
        expect(await refused).toBe('400 InvalidKeyMaterial');
      }
      const material = Buffer.alloc(16, 7);
      await succeed(kms, 'ImportKeyMaterial', importing(material));
      const { CiphertextBlob = '' } = await succeed(kms, 'Encrypt', { KeyId, Plaintext: 'QQ==' });
      await succeed(kms, 'DeleteKeyMaterial', { KeyId });
      const blob = { CiphertextBlob };
      expect(await refusalOf(kms, 'Decrypt', blob)).toBe('409 Rejected.PendingImport');
      await succeed(kms, 'ImportKeyMaterial', importing(material));
      expect((await succeed(kms, 'Decrypt', blob))['Plaintext']).toBe('QQ==');
    },
  );

  test('has no public half', async () => {
    const { PrimaryKeyVersion = '' } = await describeKey(sm4);
    const query = { KeyId: sm4, KeyVersionId: PrimaryKeyVersion };
    expect(await refusalOf(kms, 'GetPublicKey', query)).toBe('400 UnsupportedOperation');
    const encrypting = { ...query, ...SM2PKE, Plaintext: 'QQ==' };
    expect(await refusalOf(kms, 'AsymmetricEncrypt', encrypting)).toBe('400 UnsupportedOperation');
  });
});

describe('an EC_SM2 key', () => {
  test('gives its public half as PEM, of the curve SM2', () => {
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(keyFacts(createPublicKey(publicKey))).toMatchObject({ keyType: 'sm2', curve: 'SM2' });
  });

  test('opens what KMS and others encrypt to it', async () => {
    for (const length of [1, 32, 6047]) {
      const plaintext = randomBytes(length);
      const Plaintext = plaintext.toString('base64');
      const query = { ...sm2, ...SM2PKE };
      const sealed = await succeed(kms, 'AsymmetricEncrypt', { ...query, Plaintext });
      expect(sealed).toMatchObject(sm2);
      const { CiphertextBlob = '' } = sealed;
      expect(Buffer.from(CiphertextBlob, 'base64')).toHaveLength(97 + length);
      for (const blob of [CiphertextBlob, encryptOutside(plaintext)]) {
        const opened = await succeed(kms, 'AsymmetricDecrypt', { ...query, CiphertextBlob: blob });
        expect(opened).toMatchObject({ ...sm2, Plaintext });
      }
    }
    const Plaintext = randomBytes(6048).toString('base64');
    const tooLong = { ...sm2, ...SM2PKE, Plaintext };
    expect(await refusalOf(kms, 'AsymmetricEncrypt', tooLong)).toBe('400 InvalidParameter');
  });

  test('encrypts what another implementation opens', async () => {
    const privateKey = createPrivateKey(testKey('sm2.pem'));
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const wrapping = {
      PublicKeyBlob: spki.toString('base64'),
      WrappingKeySpec: 'EC_SM2',
      WrappingAlgorithm: 'SM2PKE',
    };
    const made = await succeed(kms, 'GenerateAndExportDataKey', { KeyId: sm4, ...wrapping });
    const { CiphertextBlob = '', ExportedDataKey = '' } = made;
    const { Plaintext } = await succeed(kms, 'Decrypt', { CiphertextBlob });
    const key = sm2UnwrappingKey(privateKey, 'SHA256:');
    const wrapped = Buffer.from(ExportedDataKey, 'base64');
    const opened = await key.unwrap(wrapped, findWrappingAlgorithm('SM2PKE'));
    expect(opened.bytes.toString('base64')).toBe(Plaintext);
  });

  test('brings a data key back under a symmetric key', async () => {
    for (const DestinationKeyId of [sm4, aes]) {
      const query = {
        CiphertextBlob: encryptOutside(Buffer.from('secret')),
        SourceKeyId: sm2.KeyId,
        SourceKeyVersionId: sm2.KeyVersionId,
        SourceEncryptionAlgorithm: 'SM2PKE',
        DestinationKeyId,
      };
      const moved = await succeed(kms, 'ReEncrypt', query);
      expect(moved).toMatchObject(sm2);
      const blob = { CiphertextBlob: moved['CiphertextBlob'] ?? '' };
      const opened = await succeed(kms, 'Decrypt', blob);
      expect(opened).toMatchObject({ KeyId: DestinationKeyId });
      expect(Buffer.from(opened['Plaintext'] ?? '', 'base64').toString()).toBe('secret');
    }
  });

  test('tells what is wrong with a ciphertext from nothing', async () => {
    const good = Buffer.from(encryptOutside(Buffer.from('secret')), 'base64');
    const flipped = Buffer.from(good);
    flipped.writeUInt8(flipped.readUInt8(80) ^ 1, 80);
    const blobs = [flipped, good.subarray(1), good.subarray(0, -1), Buffer.alloc(128)];
    for (const blob of [...blobs.map((bytes) => bytes.toString('base64')), 'no base64', 'AAAA']) {
      const query = { ...sm2, ...SM2PKE, CiphertextBlob: blob };
      const { status, body } = await kms.call('AsymmetricDecrypt', query);
      expect([status, body['Code'], body['Message']]).toEqual([
        400,
        'InvalidParameter',
        'The specified parameter is not valid.',
      ]);
    }
  });

  test.each(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'])('does not take %s', async (Algorithm) => {
    const query = { ...sm2, Algorithm, Plaintext: 'QQ==' };
    const { status, body } = await kms.call('AsymmetricEncrypt', query);
    expect([status, body['Message']]).toEqual([
      400,
      'The specified parameter "Algorithm" is not valid.',
    ]);
  });

  test('encrypts only if it was made for it', async () => {
    const KeyId = await newKeyId(kms, { KeySpec: 'EC_SM2' });
    const query = { KeyId, KeyVersionId: 'any', ...SM2PKE, Plaintext: 'QQ==' };
    expect(await refusalOf(kms, 'AsymmetricEncrypt', query)).toBe('400 UnsupportedOperation');
  });

  test('generates no data keys and opens no blobs', async () => {
    const data = { KeyId: sm2.KeyId };
    expect(await refusalOf(kms, 'GenerateDataKey', data)).toBe('400 UnsupportedOperation');
    const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId: sm4 });
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    bytes.write(sm2.KeyVersionId, 'latin1');
    const moved = { CiphertextBlob: bytes.toString('base64') };
    expect(await refusalOf(kms, 'Decrypt', moved)).toBe('400 InvalidParameter');
  });
});
