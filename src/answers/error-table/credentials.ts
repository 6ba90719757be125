import type { KmsErrorTheme } from './facts.ts';

/** Who asks, and whether they may. */
export const CREDENTIAL_ERRORS: KmsErrorTheme = {
  'Forbidden.NoPermission': {
    about: 'permission',
    message: 'these credentials have no permission for the operation on this key',
    hint: 'allow kms:ACTION on acs:kms:REGION:ACCOUNT:key/ID in a RAM policy; for a key of another account its key policy too',
  },
  AccessDeniedError: {
    about: 'permission',
    message: 'the call would be refused: these credentials have no permission',
    hint: 'allow kms:ACTION on this key in a RAM policy, or in a key policy that names the account',
  },
  'Forbidden.RAM': {
    about: 'permission',
    message: 'RAM does not allow this call to these credentials',
    hint: 'have an administrator attach a RAM policy that allows kms:ACTION to the RAM user or role',
  },
  NotAuthorized: {
    about: 'permission',
    message: 'these credentials are not authorized for this call',
    hint: 'aliyun sts GetCallerIdentity shows the caller; a RAM policy of that identity must allow kms:ACTION',
  },
  'Forbidden.AccessKey': {
    message: 'this access key may not use KMS',
    hint: 'does the access key belong to the account of the key, and is the RAM user enabled?',
  },
  'InvalidAccessKeyId.NotFound': {
    message: 'the access key does not exist',
    hint: 'aliyun configure list shows the access key of each profile; temporary ones need their STS token too',
  },
  'InvalidAccessKeyId.Inactive': {
    message: 'the access key is disabled',
    hint: 'enable it in the RAM console, or use another one',
  },
  SignatureDoesNotMatch: {
    message: 'the access key secret does not match the access key',
    hint: 'copy the secret again, without white space; --verbose shows where the credentials come from',
  },
  IncompleteSignature: {
    message: 'the signature of the request arrived incomplete',
    hint: 'a proxy on the way to KMS drops headers: name the gateway in NO_PROXY',
  },
  'InvalidSecurityToken.Expired': {
    about: 'credentials-expired',
    message: 'the STS token has expired',
    hint: 'get a new one: sign in again, or run aliyun configure',
  },
  'InvalidSecurityToken.Malformed': {
    message: 'the STS token is damaged',
    hint: 'copy the whole token again: it is several hundred characters long',
  },
  'InvalidSecurityToken.MismatchWithAccessKey': {
    message: 'the STS token belongs to another access key',
    hint: 'set all three again: the access key, secret and token of one STS answer belong together',
  },
  MissingSecurityToken: {
    message: 'the access key is temporary, and its STS token is missing',
    hint: 'set ALIBABA_CLOUD_SECURITY_TOKEN too',
  },
};
