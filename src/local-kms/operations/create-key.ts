import { keyMetadata } from '../key-metadata.ts';
import { authorize } from '../permissions/authorize.ts';
import { arnOf } from '../resource-name.ts';
import type { Parameters } from '../parameters.ts';
import { optionalBoolean, optionalChoice } from '../read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import { newKey } from '../state/new-key.ts';
import type { KeySpec } from '../state/state.ts';
import { withKey } from '../state/state.ts';
import type { Operation } from './operation.ts';

const MAX_DESCRIPTION_LENGTH = 8192;
const MAX_KEYS = 20_000;
const KEY_SPECS = ['Aliyun_AES_256', 'RSA_2048', 'RSA_3072'] as const;
const OTHER_KEY_SPECS = ['Aliyun_SM4', 'EC_P256', 'EC_P256K', 'EC_SM2'] as const;

/** Makes a KMS key. It is saved before its id is given out. */
export const createKey: Operation = {
  action: 'CreateKey',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, { store, randomBytes, now, caller }) => {
    const { accountId } = caller;
    authorize(caller, 'kms:CreateKey', { arn: arnOf({ accountId, resource: 'key' }), accountId });
    const keySpec = readKeySpec(parameters);
    const description = parameters.get('Description') ?? '';
    if (description.length > MAX_DESCRIPTION_LENGTH) throw invalidParameter('Description');
    refuseUnsupported(parameters);
    const key = await newKey({ accountId, keySpec, description, createdAt: now(), randomBytes });
    await store.update((state) => {
      if (state.keys.size >= MAX_KEYS) throw refusal('Rejected.LimitExceeded');
      return [withKey(state, key), undefined];
    });
    return { KeyMetadata: keyMetadata(key) };
  },
};

function readKeySpec(parameters: Parameters): KeySpec {
  const all = [...KEY_SPECS, ...OTHER_KEY_SPECS];
  const keySpec = optionalChoice(parameters, 'KeySpec', all) ?? 'Aliyun_AES_256';
  const usage = optionalChoice(parameters, 'KeyUsage', ['ENCRYPT/DECRYPT', 'SIGN/VERIFY']);
  const supported = KEY_SPECS.find((candidate) => candidate === keySpec);
  if (supported === undefined) throw refusal('UnsupportedOperation');
  if (supported === 'Aliyun_AES_256') {
    if (usage === 'SIGN/VERIFY') throw invalidParameter('KeyUsage');
    return supported;
  }
  // A key that can sign is for signing unless KeyUsage says otherwise, and this server does not sign.
  if (usage !== 'ENCRYPT/DECRYPT') throw refusal('UnsupportedOperation');
  return supported;
}

/** What a key could have in KMS and cannot have here is refused, never left out in silence. */
function refuseUnsupported(parameters: Parameters): void {
  const origin = optionalChoice(parameters, 'Origin', ['Aliyun_KMS', 'EXTERNAL']);
  const protection = optionalChoice(parameters, 'ProtectionLevel', ['SOFTWARE', 'HSM']);
  const rotation = optionalBoolean(parameters, 'EnableAutomaticRotation');
  const isUnsupported = ['DKMSInstanceId', 'Policy', 'Tags'].some((name) => parameters.has(name));
  if (origin === 'EXTERNAL' || protection === 'HSM' || rotation || isUnsupported) {
    throw refusal('UnsupportedOperation');
  }
}
