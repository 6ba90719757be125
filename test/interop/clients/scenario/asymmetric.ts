/* Asymmetric keys, and what moves from them to symmetric ones. */
import { encryptFor, randomBase64 } from './proofs.ts';
import type { Step } from './step.ts';
import { DATE, defineSteps, get, listAt, UUID } from './step.ts';

const ALGORITHMS = [
  { algorithm: 'RSAES_OAEP_SHA_256', maxBytes: 190 },
  { algorithm: 'RSAES_OAEP_SHA_1', maxBytes: 214 },
];
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const KEY = { KeyId: '${rsaKey}', KeyVersionId: '${rsaVersion}' };
const OAEP = { ...KEY, Algorithm: 'RSAES_OAEP_SHA_256' };

export const ASYMMETRIC = defineSteps([
  {
    name: 'an RSA key that decrypts',
    action: 'CreateKey',
    parameters: { Description: '${prefix} rsa', KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT/DECRYPT' },
    answers: { 'KeyMetadata.KeySpec': 'RSA_2048', 'KeyMetadata.PrimaryKeyVersion': '' },
    saves: { rsaKey: 'KeyMetadata.KeyId' },
  },
  {
    name: 'its version',
    action: 'ListKeyVersions',
    parameters: { KeyId: '${rsaKey}' },
    answers: { TotalCount: 1, PageNumber: 1, PageSize: 10 },
    proves: (body, saved) => {
      const [version] = listAt(body, 'KeyVersions.KeyVersion');
      if (version?.['KeyId'] !== saved.get('rsaKey')) throw new Error('KeyId');
      if (!UUID.test(String(version?.['KeyVersionId']))) throw new Error('KeyVersionId');
      if (!DATE.test(String(version?.['CreationDate']))) throw new Error('CreationDate');
      saved.set('rsaVersion', String(version?.['KeyVersionId']));
    },
  },
  {
    name: 'versions of an unknown key',
    action: 'ListKeyVersions',
    parameters: { KeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'a version by its id',
    action: 'DescribeKeyVersion',
    parameters: KEY,
    answers: {
      'KeyVersion.KeyId': '${rsaKey}',
      'KeyVersion.KeyVersionId': '${rsaVersion}',
      'KeyVersion.CreationDate': DATE,
    },
  },
  {
    name: 'a version that the key does not have',
    action: 'DescribeKeyVersion',
    parameters: { KeyId: '${rsaKey}', KeyVersionId: UNKNOWN },
    refused: ['Forbidden.KeyVersionNotFound', 404],
  },
  {
    name: 'its public key',
    action: 'GetPublicKey',
    parameters: KEY,
    answers: {
      ...KEY,
      PublicKey: /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$/,
    },
    saves: { rsaPublicKey: 'PublicKey' },
  },
  {
    name: 'a symmetric key has no public key',
    action: 'GetPublicKey',
    parameters: { KeyId: '${key}', KeyVersionId: '${keyVersion}' },
    refused: ['UnsupportedOperation', 400],
  },
  {
    name: 'a public key of an unknown version',
    action: 'GetPublicKey',
    parameters: { KeyId: '${rsaKey}', KeyVersionId: UNKNOWN },
    refused: ['Forbidden.KeyVersionNotFound', 404],
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'GetPublicKey',
    parameters: { ...KEY, DryRun: 'true' },
    refused: ['DryRunOperationError', 400],
  },
  ...ALGORITHMS.flatMap(({ algorithm, maxBytes }): readonly Step[] => [
    {
      name: `what the runner encrypted with its public key and ${algorithm} comes back`,
      action: 'AsymmetricDecrypt',
      computes: (saved) => {
        const secret = randomBase64(maxBytes);
        const bytes = Buffer.from(secret, 'base64');
        return { secret, sealed: encryptFor(get(saved, 'rsaPublicKey'), algorithm, bytes) };
      },
      parameters: { ...KEY, Algorithm: algorithm, CiphertextBlob: '${sealed}' },
      answers: { ...KEY, Plaintext: '${secret}' },
    },
    {
      name: `the longest plaintext of ${algorithm}`,
      action: 'AsymmetricEncrypt',
      parameters: { ...KEY, Algorithm: algorithm, Plaintext: '${secret}' },
      answers: KEY,
      saves: { rsaBlob: 'CiphertextBlob' },
    },
    {
      name: `what was encrypted with ${algorithm} comes back`,
      action: 'AsymmetricDecrypt',
      parameters: { ...KEY, Algorithm: algorithm, CiphertextBlob: '${rsaBlob}' },
      answers: { Plaintext: '${secret}' },
    },
    {
      name: `a plaintext too long for ${algorithm}`,
      action: 'AsymmetricEncrypt',
      computes: () => ({ tooLong: randomBase64(maxBytes + 1) }),
      parameters: { ...KEY, Algorithm: algorithm, Plaintext: '${tooLong}' },
      refused: ['InvalidParameter', 400],
    },
  ]),
  {
    name: 'the wrong algorithm for a ciphertext',
    action: 'AsymmetricDecrypt',
    parameters: { ...OAEP, CiphertextBlob: '${rsaBlob}' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a version that the key does not have',
    action: 'AsymmetricDecrypt',
    parameters: { ...OAEP, KeyVersionId: UNKNOWN, CiphertextBlob: '${rsaBlob}' },
    refused: ['Forbidden.KeyVersionNotFound', 404],
  },
  {
    name: 'an asymmetric operation with a symmetric key',
    action: 'AsymmetricEncrypt',
    parameters: { ...OAEP, KeyId: '${key}', KeyVersionId: '${keyVersion}', Plaintext: 'aGVsbG8=' },
    refused: ['UnsupportedOperation', 400],
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'AsymmetricEncrypt',
    parameters: { ...OAEP, Plaintext: 'aGVsbG8=', DryRun: 'true' },
    refused: ['DryRunOperationError', 400],
  },
  {
    name: 'a dry run that would have succeeded',
    action: 'AsymmetricDecrypt',
    parameters: {
      ...KEY,
      Algorithm: 'RSAES_OAEP_SHA_1',
      CiphertextBlob: '${rsaBlob}',
      DryRun: 'true',
    },
    refused: ['DryRunOperationError', 400],
  },
  {
    name: 'a ciphertext of an asymmetric key moves to a symmetric key',
    action: 'ReEncrypt',
    parameters: {
      CiphertextBlob: '${rsaBlob}',
      SourceKeyId: '${rsaKey}',
      SourceKeyVersionId: '${rsaVersion}',
      SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      DestinationKeyId: '${key}',
    },
    answers: KEY,
    saves: { rsaMovedBlob: 'CiphertextBlob' },
  },
  {
    name: 'what came from an asymmetric key comes back with the symmetric one',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${rsaMovedBlob}' },
    answers: { KeyId: '${key}', Plaintext: '${secret}' },
  },
]);
