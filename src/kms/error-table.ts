import type { ErrorKind } from '../base/error-codes.ts';

/** What an error code of KMS, of its gateway or of STS means to the operator. */
export interface KmsErrorFacts {
  /** Gives the exit code (`kmsx help exit-codes`). */
  readonly kind: Extract<ErrorKind, 'credentials' | 'kms' | 'unavailable'>;
  /**
   * Own words, always: KMS's Message may hold what was sent (SignatureDoesNotMatch echoes the whole
   * request), names of accounts, or anything that a later version puts there. Code and RequestId say the rest.
   */
  readonly message: string;
  /** What to type or do; `ACTION` stands for the operation. */
  readonly hint: string;
}

const CHECK_KEY = 'aliyun kms DescribeKey --KeyId ID shows the key in this region and account';

/**
 * The codes of KMS's own table (help 69008, the API pages, Decrypt's page of 2025) and of the gateway in
 * front of it, by name. Others are judged by their HTTP status.
 */
export const KMS_ERRORS: Readonly<Record<string, KmsErrorFacts>> = {
  // Requests that are not right
  InvalidParameter: {
    kind: 'kms',
    message: 'KMS does not accept a parameter of the request',
    hint: 'is the encryption context the one that was used before, and does the public key fit the wrapping algorithm?',
  },
  MissingParameter: {
    kind: 'kms',
    message: 'KMS misses a parameter in the request',
    hint: 'does this gateway know ACTION? a dedicated gateway may be older than the operation',
  },
  ParseRequestParameterException: {
    kind: 'kms',
    message: 'KMS could not read the parameters of the request',
    hint: 'something between here and KMS changes requests: try another network, or without the proxy',
  },
  ValidationError: {
    kind: 'kms',
    message: 'KMS would refuse the request: a parameter is not valid',
    hint: 'check the key id, the encryption context and the public key',
  },
  UnsupportedOperation: {
    kind: 'kms',
    message: 'KMS does not offer this operation for this key or gateway',
    hint: 'a data key needs a symmetric KMS key (ENCRYPT/DECRYPT); dedicated gateways offer fewer operations',
  },
  UnsupportedHTTPMethod: {
    kind: 'kms',
    message: 'KMS does not take this HTTP method',
    hint: 'a proxy between here and KMS changes the method: name the gateway in NO_PROXY',
  },
  'InvalidAction.NotFound': {
    kind: 'kms',
    message: 'this gateway does not know the operation',
    hint: 'ACTION is not offered here: use --gateway public or vpc, or have the KMS instance updated',
  },
  InvalidVersion: {
    kind: 'kms',
    message: 'this gateway does not know the version of the KMS API',
    hint: 'is the address that of KMS? check --endpoint',
  },

  // Keys
  'Forbidden.KeyNotFound': {
    kind: 'kms',
    message: 'KMS does not know this key here',
    hint: CHECK_KEY,
  },
  'Forbidden.KeyVersionNotFound': {
    kind: 'kms',
    message: 'KMS does not know this version of the key',
    hint: 'was the ciphertext made in another region or account, or is it damaged?',
  },
  'Forbidden.AliasNotFound': {
    kind: 'kms',
    message: 'KMS does not know this alias here',
    hint: 'aliyun kms ListAliases shows the aliases of this region and account',
  },
  'Rejected.Disabled': {
    kind: 'kms',
    message: 'the KMS key is disabled',
    hint: 'aliyun kms EnableKey --KeyId ID, if it was not disabled for a reason',
  },
  'Rejected.PendingDeletion': {
    kind: 'kms',
    message: 'the KMS key is about to be deleted',
    hint: 'aliyun kms CancelKeyDeletion --KeyId ID keeps it; what it encrypted is lost with it',
  },
  'Rejected.PendingImport': {
    kind: 'kms',
    message: 'the key material of the KMS key is not imported, or has expired',
    hint: 'import its key material again: aliyun kms GetParametersForImport begins that',
  },
  'Rejected.Unavailable': {
    kind: 'kms',
    message: 'the state of the KMS key does not allow this',
    hint: 'the KMS console shows the state of the key and of its instance',
  },
  'Rejected.StateModifiedFailed': {
    kind: 'kms',
    message: 'the state of the KMS key cannot be changed like this',
    hint: 'cancel the deletion of the key first: aliyun kms CancelKeyDeletion --KeyId ID',
  },
  'Rejected.LimitExceeded': {
    kind: 'kms',
    message: 'a quota of KMS is used up',
    hint: 'the quota center of the console shows and raises it',
  },
  'Rejected.ResourceExist': {
    kind: 'kms',
    message: 'what is to be made exists in KMS already',
    hint: 'give it another name',
  },
  'Forbidden.ResourceNotFound': {
    kind: 'kms',
    message: 'KMS does not know this secret here',
    hint: 'aliyun kms ListSecrets shows the secrets of this region and account',
  },
  AliasAlreadyExists: {
    kind: 'kms',
    message: 'the alias exists already',
    hint: 'choose another name, or aliyun kms UpdateAlias to point it to another key',
  },
  InvalidKeyMaterial: {
    kind: 'kms',
    message: 'KMS does not accept the key material',
    hint: 'it must be encrypted under the public key of the same GetParametersForImport',
  },
  InvalidImportToken: {
    kind: 'kms',
    message: 'KMS does not accept the import token',
    hint: 'take the token and the public key from the same GetParametersForImport',
  },
  ExpiredImportToken: {
    kind: 'kms',
    message: 'the import token has expired',
    hint: 'tokens are valid for 24 h: call GetParametersForImport again',
  },
  'Unsupported.Origin': {
    kind: 'kms',
    message: 'KMS does not offer this origin of key material here',
    hint: 'keys that take imported material have the origin EXTERNAL',
  },
  'Unsupported.Alias': {
    kind: 'kms',
    message: 'KMS takes no alias in this place',
    hint: 'give the id of the key: aliyun kms DescribeKey --KeyId alias/NAME shows it',
  },

  // Who asks
  'Forbidden.NoPermission': {
    kind: 'credentials',
    message: 'these credentials have no permission for the operation on this key',
    hint: 'allow kms:ACTION on acs:kms:REGION:ACCOUNT:key/ID in a RAM policy; for a key of another account its key policy too',
  },
  AccessDeniedError: {
    kind: 'credentials',
    message: 'the call would be refused: these credentials have no permission',
    hint: 'a RAM policy with kms:ACTION on this key mends it; so does a key policy that names the account',
  },
  'Forbidden.AccessKey': {
    kind: 'credentials',
    message: 'this access key may not use KMS',
    hint: 'does the access key belong to the account of the key, and is the RAM user enabled?',
  },
  'InvalidAccessKeyId.NotFound': {
    kind: 'credentials',
    message: 'the access key does not exist',
    hint: 'aliyun configure list shows which one a profile has; temporary ones need their STS token too',
  },
  'InvalidAccessKeyId.Inactive': {
    kind: 'credentials',
    message: 'the access key is disabled',
    hint: 'enable it in the RAM console, or use another one',
  },
  SignatureDoesNotMatch: {
    kind: 'credentials',
    message: 'the access key secret does not fit the access key',
    hint: 'copy the secret again, without white space; --verbose names the source of the credentials',
  },
  IncompleteSignature: {
    kind: 'credentials',
    message: 'the signature of the request did not arrive whole',
    hint: 'a proxy between here and KMS drops headers: name the gateway in NO_PROXY',
  },
  'InvalidSecurityToken.Expired': {
    kind: 'credentials',
    message: 'the STS token has expired',
    hint: 'get a new one: sign in again, or run aliyun configure',
  },
  'InvalidSecurityToken.Malformed': {
    kind: 'credentials',
    message: 'the STS token is damaged',
    hint: 'copy the token again, whole: it is several hundred characters long',
  },
  'InvalidSecurityToken.MismatchWithAccessKey': {
    kind: 'credentials',
    message: 'the STS token belongs to another access key',
    hint: 'access key, secret and token of one STS answer go together: set all three again',
  },
  MissingSecurityToken: {
    kind: 'credentials',
    message: 'the access key is a temporary one and its STS token is missing',
    hint: 'set ALIBABA_CLOUD_SECURITY_TOKEN too',
  },

  // The account
  'Forbidden.KmsServiceNotEnabled': {
    kind: 'kms',
    message: 'the account has not enabled KMS',
    hint: 'enable KMS in the console: kms.console.aliyun.com',
  },
  'Forbidden.ProhibitedByRiskControl': {
    kind: 'kms',
    message: "Alibaba Cloud's risk control refuses the call",
    hint: 'open a ticket with the RequestId',
  },
  'Forbidden.InDebt': {
    kind: 'kms',
    message: 'the account has an unpaid bill',
    hint: 'settle the bill in the billing console; KMS then works again',
  },
  'Forbidden.InDebtOverdue': {
    kind: 'kms',
    message: 'the account has a bill that is overdue',
    hint: 'settle the bill at once: keys of an overdue account are at risk',
  },

  // Time
  IllegalTimestamp: {
    kind: 'kms',
    message: 'KMS does not accept the time of the request',
    hint: 'set the clock of this machine (date -u); KMS allows 15 minutes',
  },
  'InvalidTimeStamp.Expired': {
    kind: 'kms',
    message: 'the time of the request is too far from that of KMS',
    hint: 'set the clock of this machine (date -u), or let NTP keep it; 15 minutes are allowed',
  },
  SignatureNonceUsed: {
    kind: 'kms',
    message: 'KMS has seen this very request before',
    hint: 'a proxy sends requests twice: name the gateway in NO_PROXY; running it again makes a new request',
  },

  // Later, perhaps
  'Rejected.Throttling': {
    kind: 'unavailable',
    message: 'KMS has too many calls of this account',
    hint: 'wait, or raise --deadline and --max-attempts; the quota counts the whole account',
  },
  Throttling: {
    kind: 'unavailable',
    message: 'the gateway has too many calls',
    hint: 'wait a moment and try again; --max-attempts allows more attempts',
  },
  'Throttling.User': {
    kind: 'unavailable',
    message: 'the gateway has too many calls of this user',
    hint: 'run fewer calls at a time with these credentials; --max-attempts allows more attempts',
  },
  'Throttling.Api': {
    kind: 'unavailable',
    message: 'the gateway has too many calls of this operation',
    hint: 'run fewer ACTION calls at a time; --max-attempts allows more attempts',
  },
  InternalFailure: {
    kind: 'unavailable',
    message: 'KMS failed inside',
    hint: 'try again; if it stays so, open a ticket with the RequestId',
  },
  ServiceUnavailableTemporary: {
    kind: 'unavailable',
    message: 'KMS is not available for now',
    hint: 'try again later; status.alibabacloud.com tells of known trouble',
  },

  // Dry runs
  DryRunOperationError: {
    kind: 'kms',
    message: 'KMS took the call for a dry run',
    hint: 'the call would have succeeded; something between here and KMS added DryRun',
  },
};

/** What an unknown code means, by the HTTP status that it came with. */
export function factsByStatus(status: number): KmsErrorFacts {
  if (status === 401 || status === 403) {
    return {
      kind: 'credentials',
      message: 'KMS refuses these credentials',
      hint: 'check the credentials and the RAM policy for kms:ACTION; the Code says more',
    };
  }
  if (status === 429 || status >= 500) {
    return {
      kind: 'unavailable',
      message: 'KMS could not answer the request for now',
      hint: 'try again later, or with a larger --max-attempts',
    };
  }
  return {
    kind: 'kms',
    message: 'KMS refuses the request',
    hint: 'https://api.aliyun.com/troubleshoot explains Code and RequestId',
  };
}
