import { constants, createPublicKey, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import type { TestGateway } from './test-kms.ts';

/* Calls of the embedded KMS that are right in every respect, one for each operation. */

type Fields = Record<string, string>;
type HowToCall = Parameters<TestGateway['call']>[2];

/** Makes a call that must succeed. */
export async function succeed(
  kms: TestGateway,
  action: string,
  query: Fields = {},
  how: HowToCall = {},
): Promise<Fields> {
  const { status, body } = await kms.call(action, query, how);
  if (status !== 200) throw new Error(`${action}: ${status} ${JSON.stringify(body)}`);
  return body as Fields;
}

/** Makes a call that must be refused, and tells how: `400 InvalidParameter`. */
export async function refusalOf(
  kms: TestGateway,
  action: string,
  query: Fields = {},
  how: HowToCall = {},
): Promise<string> {
  const { status, body } = await kms.call(action, query, how);
  return status === 200 ? '200' : `${status} ${String(body['Code'])}`;
}

/** Makes a KMS key and gives its id. */
export async function newKeyId(kms: TestGateway, query: Fields = {}): Promise<string> {
  const { KeyMetadata } = await succeed(kms, 'CreateKey', query);
  return (KeyMetadata as unknown as Fields)['KeyId'] ?? '';
}

/** Makes an RSA key that encrypts, and gives its id and that of its version. */
export async function newRsaKey(
  kms: TestGateway,
  keySpec = 'RSA_2048',
): Promise<{ KeyId: string; KeyVersionId: string }> {
  const KeyId = await newKeyId(kms, { KeySpec: keySpec, KeyUsage: 'ENCRYPT/DECRYPT' });
  return { KeyId, KeyVersionId: await versionIdOf(kms, KeyId) };
}

/** The id of a key's first version. */
async function versionIdOf(kms: TestGateway, KeyId: string): Promise<string> {
  const { KeyVersions } = await succeed(kms, 'ListKeyVersions', { KeyId });
  const { KeyVersion } = KeyVersions as unknown as { KeyVersion: Fields[] };
  return KeyVersion[0]?.['KeyVersionId'] ?? '';
}

/**
 * Makes what the operations need, each its own, and gives the parameters of a call of each that succeeds; only those of
 * `CreateKeyVersion` ask for a key in a KMS instance.
 */
export async function validCalls(kms: TestGateway): Promise<ReadonlyMap<string, Fields>> {
  const wrapping = wrappingParameters();
  const KeyId = await newKeyId(kms);
  const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId });
  const rsa = await newRsaKey(kms);
  const asymmetric = { ...rsa, Algorithm: 'RSAES_OAEP_SHA_256' };
  const sealed = await succeed(kms, 'AsymmetricEncrypt', { ...asymmetric, Plaintext: 'QQ==' });
  const pending = await newKeyId(kms);
  await succeed(kms, 'ScheduleKeyDeletion', { KeyId: pending, PendingWindowInDays: '7' });
  for (const name of ['update', 'delete']) {
    await succeed(kms, 'CreateAlias', { KeyId, AliasName: `alias/${name}` });
  }
  const value = { SecretData: 'value', VersionId: 'v1' };
  for (const SecretName of ['made', 'deletable', 'deleted']) {
    await succeed(kms, 'CreateSecret', { SecretName, ...value });
  }
  await succeed(kms, 'DeleteSecret', { SecretName: 'deleted' });
  const inInstance = { KeyId: await newKeyId(kms, { DKMSInstanceId: 'kst-test' }) };
  const resources = { RegionId: 'cn-local', ResourceType: 'key', 'ResourceId.1': KeyId };
  return new Map<string, Fields>([
    ['AsymmetricDecrypt', { ...asymmetric, CiphertextBlob: sealed['CiphertextBlob'] ?? '' }],
    ['AsymmetricEncrypt', { ...asymmetric, Plaintext: 'QQ==' }],
    ['CancelKeyDeletion', { KeyId: pending }],
    ['CreateAlias', { KeyId, AliasName: 'alias/new' }],
    ['CreateKey', {}],
    ['CreateKeyVersion', { KeyId: await newKeyId(kms, { DKMSInstanceId: 'kst-test' }) }],
    ['CreateSecret', { SecretName: 'new', ...value }],
    ['Decrypt', { CiphertextBlob }],
    ['DeleteAlias', { AliasName: 'alias/delete' }],
    ['DeleteKeyMaterial', { KeyId: await newKeyId(kms, { Origin: 'EXTERNAL' }) }],
    ['DeleteSecret', { SecretName: 'deletable' }],
    ['DescribeKey', { KeyId }],
    ['DescribeKeyVersion', { KeyId, KeyVersionId: await versionIdOf(kms, KeyId) }],
    ['DescribeRegions', {}],
    ['DescribeSecret', { SecretName: 'made' }],
    ['DisableKey', { KeyId: await newKeyId(kms) }],
    ['EnableKey', { KeyId: await newKeyId(kms) }],
    ['Encrypt', { KeyId, Plaintext: 'QQ==' }],
    ['ExportDataKey', { CiphertextBlob, ...wrapping }],
    ['GenerateAndExportDataKey', { KeyId, ...wrapping }],
    ['GenerateDataKey', { KeyId }],
    ['GenerateDataKeyWithoutPlaintext', { KeyId }],
    ['GetKeyPolicy', inInstance],
    ['GetParametersForImport', await importable(kms)],
    ['GetPublicKey', rsa],
    ['GetSecretValue', { SecretName: 'made' }],
    ['ImportKeyMaterial', await keyMaterial(kms)],
    ['ListAliases', {}],
    ['ListAliasesByKeyId', { KeyId }],
    ['ListKeyVersions', { KeyId }],
    ['ListKeys', {}],
    ['ListResourceTags', { KeyId }],
    ['ListSecretVersionIds', { SecretName: 'made' }],
    ['ListSecrets', {}],
    ['ListTagResources', resources],
    ['PutSecretValue', { SecretName: 'made', ...value, VersionId: 'v2' }],
    ['ReEncrypt', { CiphertextBlob, DestinationKeyId: await newKeyId(kms) }],
    ['RestoreSecret', { SecretName: 'deleted' }],
    ['ScheduleKeyDeletion', { KeyId: await newKeyId(kms), PendingWindowInDays: '7' }],
    ['SetDeletionProtection', { KeyId, EnableDeletionProtection: 'true' }],
    ['SetKeyPolicy', { ...inInstance, Policy: JSON.stringify(KEY_POLICY) }],
    ['TagResource', { KeyId, Tags: '[{"TagKey":"a","TagValue":"b"}]' }],
    ['TagResources', { ...resources, 'Tag.1.Key': 'c', 'Tag.1.Value': 'd' }],
    ['UntagResource', { KeyId, TagKeys: '["a"]' }],
    ['UntagResources', { ...resources, 'TagKey.1': 'c' }],
    ['UpdateAlias', { KeyId, AliasName: 'alias/update' }],
    ['UpdateKeyDescription', { KeyId, Description: 'another' }],
    ['UpdateRotationPolicy', { KeyId, EnableAutomaticRotation: 'true', RotationInterval: '365d' }],
    ['UpdateSecret', { SecretName: 'made', Description: 'another' }],
    ['UpdateSecretVersionStage', { SecretName: 'made', VersionStage: 'next', MoveToVersion: 'v1' }],
  ]);
}

/** A key policy that lets no RAM user do anything. */
const KEY_POLICY = {
  Version: '1',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { RAM: ['acs:ram::1234567890123456:user/nobody'] },
      Action: ['kms:DescribeKey'],
      Resource: ['*'],
    },
  ],
};

/** A new wrapping key, as the operations that export a data key take it. */
export function wrappingParameters(): Fields {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    PublicKeyBlob: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    WrappingKeySpec: 'RSA_2048',
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
  };
}

async function importable(kms: TestGateway): Promise<Fields> {
  return {
    KeyId: await newKeyId(kms, { Origin: 'EXTERNAL' }),
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  };
}

/** Material for a new KMS key, encrypted for its way to it. */
export async function keyMaterial(kms: TestGateway): Promise<Fields> {
  const query = await importable(kms);
  const { PublicKey = '', ImportToken = '' } = await succeed(kms, 'GetParametersForImport', query);
  const der = Buffer.from(PublicKey, 'base64');
  const encrypted = publicEncrypt(
    {
      key: createPublicKey({ key: der, format: 'der', type: 'spki' }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
    },
    Buffer.alloc(32, 7),
  );
  return {
    KeyId: query['KeyId'] ?? '',
    EncryptedKeyMaterial: encrypted.toString('base64'),
    ImportToken,
    KeyMaterialExpireUnix: '0',
  };
}
