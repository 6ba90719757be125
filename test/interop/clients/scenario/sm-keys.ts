/* KMS keys of SM4 and SM2. */
import { encryptForSm2, opensExport, PUBLIC_KEY_BLOB, randomBase64 } from './proofs.ts';
import { BASE64, defineSteps, get, listAt, UUID } from './step.ts';

const CONTEXT = '{"purpose":"a b+c","名":"值"}';
const SM4 = { row: 'SM4 keys (`Aliyun_SM4`)', isLocalOnly: true } as const;
const SM2 = { row: 'SM2 keys (`EC_SM2`)', isLocalOnly: true } as const;
const KEY = { KeyId: '${sm2Key}', KeyVersionId: '${sm2Version}' };

export const SM_KEYS = defineSteps([
  {
    ...SM4,
    name: 'an SM4 key is symmetric, and in an HSM',
    action: 'CreateKey',
    parameters: { Description: '${prefix} sm4', KeySpec: 'Aliyun_SM4' },
    answers: {
      'KeyMetadata.KeySpec': 'Aliyun_SM4',
      'KeyMetadata.KeyUsage': 'ENCRYPT/DECRYPT',
      'KeyMetadata.ProtectionLevel': 'HSM',
      'KeyMetadata.PrimaryKeyVersion': UUID,
    },
    saves: { sm4Key: 'KeyMetadata.KeyId', sm4Version: 'KeyMetadata.PrimaryKeyVersion' },
  },
  {
    ...SM4,
    name: 'an SM4 key in software',
    action: 'CreateKey',
    parameters: { KeySpec: 'Aliyun_SM4', ProtectionLevel: 'SOFTWARE' },
    refused: ['UnsupportedOperation', 400],
  },
  {
    ...SM4,
    name: 'the longest plaintext under SM4',
    action: 'Encrypt',
    computes: () => ({ sm4Plaintext: randomBase64(6144) }),
    parameters: {
      KeyId: '${sm4Key}',
      Plaintext: '${sm4Plaintext}',
      EncryptionContext: CONTEXT,
    },
    answers: { KeyId: '${sm4Key}', KeyVersionId: '${sm4Version}', CiphertextBlob: BASE64 },
    saves: { sm4Blob: 'CiphertextBlob' },
  },
  {
    ...SM4,
    name: 'what was encrypted under SM4 comes back',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${sm4Blob}', EncryptionContext: CONTEXT },
    answers: { KeyId: '${sm4Key}', Plaintext: '${sm4Plaintext}' },
  },
  {
    ...SM4,
    name: 'what was encrypted under SM4 has its context',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${sm4Blob}' },
    refused: ['InvalidParameter', 400],
  },
  {
    ...SM4,
    name: 'a data key under SM4 is exported',
    action: 'GenerateAndExportDataKey',
    parameters: {
      KeyId: '${sm4Key}',
      PublicKeyBlob: PUBLIC_KEY_BLOB,
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    },
    answers: { KeyId: '${sm4Key}', Plaintext: null },
    saves: { sm4DataKeyBlob: 'CiphertextBlob' },
    proves: opensExport('RSAES_OAEP_SHA_256', 32, 'sm4DataKey'),
  },
  {
    ...SM4,
    name: 'a data key under SM4 comes back',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${sm4DataKeyBlob}' },
    answers: { KeyId: '${sm4Key}', Plaintext: '${sm4DataKey}' },
  },
  {
    ...SM2,
    name: 'an SM2 key that decrypts',
    action: 'CreateKey',
    parameters: { Description: '${prefix} sm2', KeySpec: 'EC_SM2', KeyUsage: 'ENCRYPT/DECRYPT' },
    answers: {
      'KeyMetadata.KeySpec': 'EC_SM2',
      'KeyMetadata.ProtectionLevel': 'HSM',
      'KeyMetadata.PrimaryKeyVersion': '',
    },
    saves: { sm2Key: 'KeyMetadata.KeyId' },
  },
  {
    ...SM2,
    name: 'the version of an SM2 key',
    action: 'ListKeyVersions',
    parameters: { KeyId: '${sm2Key}' },
    proves: (body, saved) => {
      const [version] = listAt(body, 'KeyVersions.KeyVersion');
      saved.set('sm2Version', String(version?.['KeyVersionId']));
    },
  },
  {
    ...SM2,
    name: 'the public half of an SM2 key',
    action: 'GetPublicKey',
    parameters: KEY,
    answers: { ...KEY, PublicKey: /^-----BEGIN PUBLIC KEY-----\n/ },
    saves: { sm2PublicKey: 'PublicKey' },
  },
  {
    ...SM2,
    name: 'what openssl encrypted with the public half comes back',
    action: 'AsymmetricDecrypt',
    computes: (saved) => {
      const sm2Secret = randomBase64(100);
      const bytes = Buffer.from(sm2Secret, 'base64');
      return { sm2Secret, sm2Sealed: encryptForSm2(get(saved, 'sm2PublicKey'), bytes) };
    },
    parameters: { ...KEY, Algorithm: 'SM2PKE', CiphertextBlob: '${sm2Sealed}' },
    answers: { ...KEY, Plaintext: '${sm2Secret}' },
  },
  {
    ...SM2,
    name: 'what is encrypted with SM2PKE',
    action: 'AsymmetricEncrypt',
    parameters: { ...KEY, Algorithm: 'SM2PKE', Plaintext: '${sm2Secret}' },
    answers: KEY,
    saves: { sm2Blob: 'CiphertextBlob' },
  },
  {
    ...SM2,
    name: 'what was encrypted with SM2PKE comes back',
    action: 'AsymmetricDecrypt',
    parameters: { ...KEY, Algorithm: 'SM2PKE', CiphertextBlob: '${sm2Blob}' },
    answers: { Plaintext: '${sm2Secret}' },
  },
  {
    ...SM2,
    name: 'an SM2 key with an algorithm of RSA',
    action: 'AsymmetricDecrypt',
    parameters: { ...KEY, Algorithm: 'RSAES_OAEP_SHA_256', CiphertextBlob: '${sm2Blob}' },
    refused: ['InvalidParameter', 400],
  },
  {
    ...SM2,
    name: 'a ciphertext of an SM2 key moves to an SM4 key',
    action: 'ReEncrypt',
    parameters: {
      CiphertextBlob: '${sm2Blob}',
      SourceKeyId: '${sm2Key}',
      SourceKeyVersionId: '${sm2Version}',
      SourceEncryptionAlgorithm: 'SM2PKE',
      DestinationKeyId: '${sm4Key}',
    },
    answers: KEY,
    saves: { sm2MovedBlob: 'CiphertextBlob' },
  },
  {
    ...SM2,
    name: 'what came from an SM2 key comes back with the SM4 key',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${sm2MovedBlob}' },
    answers: { KeyId: '${sm4Key}', Plaintext: '${sm2Secret}' },
  },
]);
