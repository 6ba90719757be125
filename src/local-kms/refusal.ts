import type { JsonObject } from '../base/json.ts';

/**
 * KMS's refusals by code: the HTTP status and KMS's own message. From the pages of KMS's common error codes (help
 * 69008), of its operations, and the gateway's common errors; `docs/embedded-kms.md` lists where a code or message is
 * this project's choice.
 */
export const REFUSALS = {
  MissingParameter: [400, 'A parameter is needed but not provided.'],
  InvalidParameter: [400, 'The specified parameter is not valid.'],
  ParseRequestParameterException: [
    400,
    'Server parse parameters exception. Please check your input params.',
  ],
  UnsupportedOperation: [400, 'This action is not supported.'],
  InvalidVersion: [400, 'Specified parameter Version is not valid.'],
  'InvalidAction.NotFound': [404, 'Specified api is not found, please check your url and method.'],
  UnsupportedHTTPMethod: [403, 'This http method is not supported.'],

  IncompleteSignature: [400, 'The request signature does not conform to Aliyun standards.'],
  IllegalTimestamp: [
    400,
    'The input parameter "Timestamp" that is mandatory for processing this request is not supplied.',
  ],
  'InvalidTimeStamp.Format': [400, 'Specified time stamp or date value is not well formatted.'],
  'InvalidTimeStamp.Expired': [400, 'Specified time stamp or date value is expired.'],
  InvalidSignatureMethod: [400, 'Specified signature method is not valid.'],
  SignatureDoesNotMatch: [400, 'Specified signature does not match our calculation.'],
  SignatureNonceUsed: [400, 'Specified signature nonce was used already.'],
  'InvalidAccessKeyId.NotFound': [404, 'Specified access key is not found.'],
  'InvalidAccessKeyId.Inactive': [400, 'Specified access key is disabled.'],
  MissingSecurityToken: [400, 'SecurityToken is mandatory for this action.'],
  'InvalidSecurityToken.Malformed': [400, 'Specified SecurityToken is malformed.'],
  'InvalidSecurityToken.Expired': [400, 'Specified SecurityToken is expired.'],
  'InvalidSecurityToken.MismatchWithAccessKey': [
    400,
    'Specified SecurityToken mismatch with the AccessKey.',
  ],
  'Rejected.Throttling': [429, 'QPS Limit Exceeded'],
  'Throttling.User': [400, 'Request was denied due to user flow control.'],

  'Forbidden.NoPermission': [403, 'This operation is forbidden by permission system.'],
  'Forbidden.KeyNotFound': [404, 'The specified Key is not found.'],
  'Forbidden.KeyVersionNotFound': [404, 'The specified Key version is not found.'],
  'Forbidden.AliasNotFound': [404, 'The specified Alias is not found.'],
  'Forbidden.ResourceNotFound': [404, 'The resource is not found.'],
  AliasAlreadyExists: [400, 'AliasName Already Exists.'],
  'Unsupported.Alias': [400, 'Alias is not valid for this api.'],
  'Unsupported.Origin': [400, 'This key origin is not valid for this api.'],
  InvalidKeyMaterial: [400, 'key material is invalid.'],
  InvalidImportToken: [400, 'import token is invalid.'],
  ExpiredImportToken: [400, 'import token is expired.'],
  'Rejected.UnsupportedOperation': [400, 'Unsupported operation.'],
  'Rejected.ResourceInUse': [409, 'Restore normal secret'],
  'Rejected.ResourceExist': [409, 'The resource already exists.'],
  'Rejected.LimitExceeded': [
    400,
    'The request was rejected because user create resource limit was exceeded.',
  ],
  'Rejected.Disabled': [409, 'The request was rejected because the key state is Disabled.'],
  'Rejected.PendingDeletion': [
    409,
    'The request was rejected because the key state is PendingDeletion.',
  ],
  'Rejected.PendingImport': [
    409,
    'The request was rejected because the key state is PendingImport.',
  ],
  'Rejected.StateModifiedFailed': [409, 'Keystate modified failed.'],

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

/** A Code of KMS that this server answers. */
export type RefusalCode = keyof typeof REFUSALS;

/** A request that KMS answers with an error: the body of the answer has its code and message. */
export class KmsRefusal extends Error {
  readonly code: RefusalCode;
  readonly httpStatus: number;
  /** Further fields of the body, such as AccessDeniedDetail. */
  readonly details: JsonObject;

  constructor(code: RefusalCode, message: string, details: JsonObject) {
    super(message);
    this.name = 'KmsRefusal';
    this.code = code;
    this.httpStatus = REFUSALS[code][0];
    this.details = details;
  }
}

/**
 * Makes a refusal.
 *
 * @param message - for the client; by default KMS's own message for that code
 * @param details - further fields of the body
 */
export function refusal(
  code: RefusalCode,
  message: string = REFUSALS[code][1],
  details: JsonObject = {},
): KmsRefusal {
  return new KmsRefusal(code, message, details);
}

/** `MissingParameter`, with KMS's message that names the parameter. */
export function missingParameter(name: string): KmsRefusal {
  return refusal('MissingParameter', `The parameter "${name}" is needed but not provided.`);
}

/** `IllegalTimestamp`, with KMS's message that names the parameter or header. */
export function illegalTimestamp(name: string): KmsRefusal {
  return refusal(
    'IllegalTimestamp',
    `The input parameter "${name}" that is mandatory for processing this request is not supplied.`,
  );
}

/** `InvalidParameter`, with KMS's message that names the parameter. */
export function invalidParameter(name: string): KmsRefusal {
  return refusal('InvalidParameter', `The specified parameter "${name}" is not valid.`);
}
