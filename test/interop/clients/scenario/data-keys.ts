/* Encryption with symmetric keys, and data keys in every form. */
import { opensExport, provesBytes, provesExport, PUBLIC_KEY_BLOB, randomBase64 } from './proofs.ts';
import type { Step } from './step.ts';
import { BASE64, defineSteps } from './step.ts';

const CONTEXT = '{"purpose":"a b+c","名":"值 \\"~*\'()"}';
const SAME_CONTEXT = '{ "名":"值 \\"~*\'()", "purpose":"a b+c" }';
const EXPORT = { PublicKeyBlob: PUBLIC_KEY_BLOB, WrappingKeySpec: 'RSA_2048' };
const SHA_256 = 'RSAES_OAEP_SHA_256';
const SHA_1 = 'RSAES_OAEP_SHA_1';
const FROM_KEY = { KeyId: '${key}', KeyVersionId: '${keyVersion}' };
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

export const ENCRYPTION = defineSteps([
  {
    name: 'the longest plaintext',
    action: 'Encrypt',
    computes: () => ({ plaintext: randomBase64(6144) }),
    parameters: { KeyId: '${key}', Plaintext: '${plaintext}' },
    answers: { ...FROM_KEY, CiphertextBlob: BASE64 },
    saves: { longBlob: 'CiphertextBlob' },
  },
  {
    name: 'what was encrypted comes back',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${longBlob}' },
    answers: { ...FROM_KEY, Plaintext: '${plaintext}' },
  },
  {
    name: 'a plaintext with a context, by alias',
    action: 'Encrypt',
    computes: () => ({ shortPlaintext: randomBase64(1) }),
    parameters: {
      KeyId: 'alias/${prefix}-second',
      Plaintext: '${shortPlaintext}',
      EncryptionContext: CONTEXT,
    },
    answers: FROM_KEY,
    saves: { contextBlob: 'CiphertextBlob' },
  },
  {
    name: 'the same context written otherwise',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${contextBlob}', EncryptionContext: SAME_CONTEXT },
    answers: { Plaintext: '${shortPlaintext}' },
  },
  {
    name: 'another context',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${contextBlob}', EncryptionContext: '{"purpose":"a b c"}' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'no context where there was one',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${contextBlob}' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a blob that KMS did not make',
    action: 'Decrypt',
    parameters: { CiphertextBlob: 'bm90IG1hZGUgYnkgS01T' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a plaintext that is too long',
    action: 'Encrypt',
    computes: () => ({ tooLong: randomBase64(6145) }),
    parameters: { KeyId: '${key}', Plaintext: '${tooLong}' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'no plaintext',
    action: 'Encrypt',
    parameters: { KeyId: '${key}' },
    refused: ['MissingParameter', 400],
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'Encrypt',
    parameters: { KeyId: '${key}', Plaintext: 'aGVsbG8=', DryRun: 'true' },
    refused: ['DryRunOperationError', 400],
  },
  {
    name: 'a dry run with a wrong parameter',
    action: 'Encrypt',
    parameters: { KeyId: '${key}', Plaintext: 'no base64', DryRun: 'true' },
    refused: ['ValidationError', 400],
  },
  {
    name: 'a dry run that is none',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${longBlob}', DryRun: 'false' },
    answers: { Plaintext: '${plaintext}' },
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${longBlob}', DryRun: 'true' },
    refused: ['DryRunOperationError', 400],
  },
]);

/** What the three operations that make a data key have in common. */
function dataKeySteps(action: string, more: Readonly<Record<string, string>>): readonly Step[] {
  return [
    {
      name: 'more than 1,024 bytes',
      action,
      parameters: { KeyId: '${key}', ...more, NumberOfBytes: 1025 },
      refused: ['InvalidParameter', 400],
    },
    {
      name: 'a KeySpec that no data key has',
      action,
      parameters: { KeyId: '${key}', ...more, KeySpec: 'AES_512' },
      refused: ['InvalidParameter', 400],
    },
    {
      name: 'an unknown key',
      action,
      parameters: { KeyId: UNKNOWN, ...more },
      refused: ['Forbidden.KeyNotFound', 404],
    },
    {
      name: 'a key that signs',
      action,
      parameters: { KeyId: '${signingKey}', ...more },
      refused: ['UnsupportedOperation', 400],
    },
    {
      name: 'a dry run that would have succeeded',
      action,
      parameters: { KeyId: '${key}', ...more, DryRun: 'true' },
      refused: ['DryRunOperationError', 400],
    },
    {
      name: 'a dry run with a wrong parameter',
      action,
      parameters: { KeyId: '${key}', ...more, KeySpec: 'AES_512', DryRun: 'true' },
      refused: ['ValidationError', 400],
    },
  ];
}

export const DATA_KEYS = defineSteps([
  {
    name: 'a data key has 256 bits unless it is told otherwise',
    action: 'GenerateDataKey',
    parameters: { KeyId: '${keyArn}', EncryptionContext: CONTEXT },
    answers: FROM_KEY,
    saves: { dataKey: 'Plaintext', dataKeyBlob: 'CiphertextBlob' },
    proves: provesBytes('Plaintext', 32),
  },
  {
    name: 'a data key comes back from its blob',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${dataKeyBlob}', EncryptionContext: CONTEXT },
    answers: { ...FROM_KEY, Plaintext: '${dataKey}' },
  },
  {
    name: 'an AES-128 data key',
    action: 'GenerateDataKey',
    parameters: { KeyId: '${key}', KeySpec: 'AES_128' },
    proves: provesBytes('Plaintext', 16),
  },
  {
    name: 'NumberOfBytes wins over KeySpec',
    action: 'GenerateDataKey',
    parameters: { KeyId: '${key}', KeySpec: 'AES_128', NumberOfBytes: 1024 },
    proves: provesBytes('Plaintext', 1024),
  },
  ...dataKeySteps('GenerateDataKey', {}),
  {
    name: 'a data key for a recipient alone, never its plaintext',
    action: 'GenerateDataKey',
    isLocalOnly: true,
    parameters: { KeyId: '${key}', Recipient: 'a document' },
    refused: ['UnsupportedOperation', 400],
  },
  {
    name: 'a plaintext for a recipient alone, never itself',
    action: 'Decrypt',
    isLocalOnly: true,
    parameters: {
      CiphertextBlob: '${dataKeyBlob}',
      EncryptionContext: CONTEXT,
      Recipient: 'a document',
    },
    refused: ['UnsupportedOperation', 400],
  },
  {
    name: 'a data key without its plaintext',
    action: 'GenerateDataKeyWithoutPlaintext',
    parameters: { KeyId: '${key}', NumberOfBytes: 48 },
    answers: { ...FROM_KEY, Plaintext: null },
    saves: { silentBlob: 'CiphertextBlob' },
  },
  {
    name: 'a data key that was given out without its plaintext',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${silentBlob}' },
    proves: provesBytes('Plaintext', 48),
  },
  ...dataKeySteps('GenerateDataKeyWithoutPlaintext', {}),
  {
    name: 'the runner’s private key opens what was exported',
    action: 'GenerateAndExportDataKey',
    parameters: {
      KeyId: '${key}',
      ...EXPORT,
      WrappingAlgorithm: SHA_256,
      EncryptionContext: CONTEXT,
    },
    answers: { ...FROM_KEY, Plaintext: null },
    saves: { exportedBlob: 'CiphertextBlob' },
    proves: opensExport(SHA_256, 32, 'exportedKey'),
  },
  {
    name: 'the blob holds the data key that was exported',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${exportedBlob}', EncryptionContext: CONTEXT },
    answers: { ...FROM_KEY, Plaintext: '${exportedKey}' },
  },
  {
    name: 'OAEP with SHA-1, and the longest data key that fits it',
    action: 'GenerateAndExportDataKey',
    parameters: {
      KeyId: '${key}',
      ...EXPORT,
      WrappingAlgorithm: SHA_1,
      NumberOfBytes: 214,
      KeySpec: 'AES_128',
    },
    saves: { longExportedBlob: 'CiphertextBlob' },
    proves: opensExport(SHA_1, 214, 'longExportedKey'),
  },
  {
    name: 'a data key that does not fit the wrapping key',
    action: 'GenerateAndExportDataKey',
    parameters: { KeyId: '${key}', ...EXPORT, WrappingAlgorithm: SHA_256, NumberOfBytes: 191 },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'no WrappingAlgorithm',
    action: 'GenerateAndExportDataKey',
    parameters: { KeyId: '${key}', ...EXPORT },
    refused: ['MissingParameter', 400],
  },
  ...dataKeySteps('GenerateAndExportDataKey', { ...EXPORT, WrappingAlgorithm: SHA_256 }),
  ...[SHA_256, SHA_1].map((algorithm): Step => ({
    name: `a data key is exported again, with ${algorithm}`,
    action: 'ExportDataKey',
    parameters: {
      CiphertextBlob: '${exportedBlob}',
      ...EXPORT,
      WrappingAlgorithm: algorithm,
      EncryptionContext: SAME_CONTEXT,
    },
    answers: { ...FROM_KEY, CiphertextBlob: null },
    proves: provesExport(algorithm, 'exportedKey'),
  })),
  {
    name: 'a data key of GenerateDataKey is exported too',
    action: 'ExportDataKey',
    parameters: {
      CiphertextBlob: '${dataKeyBlob}',
      ...EXPORT,
      WrappingAlgorithm: SHA_256,
      EncryptionContext: CONTEXT,
    },
    proves: provesExport(SHA_256, 'dataKey'),
  },
  {
    name: 'a public key that is none',
    action: 'ExportDataKey',
    parameters: {
      CiphertextBlob: '${longExportedBlob}',
      PublicKeyBlob: 'bm8ga2V5',
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: SHA_1,
    },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'another context',
    action: 'ExportDataKey',
    parameters: {
      CiphertextBlob: '${exportedBlob}',
      ...EXPORT,
      WrappingAlgorithm: SHA_256,
      EncryptionContext: '{"a":"b"}',
    },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'ExportDataKey',
    parameters: {
      CiphertextBlob: '${longExportedBlob}',
      ...EXPORT,
      WrappingAlgorithm: SHA_1,
      DryRun: 'true',
    },
    refused: ['DryRunOperationError', 400],
  },
  {
    name: 'an RSA key is no SM2 key',
    action: 'ExportDataKey',
    parameters: {
      CiphertextBlob: '${longExportedBlob}',
      PublicKeyBlob: PUBLIC_KEY_BLOB,
      WrappingKeySpec: 'EC_SM2',
      WrappingAlgorithm: 'SM2PKE',
    },
    refused: ['InvalidParameter', 400],
    isLocalOnly: true,
  },
]);

export const RE_ENCRYPTION = defineSteps([
  {
    name: 'a blob moves to another key and context, and the answer names the key that it came from',
    action: 'ReEncrypt',
    parameters: {
      CiphertextBlob: '${dataKeyBlob}',
      SourceEncryptionContext: CONTEXT,
      DestinationKeyId: '${otherKey}',
      DestinationEncryptionContext: '{"moved":"yes"}',
    },
    answers: FROM_KEY,
    saves: { movedBlob: 'CiphertextBlob' },
  },
  {
    name: 'what was moved comes back with the new key and context',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${movedBlob}', EncryptionContext: '{"moved":"yes"}' },
    answers: { KeyId: '${otherKey}', Plaintext: '${dataKey}' },
  },
  {
    name: 'another context than it has',
    action: 'ReEncrypt',
    parameters: { CiphertextBlob: '${dataKeyBlob}', DestinationKeyId: '${otherKey}' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'to an unknown key',
    action: 'ReEncrypt',
    parameters: { CiphertextBlob: '${longBlob}', DestinationKeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'ReEncrypt',
    parameters: { CiphertextBlob: '${longBlob}', DestinationKeyId: '${otherKey}', DryRun: 'true' },
    refused: ['DryRunOperationError', 400],
  },
]);
