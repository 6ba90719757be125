import { readDescription } from '../../keys/description.ts';
import { keyMetadata } from '../../keys/key-metadata.ts';
import { readKeyPolicy } from '../../keys/key-policy.ts';
import { readRotation } from '../../keys/rotation.ts';
import { authorize } from '../../permissions/authorize.ts';
import { invalidParameter, refusal } from '../../refusal.ts';
import type { Parameters } from '../../request/parameters.ts';
import { optionalChoice } from '../../request/read-parameter.ts';
import { readTags } from '../../request/tags.ts';
import { arnOf } from '../../resource-name.ts';
import type { NewKeyOptions } from '../../state/new-key.ts';
import { newKey } from '../../state/new-key.ts';
import type { KeySpec, KeyUsage, ProtectionLevel } from '../../state/key-spec.ts';
import {
  KEY_SPECS,
  KEY_USAGES,
  isSecretSpec,
  isSymmetricSpec,
  keyUsagesOf,
  needsInstance,
  protectionLevelsOf,
} from '../../state/key-spec.ts';
import type { KeyOrigin, KmsKey, KmsState } from '../../state/state.ts';
import { withKey } from '../../state/state.ts';
import type { OperationHandler } from '../operation.ts';

const MAX_KEYS = 20_000;
const INSTANCE_ID = /^kst-[a-z0-9-]{1,59}$/;

/** Makes a KMS key (help 28947). It is saved before its id is returned. */
export const createKey: OperationHandler = async (parameters, context) => {
  const { store, randomBytes, now, keyPairs, caller } = context;
  const { accountId } = caller;
  authorize(caller, 'kms:CreateKey', { arn: arnOf({ accountId, resource: 'key' }), accountId });
  const requested = readKey(parameters);
  assertRoom(store.state);
  const make = (): Promise<KmsKey> =>
    newKey({ ...requested, accountId, createdAt: now(), randomBytes });
  const key = await (isSecretSpec(requested.keySpec) ? make() : keyPairs.run(make));
  await store.update((state) => {
    assertRoom(state);
    return [withKey(state, key), undefined];
  });
  return { KeyMetadata: keyMetadata(key) };
};

function assertRoom({ keys }: KmsState): void {
  if (keys.size >= MAX_KEYS) throw refusal('Rejected.LimitExceeded');
}

function readKey(
  parameters: Parameters,
): Omit<NewKeyOptions, 'accountId' | 'createdAt' | 'randomBytes'> {
  const keySpec = optionalChoice(parameters, 'KeySpec', KEY_SPECS) ?? 'Aliyun_AES_256';
  const keyUsage = readKeyUsage(parameters, keySpec);
  const protectionLevel = readProtectionLevel(parameters, keySpec);
  const description = readDescription(parameters, 'Description');
  const instanceId = parameters.get('DKMSInstanceId');
  if (instanceId !== undefined && !INSTANCE_ID.test(instanceId)) {
    throw invalidParameter('DKMSInstanceId');
  }
  if (instanceId === undefined && needsInstance(keySpec)) throw refusal('UnsupportedOperation');
  const mechanism = optionalChoice(parameters, 'KeyStorageMechanism', [
    'HsmInternal',
    'HsmEncryptedDatabase',
  ]);
  const policy = readKeyPolicy(parameters);
  const tags = readTags(parameters);
  const origin = readOrigin(parameters, keySpec);
  // A software instance does not accept imported material.
  if (origin === 'EXTERNAL' && instanceId !== undefined && protectionLevel === 'SOFTWARE') {
    throw refusal('UnsupportedOperation');
  }
  const isInHsm =
    instanceId !== undefined && protectionLevel === 'HSM' && mechanism !== 'HsmEncryptedDatabase';
  const canRotate = isSymmetricSpec(keySpec) && origin !== 'EXTERNAL' && !isInHsm;
  const rotationSeconds = readRotation(parameters, canRotate, instanceId);
  return {
    keySpec,
    keyUsage,
    origin,
    protectionLevel,
    description,
    tags,
    policy,
    instanceId,
    rotationSeconds,
  };
}

function readKeyUsage(parameters: Parameters, keySpec: KeySpec): KeyUsage {
  const usage = optionalChoice(parameters, 'KeyUsage', KEY_USAGES);
  const usages = keyUsagesOf(keySpec);
  if (usage !== undefined && !usages.includes(usage)) throw invalidParameter('KeyUsage');
  return usage ?? usages[0];
}

function readProtectionLevel(parameters: Parameters, keySpec: KeySpec): ProtectionLevel {
  const level = optionalChoice(parameters, 'ProtectionLevel', ['SOFTWARE', 'HSM']);
  const levels = protectionLevelsOf(keySpec);
  if (level !== undefined && !levels.includes(level)) throw refusal('UnsupportedOperation');
  return level ?? levels[0];
}

function readOrigin(parameters: Parameters, keySpec: KeySpec): KeyOrigin {
  const origin = optionalChoice(parameters, 'Origin', ['Aliyun_KMS', 'EXTERNAL']) ?? 'Aliyun_KMS';
  if (origin === 'EXTERNAL' && !isSymmetricSpec(keySpec)) throw refusal('UnsupportedOperation');
  return origin;
}
