/* Key material that the caller brings. */
import { encryptFor, randomBase64 } from './proofs.ts';
import type { Saved, Step } from './step.ts';
import { BASE64, DATE, defineSteps, get } from './step.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const SHA_256 = 'RSAES_OAEP_SHA_256';

/** Asks for a public key and a token with one algorithm. */
function parametersFor(wrappingAlgorithm: string): Step {
  return {
    name: `a public key for the material, with ${wrappingAlgorithm}`,
    action: 'GetParametersForImport',
    parameters: {
      KeyId: '${externalKey}',
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: wrappingAlgorithm,
    },
    answers: {
      KeyId: '${externalKey}',
      PublicKey: BASE64,
      ImportToken: BASE64,
      TokenExpireTime: DATE,
    },
    saves: { importKey: 'PublicKey', importToken: 'ImportToken' },
  };
}

/** Wraps material that was saved for the public key that was given out last. */
function wraps(material: string, algorithm: string) {
  return (saved: Saved): Record<string, string> => {
    const bytes = Buffer.from(get(saved, material), 'base64');
    return { wrapped: encryptFor(get(saved, 'importKey'), algorithm, bytes) };
  };
}

const IMPORT = {
  KeyId: '${externalKey}',
  EncryptedKeyMaterial: '${wrapped}',
  ImportToken: '${importToken}',
  KeyMaterialExpireUnix: 0,
};

export const IMPORT_STEPS = defineSteps([
  {
    name: 'a key whose material comes from outside waits for it',
    action: 'CreateKey',
    parameters: { Description: '${prefix} external', Origin: 'EXTERNAL' },
    answers: { 'KeyMetadata.Origin': 'EXTERNAL', 'KeyMetadata.KeyState': 'PendingImport' },
    saves: { externalKey: 'KeyMetadata.KeyId' },
  },
  {
    name: 'a key that waits does not encrypt',
    action: 'Encrypt',
    parameters: { KeyId: '${externalKey}', Plaintext: 'aGVsbG8=' },
    refused: ['Rejected.PendingImport', 409],
  },
  parametersFor(SHA_256),
  {
    name: 'material is imported',
    action: 'ImportKeyMaterial',
    computes: (saved) => {
      saved.set('material', randomBase64(32));
      return wraps('material', SHA_256)(saved);
    },
    parameters: IMPORT,
  },
  {
    name: 'a key with its material is enabled',
    action: 'DescribeKey',
    parameters: { KeyId: '${externalKey}' },
    answers: { 'KeyMetadata.KeyState': 'Enabled', 'KeyMetadata.Origin': 'EXTERNAL' },
  },
  {
    name: 'imported material encrypts',
    action: 'Encrypt',
    computes: () => ({ external: randomBase64(100) }),
    parameters: { KeyId: '${externalKey}', Plaintext: '${external}' },
    saves: { externalBlob: 'CiphertextBlob' },
  },
  {
    name: 'material is deleted',
    action: 'DeleteKeyMaterial',
    parameters: { KeyId: '${externalKey}' },
  },
  {
    name: 'without its material a key does not decrypt',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${externalBlob}' },
    refused: ['Rejected.PendingImport', 409],
  },
  parametersFor('RSAES_OAEP_SHA_1'),
  {
    name: 'other material than before',
    action: 'ImportKeyMaterial',
    computes: (saved) => {
      saved.set('otherMaterial', randomBase64(32));
      return wraps('otherMaterial', 'RSAES_OAEP_SHA_1')(saved);
    },
    parameters: IMPORT,
    refused: ['InvalidKeyMaterial', 400],
  },
  {
    name: 'the same material again',
    action: 'ImportKeyMaterial',
    computes: wraps('material', 'RSAES_OAEP_SHA_1'),
    parameters: IMPORT,
  },
  {
    name: 'what it encrypted comes back with the same material',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${externalBlob}' },
    answers: { KeyId: '${externalKey}', Plaintext: '${external}' },
  },
  parametersFor('RSAES_PKCS1_V1_5'),
  {
    name: 'material that ends',
    action: 'ImportKeyMaterial',
    computes: (saved) => ({
      ...wraps('material', 'RSAES_PKCS1_V1_5')(saved),
    }),
    parameters: { ...IMPORT, KeyMaterialExpireUnix: 4_000_000_000 },
  },
  {
    name: 'a key says when its material ends',
    action: 'DescribeKey',
    parameters: { KeyId: '${externalKey}' },
    answers: { 'KeyMetadata.MaterialExpireTime': '2096-10-02T07:06:40Z' },
  },
  {
    name: 'a token that KMS did not give out',
    action: 'ImportKeyMaterial',
    parameters: { ...IMPORT, ImportToken: 'bm8gdG9rZW4=' },
    refused: ['InvalidImportToken', 400],
  },
  {
    name: 'material that does not open',
    action: 'ImportKeyMaterial',
    parameters: { ...IMPORT, EncryptedKeyMaterial: 'bm8ga2V5' },
    refused: ['InvalidKeyMaterial', 400],
  },
  {
    name: 'a key that makes its own material takes none',
    action: 'GetParametersForImport',
    parameters: { KeyId: '${key}', WrappingKeySpec: 'RSA_2048', WrappingAlgorithm: SHA_256 },
    refused: ['Unsupported.Origin', 400],
  },
  {
    name: 'a wrapping algorithm that does not exist',
    action: 'GetParametersForImport',
    parameters: {
      KeyId: '${externalKey}',
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: 'RSAES_OAEP_MD5',
    },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a key’s own material cannot be deleted',
    action: 'DeleteKeyMaterial',
    parameters: { KeyId: '${key}' },
    refused: ['Unsupported.Origin', 400],
  },
  {
    name: 'an unknown key has no material',
    action: 'DeleteKeyMaterial',
    parameters: { KeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
]);
