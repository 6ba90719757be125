import { createHash } from 'node:crypto';
import { randomLowerAlphanumeric, randomUuid } from '../identifiers.ts';
import { pointer } from '../permissions/mistake.ts';
import { readPolicy } from '../permissions/policy.ts';
import type { KmsKey } from '../state/state.ts';
import { readKeyVersion } from './read-key-version.ts';
import type { SeedKey } from './seed-document.ts';
import type { SeedReader } from './seed-reader.ts';

/** KMS's longest interval of automatic rotation, 365 days. */
const MAX_ROTATION_SECONDS = 365 * 86_400;

/** A key as far as its fields say, before its versions are read. */
type KeyFrame = Pick<KmsKey, 'keySpec' | 'keyUsage' | 'keyState' | 'origin'>;

/** Reads a KMS key of a seed, and checks what the schema cannot say. */
export async function readKey(
  seed: SeedKey,
  accountId: string,
  path: string,
  reader: SeedReader,
): Promise<KmsKey> {
  const frame = readFrame(seed, path, reader);
  checkKey(seed, frame, path, reader);
  const { DKMSInstanceId: instanceId, Policy: policy, DeleteDate: deleteDate } = seed;
  const keyId = seed.KeyId ?? newKeyId(instanceId, path, reader);
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
    protectionLevel: seed.ProtectionLevel ?? 'SOFTWARE',
    description: seed.Description ?? '',
    createdAt,
    versions,
    tags: reader.tags(pointer(path, 'Tags'), seed.Tags),
    ...(deleteDate !== undefined && {
      deleteAt: reader.time(pointer(path, 'DeleteDate'), deleteDate),
    }),
    ...readRotation(seed, path, reader),
    ...(instanceId !== undefined && { instanceId }),
    ...(policy !== undefined && {
      policy: readPolicy(policy, 'key', pointer(path, 'Policy'), reader.report),
    }),
    ...readImported(seed, versions, path, reader),
  };
}

function readFrame(seed: SeedKey, path: string, reader: SeedReader): KeyFrame {
  const { KeySpec: keySpec = 'Aliyun_AES_256', Origin: origin = 'Aliyun_KMS' } = seed;
  const isRsa = keySpec === 'RSA_2048' || keySpec === 'RSA_3072';
  const natural = keySpec === 'Aliyun_AES_256' ? 'ENCRYPT/DECRYPT' : 'SIGN/VERIFY';
  if (isRsa && seed.KeyUsage === undefined) {
    reader.report(pointer(path, 'KeyUsage'), 'is missing, which an RSA key needs');
  }
  if (!isRsa && seed.KeyUsage !== undefined && seed.KeyUsage !== natural) {
    reader.report(pointer(path, 'KeyUsage'), `must be ${natural} for ${keySpec}`);
  }
  const waits = origin === 'EXTERNAL' && seed.Versions === undefined;
  return {
    keySpec,
    keyUsage: seed.KeyUsage ?? natural,
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
  const check = (isGood: boolean, name: keyof SeedKey, problem: string): void => {
    if (!isGood) reader.report(pointer(path, name), problem);
  };
  const isExternal = origin === 'EXTERNAL';
  const isPendingImport = keyState === 'PendingImport';
  check(!isExternal || keySpec === 'Aliyun_AES_256', 'Origin', 'must be Aliyun_KMS for RSA and EC');
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
    seed.RotationInterval === undefined || (keySpec === 'Aliyun_AES_256' && !isExternal),
    'RotationInterval',
    'must be left out: only symmetric keys of Origin Aliyun_KMS rotate',
  );
  check(
    seed.MaterialExpireTime === undefined || (isExternal && !isPendingImport),
    'MaterialExpireTime',
    'must be left out: no material was imported',
  );
  check(
    keyId === undefined || keyId.startsWith('key-') === (seed.DKMSInstanceId !== undefined),
    'KeyId',
    seed.DKMSInstanceId === undefined
      ? 'must be a UUID for a key without DKMSInstanceId'
      : 'must begin with key- for a key of a KMS instance',
  );
}

function newKeyId(instanceId: string | undefined, path: string, reader: SeedReader): string {
  const bytes = reader.bytesFor(`KeyId ${path}`);
  return instanceId === undefined ? randomUuid(bytes) : `key-${randomLowerAlphanumeric(bytes, 21)}`;
}

function readRotation(seed: SeedKey, path: string, reader: SeedReader): Pick<KmsKey, 'rotation'> {
  if (seed.RotationInterval === undefined) return {};
  const intervalSeconds = reader.seconds(seed.RotationInterval);
  if (intervalSeconds > MAX_ROTATION_SECONDS) {
    reader.report(pointer(path, 'RotationInterval'), 'must be at most 365d');
    return {};
  }
  const next = seed.NextRotationDate ?? `+${seed.RotationInterval}`;
  const nextAt = reader.time(pointer(path, 'NextRotationDate'), next);
  return { rotation: { intervalSeconds, nextAt } };
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
