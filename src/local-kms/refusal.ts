/**
 * What KMS answers when it refuses, by code: the HTTP status and KMS's own message. From the pages of KMS's
 * common error codes (help 69008), of its operations, and the gateway's common errors; `docs/embedded-kms.md`
 * lists where a code or message is a choice of this project.
 */
const REFUSALS = {
  MissingParameter: [400, 'A parameter is needed but not provided.'],
  InvalidParameter: [400, 'The specified parameter is not valid.'],
  ParseRequestParameterException: [400, 'The parameters of the request cannot be parsed.'],
  UnsupportedOperation: [400, 'This action is not supported.'],
  InvalidVersion: [400, 'Specified parameter Version is not valid.'],
  'InvalidAction.NotFound': [404, 'Specified api is not found, please check your url and method.'],
  UnsupportedHTTPMethod: [403, 'This http method is not supported.'],

  IncompleteSignature: [400, 'The request signature does not conform to Aliyun standards.'],
  IllegalTimestamp: [
    400,
    'The input parameter "x-acs-date" that is mandatory for processing this request is not supplied.',
  ],
  'InvalidTimeStamp.Format': [400, 'Specified time stamp or date value is not well formatted.'],
  'InvalidTimeStamp.Expired': [400, 'Specified time stamp or date value is expired.'],
  SignatureDoesNotMatch: [400, 'Specified signature does not match our calculation.'],
  SignatureNonceUsed: [400, 'Specified signature nonce was used already.'],
  'InvalidAccessKeyId.NotFound': [404, 'Specified access key is not found.'],
  'InvalidSecurityToken.MismatchWithAccessKey': [
    400,
    'Specified SecurityToken mismatch with the AccessKey.',
  ],
  'Throttling.User': [400, 'Request was denied due to user flow control.'],

  'Forbidden.NoPermission': [403, 'This operation is forbidden by permission system.'],
  'Forbidden.KeyNotFound': [404, 'The specified Key is not found.'],
  'Forbidden.KeyVersionNotFound': [404, 'The specified KeyVersion is not found.'],
  'Forbidden.AliasNotFound': [404, 'The specified Alias is not found.'],
  AliasAlreadyExists: [400, 'The specified Alias already exists.'],
  'Unsupported.Alias': [400, 'The specified action does not support an Alias.'],
  'Rejected.LimitExceeded': [400, 'The request was rejected because a limit was exceeded.'],
  'Rejected.Disabled': [409, 'The request was rejected because the key state is Disabled.'],
  'Rejected.PendingDeletion': [
    409,
    'The request was rejected because the key state is PendingDeletion.',
  ],
  'Rejected.PendingImport': [
    409,
    'The request was rejected because the key state is PendingImport.',
  ],
  'Rejected.StateModifiedFailed': [
    409,
    'The request was rejected because the key state cannot be modified.',
  ],

  DryRunOperationError: [
    400,
    'The request would have succeeded, but the DryRun parameter was specified.',
  ],
  ValidationError: [400, 'The parameters specified in the request are invalid.'],
  AccessDeniedError: [403, 'You are not authorized to perform this operation on the KMS resource.'],

  InternalFailure: [
    500,
    'The request processing has failed due to some unknown error, exception or failure.',
  ],
  ServiceUnavailableTemporary: [503, 'Service Unavailable Temporary.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that KMS answers with an error. It becomes the body of the answer, message and all. */
export class KmsRefusal extends Error {
  readonly code: RefusalCode;
  readonly httpStatus: number;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'KmsRefusal';
    this.code = code;
    this.httpStatus = REFUSALS[code][0];
  }
}

/**
 * Makes a refusal.
 *
 * @param message - what the client reads; without one, KMS's own message of that code
 */
export function refusal(code: RefusalCode, message: string = REFUSALS[code][1]): KmsRefusal {
  return new KmsRefusal(code, message);
}

/** `MissingParameter`, with KMS's message that names the parameter. */
export function missingParameter(name: string): KmsRefusal {
  return refusal('MissingParameter', `The parameter "${name}" is needed but not provided.`);
}

/** `InvalidParameter`, with KMS's message that names the parameter. */
export function invalidParameter(name: string): KmsRefusal {
  return refusal('InvalidParameter', `The specified parameter "${name}" is not valid.`);
}
