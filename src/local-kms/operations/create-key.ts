import { isJsonObject } from '../../base/json.ts';
import { keyMetadata } from '../keys/key-metadata.ts';
import { readRotation } from '../keys/key-rotation.ts';
import { readKeyTags } from '../keys/key-tags.ts';
import type { Parameters } from '../request/parameters.ts';
import { authorize } from '../permissions/authorize.ts';
import type { Policy } from '../permissions/policy.ts';
import { parsePolicy } from '../permissions/policy.ts';
import { optionalChoice, optionalJson } from '../request/read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import { arnOf } from '../resource-name.ts';
import type { NewKeyOptions } from '../state/new-key.ts';
import { newKey } from '../state/new-key.ts';
import type { KeyOrigin, KeySpec, KeyUsage, KmsKey, KmsState } from '../state/state.ts';
import { KEY_SPECS, withKey } from '../state/state.ts';
import type { Operation } from './operation.ts';

const MAX_DESCRIPTION_LENGTH = 8192;
const MAX_POLICY_BYTES = 32_768;
const MAX_KEYS = 20_000;
const OTHER_KEY_SPECS = ['Aliyun_SM4', 'EC_SM2'] as const;
const INSTANCE_ID = /^kst-[a-z0-9-]{1,59}$/;

/** Makes a KMS key (help 28947). It is saved before its id is given out. */
export const createKey: Operation = {
  action: 'CreateKey',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, { store, randomBytes, now, keyPairs, caller }) => {
    const { accountId } = caller;
    authorize(caller, 'kms:CreateKey', { arn: arnOf({ accountId, resource: 'key' }), accountId });
    const asked = readKey(parameters);
    assertRoom(store.state);
    const make = (): Promise<KmsKey> =>
      newKey({ ...asked, accountId, createdAt: now(), randomBytes });
    const key = await (asked.keySpec === 'Aliyun_AES_256' ? make() : keyPairs.run(make));
    await store.update((state) => {
      assertRoom(state);
      return [withKey(state, key), undefined];
    });
    return { KeyMetadata: keyMetadata(key) };
  },
};

function assertRoom({ keys }: KmsState): void {
  if (keys.size >= MAX_KEYS) throw refusal('Rejected.LimitExceeded');
}

function readKey(
  parameters: Parameters,
): Omit<NewKeyOptions, 'accountId' | 'createdAt' | 'randomBytes'> {
  const keySpec = readKeySpec(parameters);
  const keyUsage = readKeyUsage(parameters, keySpec);
  const protectionLevel =
    optionalChoice(parameters, 'ProtectionLevel', ['SOFTWARE', 'HSM']) ?? 'SOFTWARE';
  const description = parameters.get('Description') ?? '';
  if (description.length > MAX_DESCRIPTION_LENGTH) throw invalidParameter('Description');
  const instanceId = parameters.get('DKMSInstanceId');
  if (instanceId !== undefined && !INSTANCE_ID.test(instanceId)) {
    throw invalidParameter('DKMSInstanceId');
  }
  const mechanism = optionalChoice(parameters, 'KeyStorageMechanism', [
    'HsmInternal',
    'HsmEncryptedDatabase',
  ]);
  const policy = readPolicy(parameters);
  const tags = readKeyTags(parameters);
  const origin = readOrigin(parameters, keySpec);
  // A software instance takes no material from outside.
  if (origin === 'EXTERNAL' && instanceId !== undefined && protectionLevel === 'SOFTWARE') {
    throw refusal('UnsupportedOperation');
  }
  const key = { keySpec, keyUsage, origin, protectionLevel, description, tags, policy };
  const rotationSeconds = readRotation(parameters, {
    ...key,
    ...(instanceId !== undefined && { instanceId }),
    isInDatabase: mechanism === 'HsmEncryptedDatabase',
  });
  return { ...key, instanceId, rotationSeconds };
}

function readKeySpec(parameters: Parameters): KeySpec {
  const all = [...KEY_SPECS, ...OTHER_KEY_SPECS];
  const keySpec = optionalChoice(parameters, 'KeySpec', all) ?? 'Aliyun_AES_256';
  const supported = KEY_SPECS.find((candidate) => candidate === keySpec);
  if (supported === undefined) throw refusal('UnsupportedOperation');
  return supported;
}

/** A key that can sign is for signing unless KeyUsage says otherwise. Only RSA keys can do either. */
function readKeyUsage(parameters: Parameters, keySpec: KeySpec): KeyUsage {
  const usage = optionalChoice(parameters, 'KeyUsage', ['ENCRYPT/DECRYPT', 'SIGN/VERIFY']);
  const natural = keySpec === 'Aliyun_AES_256' ? 'ENCRYPT/DECRYPT' : 'SIGN/VERIFY';
  const isRsa = keySpec === 'RSA_2048' || keySpec === 'RSA_3072';
  if (usage !== undefined && usage !== natural && !isRsa) throw invalidParameter('KeyUsage');
  return usage ?? natural;
}

function readOrigin(parameters: Parameters, keySpec: KeySpec): KeyOrigin {
  const origin = optionalChoice(parameters, 'Origin', ['Aliyun_KMS', 'EXTERNAL']) ?? 'Aliyun_KMS';
  if (origin === 'EXTERNAL' && keySpec !== 'Aliyun_AES_256') throw refusal('UnsupportedOperation');
  return origin;
}

/** The key policy: a JSON object of at most 32,768 bytes. */
function readPolicy(parameters: Parameters): Policy | undefined {
  const document = optionalJson(parameters, 'Policy');
  if (document === undefined) return undefined;
  const length = Buffer.byteLength(parameters.get('Policy') ?? '', 'utf8');
  if (length > MAX_POLICY_BYTES || !isJsonObject(document)) throw invalidParameter('Policy');
  const policy = parsePolicy(document, 'key');
  if (typeof policy === 'string') throw invalidParameter('Policy');
  return policy;
}
