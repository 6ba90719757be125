/* What becomes of a key: rotation, disabling, deletion. */
import { at, DATE, defineSteps, listAt, textAt } from './step.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const DAY_MS = 86_400_000;

/** Only keys of a KMS instance can have a new version at once, and the real service has none for a test. */
export const ROTATION = defineSteps([
  {
    name: 'a key of a KMS instance that rotates by itself',
    action: 'CreateKey',
    isLocalOnly: true,
    parameters: {
      Description: '${prefix} rotates',
      DKMSInstanceId: 'kst-interop',
      EnableAutomaticRotation: true,
      RotationInterval: '30d',
    },
    answers: {
      'KeyMetadata.KeyId': /^key-[a-z0-9]+$/,
      'KeyMetadata.AutomaticRotation': 'Enabled',
      'KeyMetadata.RotationInterval': '2592000s',
      'KeyMetadata.NextRotationDate': DATE,
    },
    saves: { rotatingKey: 'KeyMetadata.KeyId', firstVersion: 'KeyMetadata.PrimaryKeyVersion' },
  },
  {
    name: 'the first version encrypts',
    action: 'Encrypt',
    isLocalOnly: true,
    parameters: {
      KeyId: '${rotatingKey}',
      Plaintext: 'aGVsbG8=',
      EncryptionContext: '{"version":"first"}',
    },
    answers: { KeyId: '${rotatingKey}', KeyVersionId: '${firstVersion}' },
    saves: { oldBlob: 'CiphertextBlob' },
  },
  {
    name: 'a new version',
    action: 'CreateKeyVersion',
    isLocalOnly: true,
    parameters: { KeyId: '${rotatingKey}' },
    answers: { 'KeyVersion.KeyId': '${rotatingKey}', 'KeyVersion.CreationDate': DATE },
    saves: { newVersion: 'KeyVersion.KeyVersionId' },
    proves: (_, saved) => {
      if (saved.get('newVersion') === saved.get('firstVersion'))
        throw new Error('the same version');
    },
  },
  {
    name: 'the key has both versions',
    action: 'ListKeyVersions',
    isLocalOnly: true,
    parameters: { KeyId: '${rotatingKey}', PageNumber: 1, PageSize: 100 },
    answers: { TotalCount: 2, PageNumber: 1, PageSize: 100 },
    proves: (body, saved) => {
      const ids = listAt(body, 'KeyVersions.KeyVersion').map((version) => version['KeyVersionId']);
      const expected = [saved.get('firstVersion'), saved.get('newVersion')];
      if (!expected.every((id) => ids.includes(id))) throw new Error('a version is missing');
    },
  },
  {
    name: 'versions come by pages',
    action: 'ListKeyVersions',
    isLocalOnly: true,
    parameters: { KeyId: '${rotatingKey}', PageNumber: 3, PageSize: 1 },
    answers: { TotalCount: 2, PageNumber: 3, PageSize: 1 },
    proves: (body) => {
      // Some clients leave an empty list out.
      if (at(body, 'KeyVersions.KeyVersion.0') !== undefined) throw new Error('a third version');
    },
  },
  {
    name: 'the new version is the primary one',
    action: 'DescribeKey',
    isLocalOnly: true,
    parameters: { KeyId: '${rotatingKey}' },
    answers: {
      'KeyMetadata.PrimaryKeyVersion': '${newVersion}',
      'KeyMetadata.LastRotationDate': DATE,
    },
  },
  {
    name: 'the new version encrypts',
    action: 'Encrypt',
    isLocalOnly: true,
    parameters: { KeyId: '${rotatingKey}', Plaintext: 'aGVsbG8=' },
    answers: { KeyVersionId: '${newVersion}' },
  },
  {
    name: 'what the old version encrypted comes back',
    action: 'Decrypt',
    isLocalOnly: true,
    parameters: { CiphertextBlob: '${oldBlob}', EncryptionContext: '{"version":"first"}' },
    answers: { KeyVersionId: '${firstVersion}', Plaintext: 'aGVsbG8=' },
  },
  {
    name: 'what the old version encrypted moves to the new one',
    action: 'ReEncrypt',
    isLocalOnly: true,
    parameters: {
      CiphertextBlob: '${oldBlob}',
      SourceEncryptionContext: '{"version":"first"}',
      DestinationKeyId: '${rotatingKey}',
    },
    answers: { KeyVersionId: '${firstVersion}' },
    saves: { renewedBlob: 'CiphertextBlob' },
  },
  {
    name: 'what was moved is the new version’s',
    action: 'Decrypt',
    isLocalOnly: true,
    parameters: { CiphertextBlob: '${renewedBlob}' },
    answers: { KeyVersionId: '${newVersion}', Plaintext: 'aGVsbG8=' },
  },
  {
    name: 'an asymmetric key gets a new version after seven days at the earliest',
    action: 'CreateKeyVersion',
    parameters: { KeyId: '${rsaKey}' },
    refused: ['Rejected.LimitExceeded', 400],
    isLocalOnly: true,
  },
  {
    name: 'a version for an unknown key',
    action: 'CreateKeyVersion',
    parameters: { KeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
]);

export const STATES = defineSteps([
  { name: 'a key is disabled', action: 'DisableKey', parameters: { KeyId: '${otherKey}' } },
  {
    name: 'a disabled key is still described',
    action: 'DescribeKey',
    parameters: { KeyId: '${otherKey}' },
    answers: { 'KeyMetadata.KeyState': 'Disabled' },
  },
  {
    name: 'a disabled key does not encrypt',
    action: 'Encrypt',
    parameters: { KeyId: '${otherKey}', Plaintext: 'aGVsbG8=' },
    refused: ['Rejected.Disabled', 409],
  },
  {
    name: 'a disabled key does not decrypt',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${movedBlob}', EncryptionContext: '{"moved":"yes"}' },
    refused: ['Rejected.Disabled', 409],
  },
  {
    name: 'a disabled key makes no data key',
    action: 'GenerateDataKey',
    parameters: { KeyId: '${otherKey}' },
    refused: ['Rejected.Disabled', 409],
  },
  {
    name: 'disabled keys are listed as such',
    action: 'ListKeys',
    parameters: { Filters: '[{"Key":"KeyState","Values":["Disabled"]}]', PageSize: 100 },
    proves: (body, saved) => {
      const ids = listAt(body, 'Keys.Key').map((key) => key['KeyId']);
      if (!ids.includes(saved.get('otherKey'))) throw new Error('the disabled key is missing');
      if (ids.includes(saved.get('key'))) throw new Error('an enabled key is among them');
    },
  },
  {
    name: 'an unknown key cannot be disabled',
    action: 'DisableKey',
    parameters: { KeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  { name: 'a key is enabled again', action: 'EnableKey', parameters: { KeyId: '${otherKey}' } },
  {
    name: 'an enabled key decrypts again',
    action: 'Decrypt',
    parameters: { CiphertextBlob: '${movedBlob}', EncryptionContext: '{"moved":"yes"}' },
    answers: { Plaintext: '${dataKey}' },
  },
  {
    name: 'an unknown key cannot be enabled',
    action: 'EnableKey',
    parameters: { KeyId: UNKNOWN },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'fewer than seven days to think it over',
    action: 'ScheduleKeyDeletion',
    parameters: { KeyId: '${otherKey}', PendingWindowInDays: 6 },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'a key goes in seven days',
    action: 'ScheduleKeyDeletion',
    parameters: { KeyId: '${otherKey}', PendingWindowInDays: 7 },
  },
  {
    name: 'a key that goes says when',
    action: 'DescribeKey',
    parameters: { KeyId: '${otherKey}' },
    answers: { 'KeyMetadata.KeyState': 'PendingDeletion', 'KeyMetadata.DeleteDate': DATE },
    proves: (body) => {
      const days = (Date.parse(textAt(body, 'KeyMetadata.DeleteDate')) - Date.now()) / DAY_MS;
      if (!(days > 5.9 && days < 8.1)) throw new Error(`in ${days} days`);
    },
  },
  {
    name: 'a key that goes does not encrypt',
    action: 'Encrypt',
    parameters: { KeyId: '${otherKey}', Plaintext: 'aGVsbG8=' },
    refused: ['Rejected.PendingDeletion', 409],
  },
  {
    name: 'a key that goes cannot be enabled',
    action: 'EnableKey',
    parameters: { KeyId: '${otherKey}' },
    refused: ['Rejected.StateModifiedFailed', 409],
  },
  {
    name: 'a key that goes cannot be disabled',
    action: 'DisableKey',
    parameters: { KeyId: '${otherKey}' },
    refused: ['Rejected.StateModifiedFailed', 409],
  },
  {
    name: 'a key stays after all',
    action: 'CancelKeyDeletion',
    parameters: { KeyId: '${otherKey}' },
  },
  {
    name: 'a key that stays is enabled, and has no date to go',
    action: 'DescribeKey',
    parameters: { KeyId: '${otherKey}' },
    answers: { 'KeyMetadata.KeyState': 'Enabled' },
  },
  {
    name: 'a key that was not to go',
    action: 'CancelKeyDeletion',
    parameters: { KeyId: '${otherKey}' },
    refused: ['Rejected.StateModifiedFailed', 409],
  },
  {
    name: 'an unknown key cannot go',
    action: 'ScheduleKeyDeletion',
    parameters: { KeyId: UNKNOWN, PendingWindowInDays: 7 },
    refused: ['Forbidden.KeyNotFound', 404],
  },
]);
