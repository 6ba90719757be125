import { KEY_SPECS, needsInstance } from '../state/key-spec.ts';

/** What docs/embedded-kms.md says of an operation. */
export interface OperationNotes {
  /** The parameters that it reads, beside DryRun; `NAME.N` is a repeated one. */
  readonly parameters: readonly string[];
  /** The parameters of KMS that it refuses with `UnsupportedOperation`, never ignores. */
  readonly refuses?: readonly string[];
  /** What it does in its own way, and what it does not do; absent where it does what KMS's page says. */
  readonly remark?: string;
}

const DATA_KEY = ['KeyId', 'KeySpec', 'NumberOfBytes', 'EncryptionContext'];
const WRAPPING = ['PublicKeyBlob', 'WrappingKeySpec', 'WrappingAlgorithm'];
const ASYMMETRIC = ['KeyId', 'KeyVersionId', 'Algorithm'];
const PAGE = ['PageNumber', 'PageSize'];
const RESOURCES = ['RegionId', 'ResourceType', 'ResourceId.N'];
const IN_INSTANCE = 'keys of a KMS instance';

/** By operation, in the order of the page. */
export const OPERATION_NOTES: Readonly<Record<string, OperationNotes>> = {
  GenerateAndExportDataKey: {
    parameters: [...DATA_KEY, ...WRAPPING],
    remark: 'RSA_2048 with RSAES_OAEP_SHA_256 or RSAES_OAEP_SHA_1, EC_SM2 with SM2PKE',
  },
  ExportDataKey: {
    parameters: ['CiphertextBlob', 'EncryptionContext', ...WRAPPING],
    remark: 'likewise',
  },
  GenerateDataKey: { parameters: DATA_KEY, refuses: ['Recipient'] },
  GenerateDataKeyWithoutPlaintext: { parameters: DATA_KEY },
  Encrypt: {
    parameters: ['KeyId', 'Plaintext', 'EncryptionContext'],
    remark: 'Plaintext is base64 of 1–6,144 bytes',
  },
  Decrypt: {
    parameters: ['CiphertextBlob', 'EncryptionContext'],
    refuses: ['Recipient'],
  },
  ReEncrypt: {
    parameters: [
      'CiphertextBlob',
      'DestinationKeyId',
      'SourceEncryptionContext',
      'DestinationEncryptionContext',
      'SourceKeyId',
      'SourceKeyVersionId',
      'SourceEncryptionAlgorithm',
    ],
    remark:
      'from a symmetric, RSA or SM2 key to a symmetric one; the answer names the key that decrypted',
  },
  AsymmetricEncrypt: {
    parameters: [...ASYMMETRIC, 'Plaintext'],
    remark: 'RSA and SM2 keys for ENCRYPT/DECRYPT',
  },
  AsymmetricDecrypt: {
    parameters: [...ASYMMETRIC, 'CiphertextBlob'],
    refuses: ['Recipient'],
    remark: 'likewise',
  },
  GetPublicKey: { parameters: ['KeyId', 'KeyVersionId'], remark: 'of RSA, EC and SM2 keys' },
  CreateKey: {
    parameters: [
      ...['KeySpec', 'KeyUsage', 'Description', 'Origin', 'ProtectionLevel', 'Tags', 'Policy'],
      ...['EnableAutomaticRotation', 'RotationInterval', 'DKMSInstanceId', 'KeyStorageMechanism'],
    ],
    remark: `${specs(false)}; in an instance ${specs(true)} too; signing and MACs are not offered`,
  },
  DescribeKey: { parameters: ['KeyId'], remark: 'in every key state' },
  ListKeys: { parameters: ['Filters', ...PAGE], remark: "all of KMS's filters" },
  UpdateKeyDescription: { parameters: ['KeyId', 'Description'] },
  DescribeKeyVersion: { parameters: ['KeyId', 'KeyVersionId'] },
  ListKeyVersions: { parameters: ['KeyId', ...PAGE] },
  CreateKeyVersion: { parameters: ['KeyId'], remark: 'an older version still decrypts' },
  UpdateRotationPolicy: {
    parameters: ['KeyId', 'EnableAutomaticRotation', 'RotationInterval'],
    remark: 'the next rotation counts from the last one; intervals as at CreateKey',
  },
  EnableKey: { parameters: ['KeyId'] },
  DisableKey: { parameters: ['KeyId'] },
  ScheduleKeyDeletion: {
    parameters: ['KeyId', 'PendingWindowInDays'],
    remark: '7–366 days; not a key with deletion protection',
  },
  CancelKeyDeletion: { parameters: ['KeyId'] },
  SetDeletionProtection: {
    parameters: [
      'ProtectedResourceArn',
      'KeyId',
      'EnableDeletionProtection',
      'DeletionProtectionDescription',
    ],
    refuses: ['KmsInstanceId'],
  },
  GetKeyPolicy: { parameters: ['KeyId', 'PolicyName'], remark: IN_INSTANCE },
  SetKeyPolicy: {
    parameters: ['KeyId', 'PolicyName', 'Policy'],
    remark: `${IN_INSTANCE}; the next call is decided by it`,
  },
  GetParametersForImport: {
    parameters: ['KeyId', 'WrappingAlgorithm', 'WrappingKeySpec'],
    remark: 'keys of Origin EXTERNAL; a token is valid for 24 hours',
  },
  ImportKeyMaterial: {
    parameters: ['KeyId', 'EncryptedKeyMaterial', 'ImportToken', 'KeyMaterialExpireUnix'],
  },
  DeleteKeyMaterial: { parameters: ['KeyId'] },
  CreateAlias: { parameters: ['KeyId', 'AliasName'] },
  UpdateAlias: { parameters: ['KeyId', 'AliasName'] },
  DeleteAlias: { parameters: ['AliasName'] },
  ListAliases: { parameters: PAGE },
  ListAliasesByKeyId: { parameters: ['KeyId', ...PAGE] },
  TagResource: {
    parameters: ['KeyId', 'SecretName', 'Tags'],
    refuses: ['CertificateId'],
  },
  UntagResource: {
    parameters: ['KeyId', 'SecretName', 'TagKeys'],
    refuses: ['CertificateId'],
  },
  ListResourceTags: { parameters: ['KeyId'] },
  TagResources: {
    parameters: [...RESOURCES, 'Tag.N.Key', 'Tag.N.Value'],
    remark: 'keys and secrets; all or none',
  },
  UntagResources: { parameters: [...RESOURCES, 'TagKey.N', 'All'], remark: 'likewise' },
  ListTagResources: {
    parameters: [...RESOURCES, 'Tag.N.Key', 'Tag.N.Value', 'NextToken'],
    remark: '200 tags a page',
  },
  CreateSecret: {
    parameters: [
      ...['SecretName', 'VersionId', 'SecretData', 'SecretDataType', 'Description', 'Tags'],
      ...['EncryptionKeyId', 'DKMSInstanceId', 'SecretType', 'EnableAutomaticRotation'],
    ],
    refuses: ['Policy'],
    remark: 'generic secrets, without automatic rotation',
  },
  PutSecretValue: {
    parameters: ['SecretName', 'VersionId', 'SecretData', 'SecretDataType', 'VersionStages'],
    remark: 'ten versions',
  },
  GetSecretValue: {
    parameters: ['SecretName', 'VersionId', 'VersionStage', 'FetchExtendedConfig'],
    refuses: ['Recipient'],
  },
  DescribeSecret: { parameters: ['SecretName', 'FetchTags'] },
  ListSecrets: { parameters: ['Filters', 'FetchTags', ...PAGE] },
  UpdateSecret: {
    parameters: ['SecretName', 'Description'],
    refuses: ['ExtendedConfig'],
  },
  ListSecretVersionIds: { parameters: ['SecretName', 'IncludeDeprecated', ...PAGE] },
  UpdateSecretVersionStage: {
    parameters: ['SecretName', 'VersionStage', 'RemoveFromVersion', 'MoveToVersion'],
  },
  DeleteSecret: {
    parameters: ['SecretName', 'RecoveryWindowInDays', 'ForceDeleteWithoutRecovery'],
    remark: '7–30 days',
  },
  RestoreSecret: { parameters: ['SecretName'] },
  DescribeRegions: { parameters: [], remark: '`cn-local`' },
};

function specs(areOfInstances: boolean): string {
  return KEY_SPECS.filter((spec) => needsInstance(spec) === areOfInstances).join(', ');
}

/** The operations of KMS's newest SDK and of its metadata that this server does not offer. */
export const NOT_OFFERED: readonly string[] = [
  ...['AsymmetricSign', 'AsymmetricVerify', 'GenerateMac', 'VerifyMac', 'GetRandomPassword'],
  ...['GetManagedDataKey', 'ListManagedDataKeyVersions'],
  ...['RotateSecret', 'UpdateSecretRotationPolicy', 'GetSecretPolicy', 'SetSecretPolicy'],
  ...['GetKmsInstance', 'ListKmsInstances', 'GetDefaultKmsInstance', 'GetKmsInstanceQuotaInfos'],
  ...['ConnectKmsInstance', 'ReleaseKmsInstance', 'UpdateKmsInstanceBindVpc'],
  ...['CreateApplicationAccessPoint', 'DescribeApplicationAccessPoint'],
  ...['UpdateApplicationAccessPoint', 'DeleteApplicationAccessPoint'],
  'ListApplicationAccessPoints',
  ...['CreateClientKey', 'GetClientKey', 'ListClientKeys', 'DeleteClientKey'],
  ...['CreateNetworkRule', 'DescribeNetworkRule', 'UpdateNetworkRule', 'DeleteNetworkRule'],
  'ListNetworkRules',
  ...['CreatePolicy', 'DescribePolicy', 'UpdatePolicy', 'DeletePolicy', 'ListPolicies'],
  ...['OpenKmsService', 'DescribeAccountKmsStatus'],
];
