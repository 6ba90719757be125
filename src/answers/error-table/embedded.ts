/** The header by which the embedded KMS marks its answers. */
export const REHEARSAL_HEADER = 'x-kmsx-embedded-kms';

const OTHER_STATE =
  'this embedded KMS may not have the key: --gateway local and each local-kms --state DIR have their own keys';

const LIST_KEYS = 'kmsx list-keys with the same --gateway or --endpoint shows its keys and aliases';

/** What to do after a refusal of the embedded KMS: `aliyun` would ask the real one. */
const HINTS: Readonly<Record<string, readonly string[]>> = {
  'Forbidden.KeyNotFound': [OTHER_STATE, LIST_KEYS],
  'Forbidden.KeyVersionNotFound': [OTHER_STATE, LIST_KEYS],
  'Forbidden.AliasNotFound': [LIST_KEYS],
  'Forbidden.ResourceNotFound': [
    'this embedded KMS may not have the secret: --gateway local and each local-kms --state DIR have their own secrets',
  ],
  'Rejected.Disabled': [
    'enable the key with EnableKey, called by any client at the Endpoint of kmsx local-kms',
  ],
  'Rejected.PendingImport': [
    'import its material with GetParametersForImport and ImportKeyMaterial, called by any client at the Endpoint of kmsx local-kms',
  ],
  'Rejected.StateModifiedFailed': [
    'call CancelKeyDeletion first, by any client at the Endpoint of kmsx local-kms',
  ],
  'InvalidAccessKeyId.NotFound': [
    'the line that kmsx local-kms prints has AccessKeyId and AccessKeySecret; others are in its --seed',
  ],
  'InvalidAccessKeyId.Inactive': [
    'its --seed says that the access key is inactive: change it there, or use the AccessKeyId that kmsx local-kms prints',
  ],
  'InvalidSecurityToken.Expired': [
    'its --seed says when the STS token expires: change it there, or use the access key that kmsx local-kms prints',
  ],
  SignatureDoesNotMatch: [
    'the line that kmsx local-kms prints has the AccessKeySecret; those of other access keys are in its --seed',
  ],
  'Rejected.PendingDeletion': [
    'keep the key with CancelKeyDeletion, called by any client at the Endpoint of kmsx local-kms',
  ],
};

const GENERAL_HINT = 'this is the embedded KMS: see docs/embedded-kms.md';

/**
 * The hints after a refusal of the embedded KMS.
 *
 * @param hint - what would be said of KMS's own refusal
 */
export function embeddedHints(code: string, hint: string): readonly string[] {
  const own = Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
  return own ?? [/\baliyun [a-z]/.test(hint) ? GENERAL_HINT : hint];
}

/** What the embedded KMS may mean where it can't open a ciphertext. */
export const OTHER_EMBEDDED_STATE = OTHER_STATE;
