import type { KmsErrorTheme } from './facts.ts';

/** KMS keys, their aliases, their states and their material; secrets. */
export const KEY_ERRORS: KmsErrorTheme = {
  'Forbidden.KeyNotFound': {
    about: 'key-missing',
    message: 'KMS does not know this key here',
    hint: 'is it a key of this region and account? kmsx list-keys shows those; --region leads to others',
    mayBeClosedInstance: true,
  },
  'Forbidden.KeyVersionNotFound': {
    message: 'KMS does not know this version of the key',
    hint: 'was the ciphertext made in another region or account, or is it damaged?',
  },
  'Forbidden.AliasNotFound': {
    message: 'KMS does not know this alias here',
    hint: 'kmsx list-keys --aliases shows the keys of this region and account with their aliases',
  },
  'Rejected.Disabled': {
    keyState: 'Disabled',
    message: 'the KMS key is disabled',
    hint: 'aliyun kms EnableKey --KeyId ID, if it was not disabled for a reason',
  },
  'Rejected.PendingDeletion': {
    keyState: 'PendingDeletion',
    message: 'the KMS key is about to be deleted',
    hint: 'aliyun kms CancelKeyDeletion --KeyId ID keeps it; what it encrypted is lost with it',
  },
  'Rejected.PendingImport': {
    keyState: 'PendingImport',
    message: 'the key material of the KMS key is not imported, or has expired',
    hint: 'import its key material again: aliyun kms GetParametersForImport begins that',
  },
  'Rejected.Unavailable': {
    about: 'key-state',
    message: 'the state of the KMS key does not allow this',
    hint: 'the KMS console shows the state of the key and of its instance, which may have expired',
  },
  'Rejected.StateModifiedFailed': {
    message: 'the state of the KMS key cannot be changed like this',
    hint: 'cancel the deletion of the key first: aliyun kms CancelKeyDeletion --KeyId ID',
  },
  'Rejected.LimitExceeded': {
    message: 'a quota of KMS is used up',
    hint: 'the quota center of the console shows and raises it',
  },
  'Rejected.ResourceExist': {
    about: 'exists',
    message: 'what is to be made exists in KMS already',
    hint: 'give it another name',
  },
  'Forbidden.ResourceNotFound': {
    about: 'secret-missing',
    message: 'KMS does not know this secret here',
    hint: 'aliyun kms ListSecrets shows the secrets of this region and account',
  },
  AliasAlreadyExists: {
    message: 'the alias exists already',
    hint: 'choose another name, or aliyun kms UpdateAlias to point it to another key',
  },
  'Unsupported.Alias': {
    message: 'KMS takes no alias in this place',
    hint: 'give the id of the key: kmsx list-keys shows the aliases beside each KeyId',
  },
  'Unsupported.Origin': {
    message: 'KMS does not offer this origin of key material here',
    hint: 'keys that take imported material have the origin EXTERNAL',
  },
  InvalidKeyMaterial: {
    message: 'KMS does not accept the key material',
    hint: 'it must be encrypted under the public key of the same GetParametersForImport',
  },
  InvalidImportToken: {
    message: 'KMS does not accept the import token',
    hint: 'take the token and the public key from the same GetParametersForImport',
  },
  ExpiredImportToken: {
    message: 'the import token has expired',
    hint: 'tokens are valid for 24 h: call GetParametersForImport again',
  },
};
