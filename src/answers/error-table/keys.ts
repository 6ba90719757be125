import type { KmsErrorTheme } from './facts.ts';

/** KMS keys, their aliases, their states and their material; secrets. */
export const KEY_ERRORS: KmsErrorTheme = {
  'Forbidden.KeyNotFound': {
    about: 'key-missing',
    message: 'KMS does not know this key here',
    hint: 'is it a key of this region and account? kmsx list-keys lists those; --region chooses another region',
    mayBeClosedInstance: true,
  },
  'Forbidden.KeyVersionNotFound': {
    message: 'KMS does not know this version of the key',
    hint: 'was the ciphertext made in another region or account, or is it damaged?',
  },
  'Forbidden.AliasNotFound': {
    message: 'KMS does not know this alias here',
    hint: 'kmsx list-keys --aliases lists the keys of this region and account with their aliases',
  },
  'Rejected.Disabled': {
    keyState: 'Disabled',
    message: 'the KMS key is disabled',
    hint: 'aliyun kms EnableKey --KeyId ID, if it was not disabled for a reason',
  },
  'Rejected.PendingDeletion': {
    keyState: 'PendingDeletion',
    message: 'the KMS key is scheduled for deletion',
    hint: 'aliyun kms CancelKeyDeletion --KeyId ID keeps it; everything it encrypted is lost if it is deleted',
  },
  'Rejected.PendingImport': {
    keyState: 'PendingImport',
    message: 'the key material of the KMS key has not been imported, or has expired',
    hint: 'import its key material again, starting with aliyun kms GetParametersForImport',
  },
  'Rejected.Unavailable': {
    about: 'key-state',
    message: 'the state of the KMS key does not allow the call',
    hint: 'the KMS console shows the state of the key and of its instance, which may have expired',
  },
  'Rejected.StateModifiedFailed': {
    message: 'this change of state is not possible for the KMS key',
    hint: 'cancel the deletion of the key first: aliyun kms CancelKeyDeletion --KeyId ID',
  },
  'Rejected.LimitExceeded': {
    message: 'a quota of KMS is used up',
    hint: 'see and raise it in the quota center of the console',
  },
  'Rejected.ResourceExist': {
    about: 'exists',
    message: 'it already exists in KMS',
    hint: 'give it another name',
  },
  'Rejected.ResourceInUse': {
    message: 'the secret is in use: it was not deleted, or is restored already',
    hint: 'aliyun kms DescribeSecret --SecretName NAME: only one with a PlannedDeleteTime can be restored',
  },
  'Forbidden.ResourceNotFound': {
    about: 'secret-missing',
    message: 'KMS does not know this secret here',
    hint: 'aliyun kms ListSecrets lists the secrets of this region and account',
  },
  AliasAlreadyExists: {
    message: 'the alias already exists',
    hint: 'choose another name, or point the alias to another key with aliyun kms UpdateAlias',
  },
  'Unsupported.Alias': {
    message: 'KMS does not accept an alias here',
    hint: 'give the id of the key: kmsx list-keys shows the aliases beside each KeyId',
  },
  'Unsupported.Origin': {
    message: 'KMS does not support this origin of key material here',
    hint: 'keys that accept imported material have the origin EXTERNAL',
  },
  InvalidKeyMaterial: {
    message: 'KMS does not accept the key material',
    hint: 'it must be encrypted under the public key of the same GetParametersForImport',
  },
  InvalidImportToken: {
    message: 'KMS does not accept the import token',
    hint: 'use the token and the public key of the same GetParametersForImport',
  },
  ExpiredImportToken: {
    message: 'the import token has expired',
    hint: 'tokens are valid for 24 h: call GetParametersForImport again',
  },
};
