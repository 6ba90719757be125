/* What can be changed of a KMS key: its description, rotation, deletion protection and policy. */
import type { Step } from './step.ts';
import { DATE, defineSteps, textAt } from './step.ts';

const KEY = { KeyId: '${key}' };
const UNKNOWN = { KeyId: '00000000-0000-4000-8000-000000000000' };
const WINDOW = { PendingWindowInDays: 7 };

const DESCRIPTIONS = defineSteps([
  {
    name: 'another description',
    action: 'UpdateKeyDescription',
    parameters: { ...KEY, Description: '${prefix} described again' },
  },
  {
    name: 'it is the new one',
    action: 'DescribeKey',
    parameters: KEY,
    answers: { 'KeyMetadata.Description': '${prefix} described again' },
  },
  {
    name: 'of an unknown key',
    action: 'UpdateKeyDescription',
    parameters: { ...UNKNOWN, Description: 'x' },
    refused: ['Forbidden.KeyNotFound', 404],
  },
]);

const PROTECTION = defineSteps([
  {
    name: 'a key must not be deleted',
    action: 'SetDeletionProtection',
    parameters: {
      ProtectedResourceArn: '${keyArn}',
      EnableDeletionProtection: true,
      DeletionProtectionDescription: 'for the scenario',
    },
  },
  {
    name: 'a protected key',
    action: 'ScheduleKeyDeletion',
    parameters: { ...KEY, ...WINDOW },
    refused: ['Rejected.StateModifiedFailed', 409],
  },
  {
    name: 'it may be deleted again',
    action: 'SetDeletionProtection',
    parameters: { ProtectedResourceArn: '${keyArn}', EnableDeletionProtection: false },
  },
  {
    name: 'an ARN of another region',
    action: 'SetDeletionProtection',
    parameters: {
      ProtectedResourceArn: 'acs:kms:cn-nowhere:1234567890123456:key/${key}',
      EnableDeletionProtection: true,
    },
    refused: ['Forbidden.KeyNotFound', 404],
  },
]);

const WEEKLY = { EnableAutomaticRotation: true, RotationInterval: '7d' };

const INSTANCE_KEY = defineSteps([
  {
    name: 'a key of a KMS instance',
    action: 'CreateKey',
    parameters: { DKMSInstanceId: 'kst-scenario', Description: '${prefix} of an instance' },
    answers: { 'KeyMetadata.AutomaticRotation': 'Disabled' },
    saves: { instanceKey: 'KeyMetadata.KeyId' },
  },
  {
    name: 'it is to rotate each week',
    action: 'UpdateRotationPolicy',
    parameters: { KeyId: '${instanceKey}', ...WEEKLY },
  },
  {
    name: 'it says so, and when',
    action: 'DescribeKey',
    parameters: { KeyId: '${instanceKey}' },
    answers: {
      'KeyMetadata.AutomaticRotation': 'Enabled',
      'KeyMetadata.RotationInterval': '604800s',
      'KeyMetadata.NextRotationDate': DATE,
    },
  },
  {
    name: 'it is to rotate no more',
    action: 'UpdateRotationPolicy',
    parameters: { KeyId: '${instanceKey}', EnableAutomaticRotation: false },
  },
  {
    name: 'a key that signs',
    action: 'UpdateRotationPolicy',
    parameters: { KeyId: '${signingKey}', EnableAutomaticRotation: true, RotationInterval: '365d' },
    refused: ['UnsupportedOperation', 400],
  },
]);

const ONE_USER = JSON.stringify({
  Version: '1',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { RAM: ['acs:ram::1234567890123456:user/limited'] },
      Action: ['kms:GenerateDataKey'],
      Resource: ['*'],
    },
  ],
});
const OF_INSTANCE = { KeyId: '${instanceKey}' };

const POLICIES = defineSteps([
  {
    name: 'what neither policy allows',
    action: 'GenerateDataKey',
    as: 'limited user',
    parameters: OF_INSTANCE,
    refused: ['Forbidden.NoPermission', 403],
  },
  {
    name: 'a key policy that lets one user in',
    action: 'SetKeyPolicy',
    parameters: { ...OF_INSTANCE, PolicyName: 'default', Policy: ONE_USER },
  },
  {
    name: 'what the key policy allows',
    action: 'GenerateDataKey',
    as: 'limited user',
    parameters: OF_INSTANCE,
    answers: OF_INSTANCE,
  },
  {
    name: 'the key policy that was set',
    action: 'GetKeyPolicy',
    parameters: { ...OF_INSTANCE, PolicyName: 'default' },
    proves: (body) => {
      if (textAt(body, 'Policy') !== ONE_USER) throw new Error('another policy');
    },
  },
  {
    name: 'a key policy that is none',
    action: 'SetKeyPolicy',
    parameters: { ...OF_INSTANCE, Policy: '{}' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'the policy of a key outside an instance',
    action: 'GetKeyPolicy',
    parameters: { ...KEY, PolicyName: 'default' },
    refused: ['UnsupportedOperation', 400],
  },
]);

const locally = (step: Step): Step => ({ ...step, isLocalOnly: true });

export const KEY_SETTINGS = [...DESCRIPTIONS, ...[...PROTECTION, ...INSTANCE_KEY].map(locally)];
export const KEY_POLICIES = POLICIES.map(locally);
