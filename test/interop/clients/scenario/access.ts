/* Who may ask: signatures, security tokens, permissions. */
import type { Identity, Step } from './step.ts';
import { defineSteps } from './step.ts';

const REFUSALS: readonly (readonly [as: Identity, code: string, httpStatus: number])[] = [
  ['wrong secret', 'SignatureDoesNotMatch', 400],
  ['unknown access key', 'InvalidAccessKeyId.NotFound', 404],
  ['inactive access key', 'InvalidAccessKeyId.Inactive', 400],
  ['role with a wrong token', 'InvalidSecurityToken.MismatchWithAccessKey', 400],
  ['role without its token', 'MissingSecurityToken', 400],
  ['role with an expired token', 'InvalidSecurityToken.Expired', 400],
];
const OF_THE_SERVICE: readonly Identity[] = ['wrong secret', 'unknown access key'];

export const ACCESS = defineSteps([
  ...REFUSALS.map(([as, code, httpStatus]): Step => ({
    name: `a caller that is refused: ${as}`,
    action: 'DescribeRegions',
    as,
    refused: [code, httpStatus],
    isLocalOnly: !OF_THE_SERVICE.includes(as),
  })),
  {
    name: 'a wrong secret, with parameters that need encoding',
    action: 'Encrypt',
    as: 'wrong secret',
    parameters: { KeyId: '${key}', Plaintext: 'a+/=', EncryptionContext: '{"a b":"~*\'()"}' },
    refused: ['SignatureDoesNotMatch', 400],
  },
  {
    name: 'a role with its token',
    action: 'Encrypt',
    as: 'role',
    isLocalOnly: true,
    parameters: { KeyId: '${key}', Plaintext: 'aGVsbG8=' },
    saves: { roleBlob: 'CiphertextBlob' },
  },
  {
    name: 'what a role encrypted',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${roleBlob}' },
    isLocalOnly: true,
    answers: { Plaintext: 'aGVsbG8=' },
  },
  {
    name: 'a user does what the policy allows',
    action: 'DescribeKey',
    as: 'limited user',
    isLocalOnly: true,
    parameters: { KeyId: '${key}' },
    answers: { 'KeyMetadata.KeyId': '${key}' },
  },
  ...[
    { action: 'Decrypt', parameters: { CiphertextBlob: '${longBlob}' } },
    { action: 'GenerateDataKey', parameters: { KeyId: '${key}' } },
    { action: 'ListKeys', parameters: {} },
    { action: 'CreateKey', parameters: {} },
    { action: 'ScheduleKeyDeletion', parameters: { KeyId: '${key}', PendingWindowInDays: 7 } },
  ].map(({ action, parameters }): Step => ({
    name: 'a user does no more than the policy allows',
    action,
    as: 'limited user',
    isLocalOnly: true,
    parameters,
    refused: ['Forbidden.NoPermission', 403],
  })),
  {
    name: 'a dry run of what the policy does not allow',
    action: 'GenerateDataKey',
    as: 'limited user',
    isLocalOnly: true,
    parameters: { KeyId: '${key}', DryRun: 'true' },
    refused: ['AccessDeniedError', 403],
  },
]);
