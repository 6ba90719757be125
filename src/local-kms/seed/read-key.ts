import { createHash, createPrivateKey } from 'node:crypto';
import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { randomUuid } from '../identifiers.ts';
import { pointer } from '../mistake.ts';
import { readPolicyAt } from '../permissions/policy.ts';
import { intervalSeconds, isMaterialOf, newKeyId, newVersion } from '../state/new-key.ts';
import type { KeySpec } from '../state/key-spec.ts';
import {
  isSecretSpec,
  isSymmetricSpec,
  keyUsagesOf,
  materialBytesOf,
  needsInstance,
  protectionLevelsOf,
} from '../state/key-spec.ts';
import { rotationFrom } from '../state/rotation.ts';
import type { KeyVersion, KmsKey } from '../state/state.ts';
import type { SeedKey, SeedKeyVersion } from './seed-document.ts';
import type { SeedReader } from './seed-reader.ts';

/** KMS's longest interval of automatic rotation, 365 days. */
const MAX_ROTATION_SECONDS = 365 * 86_400;

/** The fields that the checks of the others depend on. */
type KeyFrame = Pick<KmsKey, 'keySpec' | 'keyUsage' | 'keyState' | 'origin' | 'protectionLevel'>;

/** Reads a KMS key of a seed, and checks what the schema cannot express. */
export async function readKey(
  seed: SeedKey,
  accountId: string,
  path: string,
  reader: SeedReader,
): Promise<KmsKey> {
  const frame = readFrame(seed, path, reader);
  checkKey(seed, frame, path, reader);
  const { DKMSInstanceId: instanceId, Policy: policy, DeleteDate: deleteDate } = seed;
  const keyId = seed.KeyId ?? newKeyId(instanceId, reader.bytesFor(`KeyId ${path}`));
  reader.claim('KeyId', keyId, pointer(path, 'KeyId'));
  const createdAt = reader.time(pointer(path, 'CreationDate'), seed.CreationDate);
  const { keyState, keySpec } = frame;
  const versions = await Promise.all(
    (seed.Versions ?? (keyState === 'PendingImport' ? [] : [{}])).map((version, index) =>
      readKeyVersion(version, keySpec, createdAt, pointer(path, 'Versions', index), reader),
    ),
  );
  return {
    keyId,
    accountId,
    ...frame,
    description: seed.Description ?? '',
    createdAt,
    versions,
    tags: reader.tags(pointer(path, 'Tags'), seed.Tags),
    ...(deleteDate !== undefined && {
      deleteAt: reader.time(pointer(path, 'DeleteDate'), deleteDate),
    }),
    ...readRotation(seed, versions.at(-1)?.createdAt ?? createdAt, path, reader),
    ...(instanceId !== undefined && { instanceId }),
    ...(policy !== undefined && {
      policy: readPolicyAt(policy, 'key', pointer(path, 'Policy'), reader.report),
    }),
    ...readImported(seed, versions, path, reader),
  };
}

function readFrame(seed: SeedKey, path: string, reader: SeedReader): KeyFrame {
  const { KeySpec: keySpec = 'Aliyun_AES_256', Origin: origin = 'Aliyun_KMS' } = seed;
  const [usage, otherUsage] = keyUsagesOf(keySpec);
  const [level, otherLevel] = protectionLevelsOf(keySpec);
  if (otherUsage !== undefined && seed.KeyUsage === undefined) {
    reader.report(pointer(path, 'KeyUsage'), `is missing, which ${keySpec} needs`);
  }
  if (otherUsage === undefined && (seed.KeyUsage ?? usage) !== usage) {
    reader.report(pointer(path, 'KeyUsage'), `must be ${usage} for ${keySpec}`);
  }
  if (otherLevel === undefined && (seed.ProtectionLevel ?? level) !== level) {
    reader.report(pointer(path, 'ProtectionLevel'), `must be ${level} for ${keySpec}`);
  }
  const waits = origin === 'EXTERNAL' && seed.Versions === undefined;
  return {
    keySpec,
    keyUsage: seed.KeyUsage ?? usage,
    protectionLevel: seed.ProtectionLevel ?? level,
    keyState: seed.KeyState ?? (waits ? 'PendingImport' : 'Enabled'),
    origin,
  };
}

function checkKey(
  seed: SeedKey,
  { keySpec, origin, keyState }: KeyFrame,
  path: string,
  reader: SeedReader,
): void {
  const { Versions: versions, DeleteDate: deleteDate, KeyId: keyId } = seed;
  const isInInstance = seed.DKMSInstanceId !== undefined;
  const check = (isGood: boolean, name: keyof SeedKey, problem: string): void => {
    if (!isGood) reader.report(pointer(path, name), problem);
  };
  const isExternal = origin === 'EXTERNAL';
  const isPendingImport = keyState === 'PendingImport';
  check(
    !isExternal || isSymmetricSpec(keySpec),
    'Origin',
    'must be Aliyun_KMS for RSA, EC and HMAC',
  );
  check(!isPendingImport || isExternal, 'KeyState', 'must not be PendingImport but for EXTERNAL');
  check(!isPendingImport || versions === undefined, 'Versions', 'must be left out: none is there');
  check(!isExternal || (versions?.length ?? 0) <= 1, 'Versions', 'must be one for EXTERNAL');
  check(
    (deleteDate !== undefined) === (keyState === 'PendingDeletion'),
    'DeleteDate',
    deleteDate === undefined
      ? 'is missing, which PendingDeletion needs'
      : 'must be left out but for KeyState PendingDeletion',
  );
  check(
    seed.RotationInterval === undefined || (isSymmetricSpec(keySpec) && !isExternal),
    'RotationInterval',
    'must be left out: only symmetric keys of Origin Aliyun_KMS rotate',
  );
  check(
    seed.MaterialExpireTime === undefined || (isExternal && !isPendingImport),
    'MaterialExpireTime',
    'must be left out: no material was imported',
  );
  check(
    keyId === undefined || keyId.startsWith('key-') === isInInstance,
    'KeyId',
    isInInstance
      ? 'must begin with key- for a key of a KMS instance'
      : 'must be a UUID for a key without DKMSInstanceId',
  );
  check(
    isInInstance || !needsInstance(keySpec),
    'DKMSInstanceId',
    `is missing, which ${keySpec} needs`,
  );
}

function readRotation(
  seed: SeedKey,
  lastRotation: Date,
  path: string,
  reader: SeedReader,
): Pick<KmsKey, 'rotation'> {
  if (seed.RotationInterval === undefined) return {};
  const seconds = intervalSeconds(seed.RotationInterval);
  if (seconds > MAX_ROTATION_SECONDS) {
    reader.report(pointer(path, 'RotationInterval'), 'must be at most 365d');
    return {};
  }
  const rotation = rotationFrom(lastRotation, seconds);
  if (seed.NextRotationDate === undefined) return { rotation };
  const nextAt = reader.time(pointer(path, 'NextRotationDate'), seed.NextRotationDate);
  return { rotation: { ...rotation, nextAt } };
}

function readImported(
  seed: SeedKey,
  versions: KmsKey['versions'],
  path: string,
  reader: SeedReader,
): Pick<KmsKey, 'imported'> {
  const version = versions.at(-1);
  if (seed.Origin !== 'EXTERNAL' || version === undefined) return {};
  const { keyVersionId, material } = version;
  const { MaterialExpireTime: expires } = seed;
  return {
    imported: {
      keyVersionId,
      digest: createHash('sha256').update(material).digest(),
      ...(expires !== undefined && {
        expiresAt: reader.time(pointer(path, 'MaterialExpireTime'), expires),
      }),
    },
  };
}

/**
 * Reads a version of a KMS key. Material that is left out is derived or random; for RSA and EC keys it is always
 * random.
 */
async function readKeyVersion(
  seed: SeedKeyVersion,
  keySpec: KeySpec,
  createdAt: Date,
  path: string,
  reader: SeedReader,
): Promise<KeyVersion> {
  const keyVersionId = seed.KeyVersionId ?? randomUuid(reader.bytesFor(`KeyVersionId ${path}`));
  reader.claim('KeyVersionId', keyVersionId, pointer(path, 'KeyVersionId'));
  const given =
    seed.CreationDate === undefined
      ? createdAt
      : reader.time(pointer(path, 'CreationDate'), seed.CreationDate);
  return {
    keyVersionId,
    createdAt: given,
    material:
      seed.Material === undefined
        ? await newMaterial(keySpec, keyVersionId, reader)
        : readMaterial(seed.Material, keySpec, pointer(path, 'Material'), reader),
  };
}

async function newMaterial(
  keySpec: KeySpec,
  keyVersionId: string,
  reader: SeedReader,
): Promise<Buffer> {
  const { mistakes, bytesFor, now } = reader;
  if (isSecretSpec(keySpec)) {
    return bytesFor(`Material ${keyVersionId}`)(materialBytesOf(keySpec));
  }
  // Generating RSA keys is slow, and a seed with mistakes is refused anyway.
  if (mistakes.length > 0) return Buffer.alloc(0);
  return (await newVersion(keySpec, now, reader.randomBytes)).material;
}

function readMaterial(text: string, keySpec: KeySpec, path: string, reader: SeedReader): Buffer {
  const material = text.startsWith('-----BEGIN ') ? fromPem(text) : decodeBase64(text);
  if (material !== undefined && isMaterialOf(keySpec, material)) return material;
  reader.report(
    path,
    isSecretSpec(keySpec)
      ? `must be base64 of ${materialBytesOf(keySpec)} bytes`
      : `must be an unencrypted ${keySpec} private key: PEM, or base64 of PKCS#8 in DER`,
  );
  return Buffer.alloc(0);
}

function fromPem(text: string): Buffer | undefined {
  try {
    return createPrivateKey(text).export({ format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}
